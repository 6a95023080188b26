/**
 * The file with the creds of the service's own user.
 */
import { Secret } from "../base/secret.ts";
import { credsProblem } from "../nats/creds_problem.ts";
import type { Checking } from "./checking.ts";

/** A user JWT with a long list of permissions has some kB. */
const CREDS_BYTES_MAX = 64 * 1024;

const PATH = "nats.creds_file";

export function readCreds(
  checking: Checking,
  file: string | undefined,
  calloutAccount: string | undefined,
): Secret | undefined {
  if (file === undefined) {
    checking.reportMissing(
      [PATH],
      "name the file with the creds of the service's user in the account AUTH",
    );
    return undefined;
  }
  const text = checking.readFile(PATH, {
    path: file,
    secret: true,
    bytesMax: CREDS_BYTES_MAX,
  });
  if (text === undefined) return undefined;
  const problem = credsProblem(text, calloutAccount);
  if (problem === undefined) return new Secret(text);
  checking.report(
    PATH,
    `names a file ${problem}`,
    "make the creds anew: nsc generate creds",
  );
  return undefined;
}
