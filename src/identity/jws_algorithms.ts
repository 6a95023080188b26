/**
 * The signature algorithms that can be configured, in one table: which key each
 * takes and how its signature looks. What is not here does not exist, `none`
 * first of all.
 *
 * @see RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2
 */

/** Key type, as the `kty` of a JWK names it. */
export type KeyType = "oct" | "RSA" | "EC" | "OKP";

export interface AlgorithmFacts {
  readonly keyType: KeyType;
  /** Curve that the key must be on, as the `crv` of a JWK names it. */
  readonly curve?: string;
  /** Digest, as node:crypto names it; null where the algorithm has its own. */
  readonly digest: string | null;
  /** Exact length of a signature; an RSA signature is as long as its modulus. */
  readonly signatureBytes?: number;
  /** RSASSA-PSS, with a salt exactly as long as the digest (RFC 7518 section 3.5). */
  readonly saltBytes?: number;
}

/** As the header `alg` names it. */
export type JwsAlgorithm =
  | "HS256"
  | "HS384"
  | "HS512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA"
  /** The newer name of the same; accepted only where it is configured. */
  | "Ed25519";

const TABLE: Readonly<Record<JwsAlgorithm, AlgorithmFacts>> = {
  HS256: { keyType: "oct", digest: "sha256", signatureBytes: 32 },
  HS384: { keyType: "oct", digest: "sha384", signatureBytes: 48 },
  HS512: { keyType: "oct", digest: "sha512", signatureBytes: 64 },
  RS256: { keyType: "RSA", digest: "sha256" },
  RS384: { keyType: "RSA", digest: "sha384" },
  RS512: { keyType: "RSA", digest: "sha512" },
  PS256: { keyType: "RSA", digest: "sha256", saltBytes: 32 },
  PS384: { keyType: "RSA", digest: "sha384", saltBytes: 48 },
  PS512: { keyType: "RSA", digest: "sha512", saltBytes: 64 },
  ES256: {
    keyType: "EC",
    curve: "P-256",
    digest: "sha256",
    signatureBytes: 64,
  },
  ES384: {
    keyType: "EC",
    curve: "P-384",
    digest: "sha384",
    signatureBytes: 96,
  },
  ES512: {
    keyType: "EC",
    curve: "P-521",
    digest: "sha512",
    signatureBytes: 132,
  },
  EdDSA: {
    keyType: "OKP",
    curve: "Ed25519",
    digest: null,
    signatureBytes: 64,
  },
  Ed25519: {
    keyType: "OKP",
    curve: "Ed25519",
    digest: null,
    signatureBytes: 64,
  },
};

const FACTS: ReadonlyMap<string, AlgorithmFacts> = new Map(
  Object.entries(TABLE),
);

/** Every algorithm that can be configured, for the configuration's schema. */
export const JWS_ALGORITHMS: readonly JwsAlgorithm[] = Object.keys(TABLE)
  .filter(isJwsAlgorithm);

/** Compared exactly: `hs256` is none of them. */
export function isJwsAlgorithm(name: unknown): name is JwsAlgorithm {
  return typeof name === "string" && FACTS.has(name);
}

export function algorithmFacts(algorithm: JwsAlgorithm): AlgorithmFacts {
  return TABLE[algorithm];
}

/** HS256, HS384, HS512: whoever can verify can also sign. */
export function isSymmetric(algorithm: JwsAlgorithm): boolean {
  return algorithmFacts(algorithm).keyType === "oct";
}
