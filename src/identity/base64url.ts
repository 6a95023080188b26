/**
 * base64url as RFC 7515 section 2 defines it and no wider: no padding, no other
 * characters, and unused bits that are zero, so that one value has one spelling.
 */
import { Buffer } from "node:buffer";

/** Whole groups, then two or three characters whose last has its unused bits zero. */
const CANONICAL_BASE64URL_REGEXP =
  /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;

/** The bytes, or undefined if the text is not canonical base64url. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  if (!CANONICAL_BASE64URL_REGEXP.test(text)) return undefined;
  return Buffer.from(text, "base64url");
}
