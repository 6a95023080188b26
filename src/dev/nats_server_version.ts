/**
 * Which versions of nats-server will do, and how a program is asked for its own.
 */
import { isSince } from "../base/server_version.ts";
import { runCommand } from "./command.ts";

/**
 * The first version with `default_sentinel`, without which a client could not
 * come with a bearer token alone.
 */
const OLDEST = [2, 11, 2] as const;
export const OLDEST_NATS_SERVER = OLDEST.join(".");

const ASK_TIMEOUT_MS = 5_000;
const VERSION_REGEXP = /\bv?(\d+)\.(\d+)\.(\d+)/;

/** The version that the program says it is, or what is wrong with it. */
export async function askVersion(
  path: string,
): Promise<{ readonly version: string } | { readonly problem: string }> {
  const outcome = await runCommand([path, "--version"], {
    timeoutMs: ASK_TIMEOUT_MS,
  });
  if (outcome.kind === "missing") return { problem: `no program at ${path}` };
  if (outcome.kind === "failed") return { problem: outcome.problem };
  const [, major, minor, patch] = VERSION_REGEXP.exec(outcome.output) ?? [];
  return major === undefined
    ? { problem: `${path} does not say its version` }
    : { version: `${major}.${minor}.${patch}` };
}

/** Why this version will not do; undefined if it will. */
export function versionProblem(
  version: string,
  wanted: string | undefined,
): string | undefined {
  if (wanted !== undefined && version !== wanted) {
    return `version ${version} is not the ${wanted} asked for`;
  }
  return isSince(version, [OLDEST])
    ? undefined
    : `version ${version} is older than ${OLDEST_NATS_SERVER}, the first with default_sentinel`;
}
