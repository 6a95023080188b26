/**
 * What attacks on tokens aim at: an issuer that is trusted, one good token of
 * it, and what an attacker knows beside: the public key, and a second issuer
 * that is trusted too.
 */
import { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";
import { claims } from "../fixtures/jwt_scene.ts";
import { createSigner, encodePart, hmac } from "../fixtures/jwt_signer.ts";
import type { Claims, Signer } from "../fixtures/jwt_signer.ts";

export const OTHER_ISSUER = "https://other.example.com/realms/acme";

export interface Target {
  readonly signer: Signer;
  /** Also trusted, with a key of the same algorithm and the same `kid`. */
  readonly other: Signer;
  /** Trusted by nobody. */
  readonly attacker: Signer;
  readonly good: string;
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
  /** A server of the attacker's: whoever asks it for something has lost. */
  readonly trap: string;
}

/** Tokens that must be refused, each of them. None where the attack does not apply. */
export type Attack = (
  target: Target,
) => readonly string[] | Promise<readonly string[]>;

type Signers = Pick<Target, "signer" | "other" | "attacker">;

/** Made once: RSA keys take their time. */
const signersByAlgorithm = new Map<string, Signers>();

function signersOf(alg: Signer["alg"]): Signers {
  const known = signersByAlgorithm.get(alg);
  if (known !== undefined) return known;
  const signers = {
    signer: createSigner(alg, "key-1"),
    other: createSigner(alg, "key-1"),
    attacker: createSigner(alg, "key-1"),
  };
  signersByAlgorithm.set(alg, signers);
  return signers;
}

export function createTarget(alg: Signer["alg"], trap: string): Target {
  const signers = signersOf(alg);
  const { signer } = signers;
  const good = signer.token(claims());
  const [header = "", payload = "", signature = ""] = good.split(".");
  return {
    ...signers,
    good,
    header,
    payload,
    signature,
    trap,
  };
}

/** What the attacker wants to be. */
export const ROOT: Claims = { sub: "root" };

/** The good token's claims, changed, under the good token's signature. */
export function tampered(
  { header, signature }: Target,
  changes: Claims,
): string {
  return `${header}.${
    encodePart(JSON.stringify(claims(changes)))
  }.${signature}`;
}

/** A token whose MAC is made with what the attacker takes for the secret. */
export function macToken(
  secret: string | Uint8Array,
  header: Claims = {},
  changes: Claims = ROOT,
): string {
  const full = { alg: "HS256", typ: "JWT", kid: "key-1", ...header };
  const input = `${encodePart(JSON.stringify(full))}.${
    encodePart(JSON.stringify(claims(changes)))
  }`;
  return `${input}.${encodePart(hmac(Buffer.from(secret), full.alg, input))}`;
}

/** Every way in which a public key may be written, and then be taken for a secret. */
export function spellingsOfKey(jwk: Claims): readonly (string | Uint8Array)[] {
  if (jwk["kty"] === undefined) return [];
  const { kid: _kid, alg: _alg, use: _use, ...bare } = jwk;
  const key = createPublicKey({
    key: JSON.parse(JSON.stringify(bare)),
    format: "jwk",
  });
  const der = key.export({ type: "spki", format: "der" });
  const pem = String(key.export({ type: "spki", format: "pem" }));
  const spellings: (string | Uint8Array)[] = [
    der,
    der.toString("base64"),
    pem,
    pem.trimEnd(),
    pem.replaceAll("\n", "\r\n"),
    pem.replaceAll("\n", ""),
    JSON.stringify(jwk),
    JSON.stringify(bare),
    JSON.stringify({ keys: [jwk] }),
  ];
  for (const name of ["n", "e", "x", "y"]) {
    const value = bare[name];
    if (typeof value !== "string") continue;
    spellings.push(value, Buffer.from(value, "base64url"));
  }
  return spellings;
}
