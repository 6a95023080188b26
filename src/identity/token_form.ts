/**
 * What a bearer token is by its looks, which alone decide who judges it. Nobody
 * else is asked when that one refuses.
 *
 * Whatever a lenient reader could take for a signed JWT is one, however mangled: it
 * must not become an opaque token by a space or a character too many. An encrypted
 * one (five parts) is for its issuer alone to read; some issuers make their opaque
 * tokens like that.
 *
 * @see RFC 7515 sections 3.1 and 7.2, RFC 7516 section 3.1, RFC 8725 section 2.8
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

/** The compact serialization of JWE: five parts, of which all but the first may be empty. */
const ENCRYPTED_REGEXP =
  /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;

/** Enough to see how the header begins. */
const HEADER_CHARS = 64;

function looksLikeJwt(text: string): boolean {
  // The JSON serializations.
  if (OBJECT_REGEXP.test(text)) return true;
  if (ENCRYPTED_REGEXP.test(text)) return false;
  const first = text.indexOf(".");
  if (first === -1 || text.indexOf(".", first + 1) === -1) return false;
  // Nearly all: `{"` in base64url.
  if (text.startsWith("eyJ")) return true;
  // As leniently as the most lenient: both alphabets, and other characters left out.
  const start = Buffer.from(
    text.slice(0, Math.min(first, HEADER_CHARS)),
    "base64url",
  );
  return OBJECT_REGEXP.test(start.toString("utf8"));
}
