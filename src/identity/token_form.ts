/**
 * What a bearer token is by its looks, which alone decide who judges it. Nobody
 * else is asked when that one refuses.
 *
 * Whatever a lenient reader could take for a JWT is one, however mangled: it must
 * not become an opaque token by a space or a character too many.
 *
 * @see RFC 7515 sections 3.1 and 7.2, RFC 8725 section 2.8
 */
import { Buffer } from "node:buffer";
import { API_TOKEN_PREFIX } from "./api_token.ts";

export type TokenForm = "jwt" | "api token" | "opaque";

export function tokenForm(text: string): TokenForm {
  if (text.startsWith(API_TOKEN_PREFIX)) return "api token";
  return looksLikeJwt(text) ? "jwt" : "opaque";
}

/** Begins an object with a member, or an empty one; JSON allows spaces, some readers a byte order mark. */
const OBJECT_REGEXP = /^[\ufeff\s]*\{\s*["}]/;

/** Enough to see how the header begins. */
const HEADER_CHARS = 64;

function looksLikeJwt(text: string): boolean {
  // The JSON serializations.
  if (OBJECT_REGEXP.test(text)) return true;
  // Nearly all: `{"` in base64url.
  if (text.startsWith("eyJ") && text.includes(".")) return true;
  const first = text.indexOf(".");
  if (first === -1 || text.indexOf(".", first + 1) === -1) return false;
  // As leniently as the most lenient: both alphabets, and other characters left out.
  const start = Buffer.from(
    text.slice(0, Math.min(first, HEADER_CHARS)),
    "base64url",
  );
  return OBJECT_REGEXP.test(start.toString("utf8"));
}
