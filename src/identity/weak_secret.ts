/**
 * Shared secrets that somebody could guess. Whoever has one valid token can try
 * a word list against it offline, as fast as a machine hashes.
 *
 * No list can hold every bad secret. These rules refuse what people type when
 * they should have generated: too short, few different bytes, a pattern that
 * repeats or counts, published samples, and words of placeholders. A secret
 * from `openssl rand -base64 48` passes all of them.
 */
import { Buffer } from "node:buffer";
import { SHARED_SECRET_BYTES_MIN } from "../base/limits.ts";

/** Random text of 32 hexadecimal digits has 14 different ones on average. */
const DISTINCT_BYTES_MIN = 8;

/** Published with specifications, libraries and products, and long enough to look fine. */
const PUBLISHED: readonly string[] = [
  // RFC 7515 appendix A.1 and RFC 7520 section 3.5, as text and as key.
  "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
  "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
  // Samples that jwt.io and guides show.
  "a-string-secret-at-least-256-bits-long",
  "GQDstcKsx0NHjPOuXOYg5MbeJ1XT0uFiwDVvVBrk",
  "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
  "qwertyuiopasdfghjklzxcvbnm123456",
];

/** Words of placeholders and documentation, in text that is readable. */
const PLACEHOLDER_REGEXP =
  /change[-_ ]?(?:me|this|it)|your[-_ ]|replace[-_ ]?(?:me|this)|placeholder|example|sample|password|passw0rd|default|(?:super|my|top|jwt|shared|the)[-_ ]?secret|secret[-_ ]?key|at[-_ ]?least|256[-_ ]?bit|qwerty|12345678/i;

/** What makes the secret easy to guess, or undefined. */
export function secretWeakness(secret: Uint8Array): string | undefined {
  if (secret.length < SHARED_SECRET_BYTES_MIN) {
    return `is shorter than ${SHARED_SECRET_BYTES_MIN} bytes`;
  }
  if (new Set(secret).size < DISTINCT_BYTES_MIN) {
    return `has fewer than ${DISTINCT_BYTES_MIN} different bytes`;
  }
  if (repeats(secret)) return "repeats itself";
  if (counts(secret)) return "counts up or down";
  const text = Buffer.from(secret).toString("latin1");
  if (isPublished(text, secret)) return "is a published sample";
  if (!/^[\x20-\x7e]+$/.test(text)) return undefined;
  return PLACEHOLDER_REGEXP.test(text)
    ? "contains the words of a placeholder"
    : undefined;
}

/** Whether it is one piece, at most half as long, over and over. */
function repeats(secret: Uint8Array): boolean {
  for (let period = 1; period <= secret.length / 2; period++) {
    if (secret.every((byte, index) => byte === secret[index % period])) {
      return true;
    }
  }
  return false;
}

/** Whether most bytes are the neighbour of the one before: `abcdefgh…`, `98765…`. */
function counts(secret: Uint8Array): boolean {
  let steps = 0;
  for (let index = 1; index < secret.length; index++) {
    const step = (secret[index] ?? 0) - (secret[index - 1] ?? 0);
    if (Math.abs(step) === 1) steps++;
  }
  return steps > secret.length / 2;
}

function isPublished(text: string, secret: Uint8Array): boolean {
  const spellings = [
    text,
    Buffer.from(secret).toString("base64url"),
    Buffer.from(secret).toString("hex").toUpperCase(),
  ];
  return PUBLISHED.some((sample) => spellings.includes(sample));
}
