/**
 * Which versions of nats-server will do, and how a program is asked for its own.
 */
import { runCommand } from "./command.ts";

/**
 * The first version with `default_sentinel`, without which a client could not
 * come with a bearer token alone.
 */
export const OLDEST_NATS_SERVER = "2.11.2";

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

/** Negative if the first is older, 0 if equal, positive if newer. */
export function compareVersions(left: string, right: string): number {
  const [leftParts, rightParts] = [left, right].map((version) =>
    version.split(".").map(Number)
  );
  for (let index = 0; index < 3; index++) {
    const difference = (leftParts?.[index] ?? 0) - (rightParts?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Why this version will not do; undefined if it will. */
export function versionProblem(
  version: string,
  wanted: string | undefined,
): string | undefined {
  if (wanted !== undefined && version !== wanted) {
    return `version ${version} is not the ${wanted} asked for`;
  }
  return compareVersions(version, OLDEST_NATS_SERVER) < 0
    ? `version ${version} is older than ${OLDEST_NATS_SERVER}, the first with default_sentinel`
    : undefined;
}
