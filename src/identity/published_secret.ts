/**
 * Shared secrets that have been published: whoever tries such a list finds them,
 * however random they look. An operator can name a list of more.
 */
import { Buffer } from "node:buffer";
import { isInPublishedList } from "./published_secret_prints.ts";

/** Of specifications, libraries and products, where the list that is known here lacks them. */
const SAMPLES: readonly string[] = [
  // RFC 7520 section 3.5.
  "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
  // jwt.io.
  "a-string-secret-at-least-256-bits-long",
];

const ENCODINGS = ["utf8", "base64", "hex"] as const;

/** Whether it is known here, or in the list: one secret a line, as text or in any encoding. */
export function isPublished(secret: Uint8Array, list = ""): boolean {
  return isInPublishedList(secret) ||
    [...SAMPLES, ...list.split(/\r?\n/)].some((line) =>
      ENCODINGS.some((encoding) => Buffer.from(line, encoding).equals(secret))
    );
}
