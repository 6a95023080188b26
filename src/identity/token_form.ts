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
import { API_TOKEN_PREFIX } from "./api_token.ts";

export type TokenForm = "jwt" | "api token" | "opaque";

export function tokenForm(text: string): TokenForm {
  if (text.startsWith(API_TOKEN_PREFIX)) return "api token";
  return looksLikeJwt(text) ? "jwt" : "opaque";
}

/**
 * Begins an object with a member, or an empty one. JSON allows four kinds of space
 * around it; readers that trim take away others: a byte order mark, controls.
 */
const OBJECT_REGEXP = /^[\s\p{Cc}\p{Cf}]*\{[\s\p{Cc}\p{Cf}]*["}]/u;

/** The compact serialization of JWE: of its five parts only the encrypted key may be empty. */
const ENCRYPTED_REGEXP =
  /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){3}$/;

/** What carries no base64 in any reader's alphabet: the most lenient leave it out. */
const NO_BASE64_REGEXP = /[^A-Za-z0-9+/_-]+/g;

function looksLikeJwt(text: string): boolean {
  const parts = text.split(".").length;
  // Nearly all: `{"` in base64url.
  if (parts === 3 && text.startsWith("eyJ")) return true;
  // The JSON serializations.
  if (OBJECT_REGEXP.test(text)) return true;
  const header = decodeHeader(text);
  if (!OBJECT_REGEXP.test(header)) return false;
  const names = readNames(header);
  if (ENCRYPTED_REGEXP.test(text) && names.includes("enc")) return false;
  return parts >= 3 || names.includes("alg");
}

/**
 * The first part as the most lenient reader would have it: what is empty is none.
 * All of it is looked at, as what comes after any number of spaces may be an object.
 */
function decodeHeader(text: string): string {
  const encoded = text.replace(/^\.+/, "")
    .replace(/\..*/s, "")
    .replaceAll(NO_BASE64_REGEXP, "");
  return Buffer.from(encoded, "base64url").toString("utf8");
}

/** None if it is no JSON. */
function readNames(header: string): readonly string[] {
  try {
    return Object.keys(JSON.parse(header.trim()));
  } catch {
    return [];
  }
}
