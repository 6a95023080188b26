/**
 * base64url as RFC 7515 section 2 defines it and no wider: no padding, no other
 * characters, and unused bits that are zero, so that one value has one spelling.
 */
import { borrowDecoded } from "./borrowed_bytes.ts";
import { decodeUtf8, JsonFault } from "./json.ts";

/** Whether the text is canonical base64url. */
export function isBase64url(text: string): boolean {
  return borrow(text) !== undefined;
}

/** The bytes, or undefined if the text is not canonical base64url. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  return borrow(text)?.slice();
}

/** The text that canonical base64url stands for, if it is UTF-8. */
export function decodeBase64urlText(text: string): string | JsonFault {
  const bytes = borrow(text);
  return bytes === undefined
    ? new JsonFault("is not base64url")
    : decodeUtf8(bytes);
}

export function encodeBase64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Encoding anew and comparing is four times as fast as a regular expression. */
function borrow(text: string): Uint8Array | undefined {
  let bytes: Uint8Array;
  try {
    bytes = borrowDecoded(text);
  } catch {
    return undefined;
  }
  return encodeBase64url(bytes) === text ? bytes : undefined;
}
