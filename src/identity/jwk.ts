/**
 * One member of a JWKS: a public key that may verify this issuer's signatures,
 * or the reason why not.
 *
 * @see RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2
 */
import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { KID_CHARS_MAX } from "../base/limits.ts";
import { decodeBase64url, encodeBase64url } from "../base/base64url.ts";
import { ed25519Weakness } from "./ed25519_weakness.ts";
import { algorithmFacts, isJwsAlgorithm } from "./jws_algorithms.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import type { P256Tables } from "./p256_tables.ts";
import { rsaWeakness } from "./rsa_weakness.ts";
import {
  createNativeKey,
  createP256Key,
  createRsaKey,
} from "./verification_key.ts";
import type { VerificationKey } from "./verification_key.ts";

/** A key that is left out. The other keys of its set are still good (RFC 7517 section 5). */
export class UnusableKey {
  readonly problem: string;
  /** Ordinary in a key set: a key for encryption, or of another algorithm. */
  readonly ordinary: boolean;

  constructor(problem: string, { ordinary = false } = {}) {
    this.problem = problem;
    this.ordinary = ordinary;
  }
}

export interface JwkContext {
  /** The issuer's, asymmetric all of them. */
  readonly algorithms: readonly JwsAlgorithm[];
  readonly tables: P256Tables;
}

/** What only a private or symmetric key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4). */
const SECRET_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;

/** Length of a coordinate of each curve, in bytes. */
const COORDINATE_BYTES: ReadonlyMap<string, number> = new Map([
  ["P-256", 32],
  ["P-384", 48],
  ["P-521", 66],
]);

const ED25519_KEY_BYTES = 32;

export function importJwk(
  jwk: JsonObject,
  { algorithms, tables }: JwkContext,
): VerificationKey | UnusableKey {
  for (const name of SECRET_MEMBERS) {
    if (Object.hasOwn(jwk, name)) {
      return new UnusableKey(`holds secret material ("${name}")`);
    }
  }
  const kid = member(jwk, "kid");
  if (kid !== undefined && typeof kid !== "string") {
    return new UnusableKey('"kid" is not a string');
  }
  if (kid !== undefined && kid.length > KID_CHARS_MAX) {
    return new UnusableKey('"kid" is too long');
  }
  const forbidden = checkPurpose(jwk);
  if (forbidden !== undefined) return forbidden;
  const fitting = fittingAlgorithms(jwk, algorithms);
  if (fitting.size === 0) {
    return new UnusableKey("fits none of the configured algorithms", {
      ordinary: true,
    });
  }
  const publicKey = importPublicKey(jwk);
  if (publicKey instanceof UnusableKey) return publicKey;
  const { keyObject, p256Point, rsa } = publicKey;
  const options = { kid, algorithms: fitting, keyObject };
  if (rsa !== undefined) return createRsaKey({ ...options, ...rsa });
  return p256Point === undefined
    ? createNativeKey(options)
    : createP256Key({ ...options, publicKey: p256Point, tables });
}

/** A key that is meant for something else verifies nothing (RFC 7517 sections 4.2 and 4.3). */
function checkPurpose(jwk: JsonObject): UnusableKey | undefined {
  const use = member(jwk, "use");
  if (use !== undefined && use !== "sig") {
    return new UnusableKey('"use" is not "sig"', { ordinary: use === "enc" });
  }
  const operations = member(jwk, "key_ops");
  if (operations === undefined) return undefined;
  if (!Array.isArray(operations) || !operations.includes("verify")) {
    return new UnusableKey('"key_ops" does not contain "verify"');
  }
  return undefined;
}

/** The configured algorithms that the key can have and does not deny by its own `alg`. */
function fittingAlgorithms(
  jwk: JsonObject,
  algorithms: readonly JwsAlgorithm[],
): ReadonlySet<JwsAlgorithm> {
  const keyType = member(jwk, "kty");
  const curve = member(jwk, "crv");
  const alg = member(jwk, "alg");
  return new Set(algorithms.filter((algorithm) => {
    const facts = algorithmFacts(algorithm);
    if (facts.keyType !== keyType) return false;
    if (facts.curve !== undefined && facts.curve !== curve) return false;
    return alg === undefined || (isJwsAlgorithm(alg) && alg === algorithm);
  }));
}

interface PublicKey {
  readonly keyObject: KeyObject;
  readonly p256Point?: Uint8Array;
  readonly rsa?: {
    readonly modulus: Uint8Array;
    readonly exponent: Uint8Array;
  };
}

function importPublicKey(jwk: JsonObject): PublicKey | UnusableKey {
  switch (member(jwk, "kty")) {
    case "RSA":
      return importRsa(jwk);
    case "EC":
      return importEc(jwk);
    case "OKP":
      return importEd25519(jwk);
    default:
      return new UnusableKey("has an unknown type", { ordinary: true });
  }
}

function importRsa(jwk: JsonObject): PublicKey | UnusableKey {
  const n = bytesOf(jwk, "n");
  const e = bytesOf(jwk, "e");
  if (n === undefined || e === undefined) {
    return new UnusableKey('"n" or "e" is not base64url');
  }
  const weakness = rsaWeakness(n, e);
  if (weakness !== undefined) return new UnusableKey(weakness);
  const key = createFromJwk({
    kty: "RSA",
    n: encodeBase64url(n),
    e: encodeBase64url(e),
  });
  if (key instanceof UnusableKey) return key;
  return { ...key, rsa: { modulus: n, exponent: e } };
}

function importEc(jwk: JsonObject): PublicKey | UnusableKey {
  const curve = String(member(jwk, "crv"));
  const x = bytesOf(jwk, "x");
  const y = bytesOf(jwk, "y");
  const exact = COORDINATE_BYTES.get(curve);
  if (x?.length !== exact || y?.length !== exact) {
    return new UnusableKey(`"x" or "y" does not have the length of ${curve}`);
  }
  if (x === undefined || y === undefined) {
    return new UnusableKey(`curve ${curve} is not supported`);
  }
  // The runtime checks that the point is on the curve.
  const key = createFromJwk({
    kty: "EC",
    crv: curve,
    x: encodeBase64url(x),
    y: encodeBase64url(y),
  });
  if (key instanceof UnusableKey || curve !== "P-256") return key;
  return { ...key, p256Point: Uint8Array.of(4, ...x, ...y) };
}

function importEd25519(jwk: JsonObject): PublicKey | UnusableKey {
  const x = bytesOf(jwk, "x");
  if (x?.length !== ED25519_KEY_BYTES) {
    return new UnusableKey('"x" does not have the length of Ed25519');
  }
  const weakness = ed25519Weakness(x);
  if (weakness !== undefined) return new UnusableKey(weakness);
  return createFromJwk({ kty: "OKP", crv: "Ed25519", x: encodeBase64url(x) });
}

function createFromJwk(
  jwk: Readonly<Record<string, string>>,
): PublicKey | UnusableKey {
  try {
    return { keyObject: createPublicKey({ key: jwk, format: "jwk" }) };
  } catch {
    // A point that is not on its curve, or that does not decode.
    return new UnusableKey("is not a valid public key");
  }
}

function bytesOf(jwk: JsonObject, name: string): Uint8Array | undefined {
  const text = member(jwk, name);
  return typeof text === "string" ? decodeBase64url(text) : undefined;
}
