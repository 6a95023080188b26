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
  decodeJsonObject,
  decodeUtf8,
  JsonFault,
  type JsonLimits,
  type JsonObject,
} from "../base/json.ts";
import type { NatsClaims } from "./claims.ts";
import type { SigningKey } from "./nkeys.ts";

const HEADER = base64url('{"typ":"JWT","alg":"ed25519-nkey"}');

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
  const signed = `${HEADER}.${
    base64url(JSON.stringify({ ...claims, iss, jti }))
  }`;
  const { buffer, byteOffset, length } = signer.sign(Buffer.from(signed));
  const signature = Buffer.from(buffer, byteOffset, length);
  return `${signed}.${signature.toString("base64url")}`;
}

/** Decodes the form: three canonical parts, the header that NATS writes, bounded JSON. */
export function decodeNatsJwt(
  jwt: Uint8Array,
  limits: JsonLimits,
): UnverifiedNatsJwt | JsonFault {
  const text = Buffer.from(jwt.buffer, jwt.byteOffset, jwt.length);
  const headerEnd = text.indexOf(0x2e);
  const claimsEnd = text.indexOf(0x2e, headerEnd + 1);
  if (headerEnd < 1 || claimsEnd < 0) return new JsonFault("is not a JWT");
  const header = decodePart(text.subarray(0, headerEnd));
  const claims = decodePart(text.subarray(headerEnd + 1, claimsEnd));
  const signature = decodePart(text.subarray(claimsEnd + 1));
  if (!header || !claims || !signature) return new JsonFault("is not a JWT");
  if (!isNatsHeader(header, limits)) {
    return new JsonFault("is not a JWT that NATS signed");
  }
  const claimsText = decodeUtf8(claims);
  if (claimsText instanceof JsonFault) return claimsText;
  const decoded = decodeJsonObject(claimsText, limits);
  if (decoded instanceof JsonFault) return decoded;
  return {
    claims: decoded,
    signedBytes: text.subarray(0, claimsEnd),
    signature,
  };
}

/** The header that nats-server always writes; anything else is read as JSON. */
const USUAL_HEADER = Buffer.from('{"typ":"JWT","alg":"ed25519-nkey"}');

function isNatsHeader(header: Buffer, limits: JsonLimits): boolean {
  if (USUAL_HEADER.equals(header)) return true;
  const text = decodeUtf8(header);
  if (text instanceof JsonFault) return false;
  const decoded = decodeJsonObject(text, limits);
  if (decoded instanceof JsonFault) return false;
  return decoded["typ"] === "JWT" && decoded["alg"] === "ed25519-nkey";
}

/** base64url without padding, and only its one canonical spelling. */
function decodePart(part: Buffer): Buffer | undefined {
  const text = part.toString("latin1");
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
