/**
 * Bearer tokens for the bench: one issuer for each algorithm, and tokens of every
 * quality, signed by `node:crypto` so that a hundred thousand take seconds.
 */
import { Buffer } from "node:buffer";
import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";

export const ALGORITHMS = ["HS256", "EdDSA", "ES256", "RS256"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What is wrong with a token. */
export type Flaw =
  | "none"
  | "expired"
  /** Signed by another key than the one that its header names. */
  | "forged"
  | "foreign issuer"
  | "malformed";

export const AUDIENCE = "nats";

/** An issuer of tokens; holds its private key. */
export interface BenchIssuer {
  readonly algorithm: Algorithm;
  readonly issuer: string;
  /** Distinguishes it in subjects. */
  readonly label: string;
  readonly kid: string;
  /** Of HS256, in base64url; `k` of the private key. */
  readonly privateJwk: JsonWebKey;
  /** Of the others. */
  readonly publicJwk: JsonWebKey | undefined;
  /** Where the keys are fetched; in a file unless given. */
  readonly jwksUrl?: string;
}

export interface MintOptions {
  readonly issuer: BenchIssuer;
  readonly flaw: Flaw;
}

const RSA_BITS = 2048;
const LIFETIME_SECONDS = 3600;

export function createIssuers(): Readonly<Record<Algorithm, BenchIssuer>> {
  return {
    HS256: createIssuer("HS256"),
    EdDSA: createIssuer("EdDSA"),
    ES256: createIssuer("ES256"),
    RS256: createIssuer("RS256"),
  };
}

/** An issuer with a key of its own. */
export function createIssuer(
  algorithm: Algorithm,
  label = algorithm.toLowerCase(),
): BenchIssuer {
  const privateJwk = createPrivateJwk(algorithm);
  const { kty, crv, x, y, n, e } = privateJwk;
  const kid = `${label}-2031`;
  const publicMembers = { kty, crv, x, y, n, e, kid, alg: algorithm };
  return {
    algorithm,
    issuer: `https://${label}.issuer.example`,
    label,
    kid,
    privateJwk,
    publicJwk: algorithm === "HS256"
      ? undefined
      : JSON.parse(JSON.stringify({ ...publicMembers, use: "sig" })),
  };
}

function createPrivateJwk(algorithm: Algorithm): JsonWebKey {
  switch (algorithm) {
    case "HS256":
      return { kty: "oct", k: randomBytes(32).toString("base64url") };
    case "EdDSA":
      return generateKeyPairSync("ed25519").privateKey
        .export({ format: "jwk" });
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
        .export({ format: "jwk" });
    case "RS256":
      return generateKeyPairSync("rsa", { modulusLength: RSA_BITS }).privateKey
        .export({ format: "jwk" });
  }
}

/** So many tokens, each for another user. */
export function mintTokens(
  { issuer, flaw }: MintOptions,
  count: number,
): string[] {
  const { algorithm, kid } = issuer;
  const signer = createSigner(
    algorithm,
    flaw === "forged" ? createPrivateJwk(algorithm) : issuer.privateJwk,
  );
  const header = encode({ alg: algorithm, typ: "JWT", kid });
  const seconds = Math.floor(Date.now() / 1000);
  const iat = flaw === "expired" ? seconds - 2 * LIFETIME_SECONDS : seconds - 1;
  const batch = randomBytes(6).toString("hex");
  return Array.from({ length: count }, (_, index) => {
    const signed = `${header}.${
      encode({
        iss: flaw === "foreign issuer"
          ? "https://foreign.issuer.example"
          : issuer.issuer,
        sub: `${batch}-${index}`,
        aud: AUDIENCE,
        iat,
        exp: iat + LIFETIME_SECONDS,
        jti: crypto.randomUUID(),
        // What providers like to add, so that the length is a usual one.
        client_id: "bench-application",
        scope: "openid profile email offline_access",
        email: `${batch}-${index}@example.com`,
        groups: ["everyone", "developers"],
      })
    }`;
    const jwt = `${signed}.${signer(signed).toString("base64url")}`;
    return flaw === "malformed" ? jwt.replace(".", "=.") : jwt;
  });
}

type Signer = (text: string) => Buffer;

function createSigner(algorithm: Algorithm, jwk: JsonWebKey): Signer {
  if (algorithm === "HS256") {
    const secret = Buffer.from(jwk.k ?? "", "base64url");
    return (text) => createHmac("sha256", secret).update(text).digest();
  }
  const key: KeyObject = createPrivateKey({ key: jwk, format: "jwk" });
  if (algorithm === "EdDSA") {
    return (text) => sign(null, Buffer.from(text), key);
  }
  return (text) =>
    sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
}

function encode(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}
