/**
 * Shared secrets that have been published: whoever tries such a list finds them,
 * however random they look. A few are known here; an operator can name a list of
 * more.
 */
import { Buffer } from "node:buffer";

/** Of specifications, libraries and products, and long enough to look fine. */
const SAMPLES: readonly string[] = [
  // RFC 7515 appendix A.1 and RFC 7520 section 3.5.
  "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
  "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
  // What jwt.io and guides show.
  "a-string-secret-at-least-256-bits-long",
  "GQDstcKsx0NHjPOuXOYg5MbeJ1XT0uFiwDVvVBrk",
  "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
  "qwertyuiopasdfghjklzxcvbnm123456",
];

const ENCODINGS = ["utf8", "base64", "hex"] as const;

/** Whether it is a sample, or in the list: one secret a line, as text or in any encoding. */
export function isPublished(secret: Uint8Array, list = ""): boolean {
  return [...SAMPLES, ...list.split(/\r?\n/)].some((line) =>
    ENCODINGS.some((encoding) => Buffer.from(line, encoding).equals(secret))
  );
}
