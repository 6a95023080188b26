/**
 * Secrets in the settings, or in the files that they name.
 */
import { Secret } from "../base/secret.ts";
import type { Checking } from "./checking.ts";

/** 64 hexadecimal digits are usual; a file of more than this is another file. */
const SECRET_FILE_BYTES_MAX = 16 * 1024;

interface SecretSettings {
  readonly secret?: string | undefined;
  readonly "secret_file"?: string | undefined;
}

/** The secret; of a file, the last line end is no part of it. */
export function readSecret(
  settings: SecretSettings,
  path: string,
  checking: Checking,
): Secret | undefined {
  const text = readSecretText(settings, path, checking);
  if (text === undefined) return undefined;
  return new Secret(
    settings.secret === undefined ? text.replace(/\r?\n$/, "") : text,
  );
}

/** The same as it stands there; undefined if there is none, which has been reported. */
export function readSecretText(
  { secret, secret_file: file }: SecretSettings,
  path: string,
  checking: Checking,
): string | undefined {
  if (secret !== undefined) return secret;
  if (file !== undefined) {
    return readSecretFile(file, `${path}.secret_file`, checking);
  }
  checking.reportMissing(
    [`${path}.secret`, `${path}.secret_file`],
    "set one to the secret, or to a file with it",
  );
  return undefined;
}

export function readSecretFile(
  file: string,
  path: string,
  checking: Checking,
): string | undefined {
  return checking.readFile(path, {
    path: file,
    secret: true,
    bytesMax: SECRET_FILE_BYTES_MAX,
  });
}

/** The setting that it comes from. */
export function secretPath({ secret }: SecretSettings, path: string): string {
  return secret === undefined ? `${path}.secret_file` : `${path}.secret`;
}

/** The secret as its kind wants it; what is wrong with it is reported without showing it. */
export function parseSecret<T>(
  parse: () => T,
  path: string,
  remedy: string,
  checking: Checking,
): T | undefined {
  try {
    return parse();
  } catch (error) {
    const problem = error instanceof SyntaxError
      ? error.message.replace(/^Cannot use [a-z ]+: it /, "")
      : "cannot be used";
    checking.report(path, problem, remedy);
    return undefined;
  }
}
