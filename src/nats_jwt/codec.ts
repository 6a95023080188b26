/**
 * The compact form of NATS JWTs. A codec, not a verifier: `decodeNatsJwt()`
 * proves nothing, and says so in its result's name.
 *
 * Encoding is ours: `@nats-io/jwt` derives a key pair from each public key and
 * hashes asynchronously, which costs more than signing. A test holds the result
 * against the library's decoder and nats-server reads it in every login.
 *
 * @see github.com/nats-io/jwt v2, `header.go`, `claims.go`
 */
import { Buffer } from "node:buffer";
import {
  decodeBase64url,
  decodeBase64urlText,
  encodeBase64url,
} from "../base/base64url.ts";
import { borrowUtf8 } from "../base/borrowed_bytes.ts";
import {
  decodeJsonObject,
  JsonFault,
  type JsonLimits,
  type JsonObject,
} from "../base/json.ts";
import type { NatsClaims } from "./claims.ts";
import type { SigningKey } from "./nkeys.ts";

/** The header that nats-server always writes. */
const HEADER = encodeBase64url(
  Buffer.from('{"typ":"JWT","alg":"ed25519-nkey"}'),
);

/** A decoded JWT, and what its signature covers. */
export interface UnverifiedNatsJwt {
  readonly claims: JsonObject;
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Encodes and signs; `iss` is the signer. `jti` is random: nats-io/jwt takes a
 * hash of the claims, which nobody checks and which costs as much as encoding.
 */
export function encodeNatsJwt(claims: NatsClaims, signer: SigningKey): string {
  const iss = signer.publicKey;
  const jti = crypto.randomUUID();
  const text = JSON.stringify({ ...claims, iss, jti });
  const signed = `${HEADER}.${encodeBase64url(borrowUtf8(text))}`;
  return `${signed}.${encodeBase64url(signer.sign(borrowUtf8(signed)))}`;
}

/** Decodes the form: three canonical parts, the header that NATS writes, bounded JSON. */
export function decodeNatsJwt(
  jwt: Uint8Array,
  limits: JsonLimits,
): UnverifiedNatsJwt | JsonFault {
  const text = Buffer.from(jwt.buffer, jwt.byteOffset, jwt.length)
    .toString("latin1");
  const headerEnd = text.indexOf(".");
  const claimsEnd = text.indexOf(".", headerEnd + 1);
  if (headerEnd < 1 || claimsEnd < 0) return new JsonFault("is not a JWT");
  const header = text.slice(0, headerEnd);
  const claims = text.slice(headerEnd + 1, claimsEnd);
  const signature = decodeBase64url(text.slice(claimsEnd + 1));
  if (signature === undefined) return new JsonFault("is not a JWT");
  if (header !== HEADER && !isNatsHeader(header, limits)) {
    return new JsonFault("is not a JWT that NATS signed");
  }
  const decoded = decodePart(claims, limits);
  if (decoded instanceof JsonFault) return decoded;
  return {
    claims: decoded,
    signedBytes: jwt.subarray(0, claimsEnd),
    signature,
  };
}

function isNatsHeader(header: string, limits: JsonLimits): boolean {
  const decoded = decodePart(header, limits);
  if (decoded instanceof JsonFault) return false;
  return decoded["typ"] === "JWT" && decoded["alg"] === "ed25519-nkey";
}

function decodePart(
  encoded: string,
  limits: JsonLimits,
): JsonObject | JsonFault {
  const text = decodeBase64urlText(encoded);
  return text instanceof JsonFault ? text : decodeJsonObject(text, limits);
}
