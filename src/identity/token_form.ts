/**
 * What a bearer token is by its looks, which alone decide who judges it. Nobody
 * else is asked when that one refuses.
 *
 * Whatever a lenient reader could take for a signed JWT is one, however mangled: it
 * must not become an opaque token by a space or a character too many. An encrypted
 * one (five parts, and a header that says how) is for its issuer alone to read; some
 * issuers make their opaque tokens like that.
 *
 * @see RFC 7515 sections 3.1 and 7.2, RFC 7516 sections 3.1 and 9, RFC 8725 section 2.8
 */
import { Buffer } from "node:buffer";
import { JOSE_HEADER_BYTES_MAX } from "../base/limits.ts";
import { API_TOKEN_PREFIX } from "./api_token.ts";

export type TokenForm = "jwt" | "api token" | "opaque";

export function tokenForm(text: string): TokenForm {
  if (text.startsWith(API_TOKEN_PREFIX)) return "api token";
  return looksLikeJwt(text) ? "jwt" : "opaque";
}

/** Begins an object with a member, or an empty one; JSON allows spaces, some readers a byte order mark. */
const OBJECT_REGEXP = /^[\ufeff\s]*\{\s*["}]/;

/** The compact serialization of JWE: of its five parts only the encrypted key may be empty. */
const ENCRYPTED_REGEXP =
  /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){3}$/;

/** What carries no base64 in any reader's alphabet: the most lenient leave it out. */
const NO_BASE64_REGEXP = /[^A-Za-z0-9+/_-]+/g;

/** As many characters as the longest header has in base64. */
const HEADER_CHARS_MAX = Math.ceil(JOSE_HEADER_BYTES_MAX / 3) * 4;

function looksLikeJwt(text: string): boolean {
  const parts = text.split(".").length;
  // Nearly all: `{"` in base64url.
  if (parts === 3 && text.startsWith("eyJ")) return true;
  // The JSON serializations.
  if (OBJECT_REGEXP.test(text)) return true;
  const header = decodeHeader(text);
  if (!OBJECT_REGEXP.test(header)) {
    // Longer than any header: what comes after the spaces is not looked at.
    return parts >= 3 && header.length >= JOSE_HEADER_BYTES_MAX &&
      header.trim() === "";
  }
  const names = readNames(header);
  if (ENCRYPTED_REGEXP.test(text) && names.includes("enc")) return false;
  return parts >= 3 || names.includes("alg");
}

/** The first part as the most lenient reader would have it. */
function decodeHeader(text: string): string {
  const encoded = text.replace(/\..*/s, "")
    .replaceAll(NO_BASE64_REGEXP, "")
    .slice(0, HEADER_CHARS_MAX);
  return Buffer.from(encoded, "base64url").toString("utf8");
}

/** None if it is no JSON, or was cut off. */
function readNames(header: string): readonly string[] {
  try {
    return Object.keys(JSON.parse(header.trim()));
  } catch {
    return [];
  }
}
