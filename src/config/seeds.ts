/**
 * Seeds and public nkeys in the settings: of the right role and whole. What is
 * wrong is named by the setting.
 */
import { Secret } from "../base/secret.ts";
import { publicKeyProblem, seedProblem } from "../nats_jwt/nkey_problem.ts";
import type { NkeyRole } from "../nats_jwt/public_key.ts";
import type { Checking } from "./checking.ts";

/** A seed has 58 characters; files of `nsc` hold nothing else. */
const SEED_FILE_BYTES_MAX = 1024;

/** A setting that holds a seed and one that names a file with it. */
export interface SeedSetting {
  readonly path: string;
  readonly value: string | undefined;
  readonly file: string | undefined;
  readonly role: NkeyRole;
  /** What to set, if neither is. */
  readonly remedy: string;
  readonly optional?: boolean;
}

/** The seed, from the setting or else from the file. Undefined if there is no good one. */
export function readSeed(
  checking: Checking,
  setting: SeedSetting,
): Secret | undefined {
  const { path, value, file, role, remedy } = setting;
  const filePath = `${path}_file`;
  if (value !== undefined) return checkSeed(checking, path, value, role);
  if (file === undefined) {
    if (setting.optional !== true) {
      checking.reportMissing([path, filePath], remedy);
    }
    return undefined;
  }
  const request = { path: file, secret: true, bytesMax: SEED_FILE_BYTES_MAX };
  const text = setting.optional === true
    ? checking.readFileIfThere(filePath, request)
    : checking.readFile(filePath, request);
  return text === undefined
    ? undefined
    : checkSeed(checking, filePath, text, role);
}

/** White space around a seed is no part of it: a line end, mostly. */
function checkSeed(
  checking: Checking,
  path: string,
  text: string,
  role: NkeyRole,
): Secret | undefined {
  const seed = new Secret(text.trim());
  const wrong = seedProblem(seed, role);
  if (wrong === undefined) return seed;
  checking.report(path, wrong.problem, wrong.remedy);
  return undefined;
}

export function checkPublicKey(
  checking: Checking,
  path: string,
  text: string,
  role: NkeyRole,
): string | undefined {
  const wrong = publicKeyProblem(text, role);
  if (wrong === undefined) return text;
  checking.report(path, wrong.problem, wrong.remedy);
  return undefined;
}
