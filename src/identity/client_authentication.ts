/**
 * How this service proves to an authorization server who it is when it asks about
 * tokens.
 *
 * @see RFC 6749 section 2.3.1, OpenID Connect Core section 9, RFC 7523 section 3
 */
import { SignJWT } from "jose";
import { Buffer } from "node:buffer";
import { createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Secret } from "../base/secret.ts";
import { toEpochSeconds } from "../base/time.ts";
import type { Clock } from "../base/time.ts";

export type ClientAuthentication = ClientSecret | ClientKey;

export interface ClientSecret {
  readonly method: "client_secret_basic" | "client_secret_post";
  readonly clientId: string;
  readonly secret: Secret;
}

export interface ClientKey {
  readonly method: "private_key_jwt";
  readonly clientId: string;
  readonly key: KeyObject;
  readonly algorithm: ClientKeyAlgorithm;
  readonly kid?: string;
  /** Who the assertion is meant for: the issuer, unless it wants its own endpoint there. */
  readonly audience: string;
}

export type ClientKeyAlgorithm =
  | "RS256"
  | "PS256"
  | "ES256"
  | "ES384"
  | "EdDSA";

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
  const { key, kid } = readPrivateKey(text);
  const algorithm = algorithmOf(key);
  if (algorithm === undefined) {
    throw new SyntaxError(
      "Cannot use client key: it is not RSA of 2048 bits or more, EC P-256 or P-384, or Ed25519",
    );
  }
  return { key, algorithm, ...(kid === undefined ? {} : { kid }) };
}

function readPrivateKey(
  text: Secret,
): { readonly key: KeyObject; readonly kid?: string } {
  try {
    if (!text.reveal().trimStart().startsWith("{")) {
      return { key: createPrivateKey(text.reveal()) };
    }
    const jwk = JSON.parse(text.reveal());
    const key = createPrivateKey({ key: jwk, format: "jwk" });
    return typeof jwk.kid === "string" ? { key, kid: jwk.kid } : { key };
  } catch {
    // What the library says may quote the key.
    throw new SyntaxError(
      "Cannot use client key: it is neither a private key in PEM nor a private JWK",
    );
  }
}

const RSA_BITS_MIN = 2048;

function algorithmOf(key: KeyObject): ClientKeyAlgorithm | undefined {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "rsa":
      return modulusLength < RSA_BITS_MIN ? undefined : "RS256";
    case "ec":
      if (namedCurve === "prime256v1") return "ES256";
      return namedCurve === "secp384r1" ? "ES384" : undefined;
    case "ed25519":
      return "EdDSA";
    default:
      return undefined;
  }
}
