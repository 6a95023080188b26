/**
 * The form of a bearer JWT: a JWS in compact serialization and nothing else.
 * Checks form only; nothing in here has been verified.
 *
 * Whatever a lenient reader would let pass is refused: white space, padding,
 * unused bits, the JSON serializations, encrypted tokens, doubled members,
 * extensions. A text that is read in two ways is how two readers disagree.
 *
 * @see RFC 7515 sections 3.1, 4.1 and 5.2, RFC 7519 section 7.2, RFC 8725 section 3
 */
import { LRUCache } from "lru-cache";
import {
  decodeBase64url,
  decodeBase64urlText,
  encodeBase64url,
  isBase64url,
} from "../base/base64url.ts";
import { borrowDecoded } from "../base/borrowed_bytes.ts";
import { decodeJsonObject, JsonFault, member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import {
  BEARER_TOKEN_BYTES,
  JOSE_HEADER_BYTES_MAX,
  JOSE_HEADERS_REMEMBERED_MAX,
  JSON_LIMITS,
  KID_CHARS_MAX,
} from "../base/limits.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";

/** What of the header has a say. Everything else in it is ignored: `jku`, `jwk`, `x5c`, … */
export interface JoseHeader {
  /** As it stands there; whether it is allowed is for the issuer to say. */
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
}

export interface CompactJws {
  readonly kind: "compact jws";
  readonly header: JoseHeader;
  /** In base64url, as it was sent. */
  readonly payload: string;
  /** What is signed: header and payload as they were sent. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

/** An empty payload can be signed. It is no set of claims, and refused as that. */
const COMPACT_REGEXP = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$/;

/** Takes the text apart. A `Bearer ` in front is not stripped: it is no token then. */
export function decodeCompactJws(text: string): CompactJws | Rejected {
  if (text.length > BEARER_TOKEN_BYTES.max) {
    return rejected(
      "bearer_token_too_large",
      `Token is longer than ${BEARER_TOKEN_BYTES.max} bytes`,
    );
  }
  if (!COMPACT_REGEXP.test(text)) {
    return malformed("is not three parts of base64url");
  }
  const first = text.indexOf(".");
  const last = text.lastIndexOf(".");
  const encodedHeader = text.slice(0, first);
  if (!isBase64url(encodedHeader)) return malformed("header is not base64url");
  const payload = text.slice(first + 1, last);
  if (!isBase64url(payload)) return malformed("payload is not base64url");
  const signature = decodeBase64url(text.slice(last + 1));
  if (signature === undefined) return malformed("signature is not base64url");

  const header = headerOf(encodedHeader);
  if ("kind" in header) return header;
  const signingInput = text.slice(0, last);
  return { kind: "compact jws", header, payload, signingInput, signature };
}

/** Those of an issuer's tokens are all the same until it changes its keys. */
const knownHeaders = new LRUCache<string, JoseHeader>({
  max: JOSE_HEADERS_REMEMBERED_MAX,
});

function headerOf(encoded: string): JoseHeader | Rejected {
  const known = knownHeaders.get(encoded);
  if (known !== undefined) return known;
  const header = decodeHeader(encoded);
  if ("kind" in header) return header;
  // Anew: a part of a text keeps the whole of it in memory, and here that is a token.
  knownHeaders.set(encodeBase64url(borrowDecoded(encoded)), header);
  return header;
}

/**
 * Reads a payload that must be a set of claims. Unverified as long as the
 * signature is; its size is bounded by the token's.
 */
export function decodeClaims(
  payload: string,
): { readonly kind: "claims"; readonly claims: JsonObject } | Rejected {
  const claims = decodeObject(payload);
  return claims instanceof JsonFault
    ? malformed(`claims set ${claims.problem}`)
    : { kind: "claims", claims };
}

function decodeHeader(encoded: string): JoseHeader | Rejected {
  if (Math.floor(encoded.length * 3 / 4) > JOSE_HEADER_BYTES_MAX) {
    return rejected("bearer_token_too_large", "Header is too large");
  }
  const header = decodeObject(encoded);
  if (header instanceof JsonFault) {
    return malformed(`header ${header.problem}`);
  }
  // Extensions that must be understood: none is (RFC 7515 section 4.1.11).
  if (Object.hasOwn(header, "crit")) return malformed('header has "crit"');
  // Would change what is signed (RFC 7797 section 3).
  if (Object.hasOwn(header, "b64")) return malformed('header has "b64"');
  // Belong to encrypted tokens.
  if (Object.hasOwn(header, "zip")) return malformed('header has "zip"');
  if (Object.hasOwn(header, "enc")) return malformed('header has "enc"');
  // A token within the token (RFC 7519 section 5.2).
  if (isNested(header)) return malformed('header has "cty" of a nested token');

  const alg = member(header, "alg");
  if (typeof alg !== "string") return malformed('header "alg" is not a string');
  const kid = member(header, "kid");
  if (kid !== undefined) {
    if (typeof kid !== "string") {
      return malformed('header "kid" is not a string');
    }
    if (kid.length > KID_CHARS_MAX) {
      return malformed('header "kid" is too long');
    }
  }
  const typ = member(header, "typ");
  if (typ !== undefined && typeof typ !== "string") {
    return malformed('header "typ" is not a string');
  }
  return {
    alg,
    ...(kid === undefined ? {} : { kid }),
    ...(typ === undefined ? {} : { typ }),
  };
}

function isNested(header: JsonObject): boolean {
  const cty = member(header, "cty");
  if (cty === undefined) return false;
  return typeof cty !== "string" || /jwt$/i.test(cty);
}

function decodeObject(encoded: string): JsonObject | JsonFault {
  const text = decodeBase64urlText(encoded);
  return text instanceof JsonFault ? text : decodeJsonObject(text, JSON_LIMITS);
}

function malformed(problem: string): Rejected {
  return rejected("bearer_token_malformed", `Token: ${problem}`);
}
