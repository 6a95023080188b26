/**
 * base64url as RFC 7515 section 2 defines it and no wider: no padding, no other
 * characters, and unused bits that are zero, so that one value has one spelling.
 */
import { Buffer } from "node:buffer";
import { borrowDecoded } from "./borrowed_bytes.ts";
import { decodeUtf8, type JsonFault } from "./json.ts";

/** Whole groups, then two or three characters whose last has its unused bits zero. */
const CANONICAL_BASE64URL_REGEXP =
  /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;

/** Whether the text is canonical base64url. */
export function isBase64url(text: string): boolean {
  return CANONICAL_BASE64URL_REGEXP.test(text);
}

/** The bytes, or undefined if the text is not canonical base64url. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  return isBase64url(text) ? Buffer.from(text, "base64url") : undefined;
}

/** The text that canonical base64url stands for, if it is UTF-8. */
export function decodeBase64urlText(text: string): string | JsonFault {
  return decodeUtf8(borrowDecoded(text));
}

export function encodeBase64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
