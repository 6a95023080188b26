/**
 * How this service proves to an authorization server who it is when it asks about
 * tokens.
 *
 * @see RFC 6749 section 2.3.1, OpenID Connect Core section 9, RFC 7523 section 3
 */
import { Buffer } from "node:buffer";
import { createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { RSA_MODULUS_BITS_MIN } from "../base/limits.ts";
import type { Secret } from "../base/secret.ts";
import { toEpochSeconds } from "../base/time.ts";
import type { Clock } from "../base/time.ts";

/** How this service proves to an issuer which client it is. */
export type ClientAuthentication = ClientSecret | ClientKey;

/** A secret in the header or in the body (RFC 6749 section 2.3.1). */
export interface ClientSecret {
  readonly method: "client_secret_basic" | "client_secret_post";
  readonly clientId: string;
  readonly secret: Secret;
}

/** A signed assertion (RFC 7523 section 2.2); its key is read by {@linkcode parseClientKey}. */
export interface ClientKey {
  readonly method: "private_key_jwt";
  readonly clientId: string;
  readonly key: KeyObject;
  readonly algorithm: ClientKeyAlgorithm;
  readonly kid?: string;
  /** Who the assertion is meant for: the issuer, unless it wants its own endpoint there. */
  readonly audience: string;
}

/** What an assertion is signed with. */
export type ClientKeyAlgorithm =
  | "RS256"
  | "PS256"
  | "ES256"
  | "ES384"
  | "EdDSA"
  | "Ed25519";

/** What each kind of key signs with, first what it does unless its JWK says otherwise. */
const ALGORITHMS = {
  "rsa": ["RS256", "PS256"],
  "prime256v1": ["ES256"],
  "secp384r1": ["ES384"],
  "ed25519": ["EdDSA", "Ed25519"],
} as const satisfies Readonly<Record<string, readonly ClientKeyAlgorithm[]>>;

/** What a question must carry. */
export interface ClientProof {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

const JWT_BEARER_ASSERTION =
  "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** How long an assertion may travel: it is used at once, and once. */
const ASSERTION_SECONDS = 60;

export async function proveClient(
  client: ClientAuthentication,
  clock: Clock,
): Promise<ClientProof> {
  switch (client.method) {
    case "client_secret_basic":
      return {
        headers: { "authorization": basicCredentials(client) },
        parameters: {},
      };
    case "client_secret_post":
      return {
        headers: {},
        parameters: {
          "client_id": client.clientId,
          "client_secret": client.secret.reveal(),
        },
      };
    case "private_key_jwt":
      return {
        headers: {},
        parameters: {
          "client_id": client.clientId,
          "client_assertion_type": JWT_BEARER_ASSERTION,
          "client_assertion": await signAssertion(client, clock),
        },
      };
  }
}

/** Both are form-encoded first: otherwise a colon in the id would end it. */
function basicCredentials({ clientId, secret }: ClientSecret): string {
  const pair = `${encodeForm(clientId)}:${encodeForm(secret.reveal())}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

function encodeForm(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

async function signAssertion(
  { clientId, key, algorithm, kid, audience }: ClientKey,
  clock: Clock,
): Promise<string> {
  const now = toEpochSeconds(clock());
  // Few need it, and all would keep it in memory.
  const { SignJWT } = await import("jose");
  return await new SignJWT({})
    .setProtectedHeader({
      alg: algorithm,
      typ: "JWT",
      ...(kid === undefined ? {} : { kid }),
    })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_SECONDS)
    .setJti(crypto.randomUUID())
    .sign(key);
}

/**
 * Reads the private key of `private_key_jwt`: PEM (PKCS#8), or a JWK.
 *
 * @throws {SyntaxError} If it is neither, or of a kind that signs nothing here.
 */
export function parseClientKey(
  text: Secret,
): Pick<ClientKey, "key" | "algorithm"> & { readonly kid?: string } {
  const { key, kid, alg } = readPrivateKey(text);
  const algorithms = algorithmsOf(key);
  const [usual] = algorithms;
  if (usual === undefined) {
    throw new SyntaxError(
      `Cannot use client key: it is not RSA of ${RSA_MODULUS_BITS_MIN} bits or more, EC P-256 or P-384, or Ed25519`,
    );
  }
  const algorithm = alg === undefined
    ? usual
    : algorithms.find((each) => each === alg);
  if (algorithm === undefined) {
    throw new SyntaxError(
      `Cannot use client key: it is not for ${
        algorithms.join(" or ")
      }, but has another "alg"`,
    );
  }
  return { key, algorithm, ...(kid === undefined ? {} : { kid }) };
}

interface PrivateKey {
  readonly key: KeyObject;
  readonly kid?: string;
  /** What a JWK says that it signs with. */
  readonly alg?: unknown;
}

function readPrivateKey(text: Secret): PrivateKey {
  try {
    if (!text.reveal().trimStart().startsWith("{")) {
      return { key: createPrivateKey(text.reveal()) };
    }
    const jwk = JSON.parse(text.reveal());
    const { alg, kid } = jwk;
    const key = createPrivateKey({ key: jwk, format: "jwk" });
    return { key, alg, ...(typeof kid === "string" ? { kid } : {}) };
  } catch {
    // What the library says may quote the key.
    throw new SyntaxError(
      "Cannot use client key: it is neither a private key in PEM nor a private JWK",
    );
  }
}

function algorithmsOf(key: KeyObject): readonly ClientKeyAlgorithm[] {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "rsa":
      return modulusLength < RSA_MODULUS_BITS_MIN ? [] : ALGORITHMS.rsa;
    case "ec":
      return namedCurve === "prime256v1" || namedCurve === "secp384r1"
        ? ALGORITHMS[namedCurve]
        : [];
    case "ed25519":
      return ALGORITHMS.ed25519;
    default:
      return [];
  }
}
