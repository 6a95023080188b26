/**
 * Signing keys and their verification, on the native Ed25519 of `node:crypto`:
 * the tweetnacl inside of `@nats-io/nkeys` takes 6 ms for a signature and 10 ms
 * for a verification, and accepts signatures with S above the group order. The
 * library decodes and checks the seeds.
 */
import {
  createAccount,
  createCurve,
  createOperator,
  createServer,
  createUser,
  fromSeed,
  type KeyPair,
} from "@nats-io/nkeys";
import { type KeyObject, sign, verify } from "node:crypto";
import { assert } from "../base/assert.ts";
import { Secret } from "../base/secret.ts";
import { decodeBase32 } from "./base32.ts";
import { decodePublicKey, type NkeyRole } from "./public_key.ts";
import { importPrivateKey, importPublicKey } from "./raw_key.ts";

/** Signs with an nkey. Holds the private key and never shows it. */
export interface SigningKey {
  readonly publicKey: string;
  /** The 64 bytes of an Ed25519 signature. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** What the seeds of each role begin with (nkeys `strkey.go`). */
export const SEED_PREFIX: Readonly<Record<NkeyRole, string>> = {
  account: "SA",
  curve: "SX",
  operator: "SO",
  server: "SN",
  user: "SU",
};

const CREATE_BY_ROLE: Readonly<Record<NkeyRole, () => KeyPair>> = {
  account: createAccount,
  curve: createCurve,
  operator: createOperator,
  server: createServer,
  user: createUser,
};

/** A new random seed of that role. */
export function createSeed(role: NkeyRole): Secret {
  const pair = CREATE_BY_ROLE[role]();
  try {
    return new Secret(new TextDecoder().decode(pair.getSeed()));
  } finally {
    pair.clear();
  }
}

/**
 * The raw 32 bytes and the public key of a seed.
 *
 * @throws {SyntaxError} If it is not a seed of that role. Shows nothing of it.
 */
export function decodeSeed(
  seed: Secret,
  role: NkeyRole,
): { readonly raw: Uint8Array; readonly publicKey: string } {
  const text = seed.reveal();
  const prefix = SEED_PREFIX[role];
  if (!text.startsWith(prefix)) {
    throw new SyntaxError(
      `Cannot read seed: ${role} seeds start with "${prefix}"`,
    );
  }
  let publicKey: string;
  try {
    // The library checks prefix, length and checksum.
    publicKey = fromSeed(new TextEncoder().encode(text)).getPublicKey();
  } catch {
    throw new SyntaxError(
      `Cannot read seed: not a complete ${role} seed, its length or checksum is wrong`,
    );
  }
  // Two bytes of prefixes, the 32 bytes, a checksum (nkeys `strkey.go`, EncodeSeed).
  const decoded = decodeBase32(text);
  assert(decoded?.length === 36, "the library accepted the seed's length");
  return { raw: decoded.slice(2, 34), publicKey };
}

/**
 * @throws {SyntaxError} If the seed is not one of that role.
 */
export function signingKeyFromSeed(
  seed: Secret,
  role: Exclude<NkeyRole, "curve">,
): SigningKey {
  const { raw, publicKey } = decodeSeed(seed, role);
  const privateKey = importPrivateKey(raw, "ed25519");
  return {
    publicKey,
    sign(bytes: Uint8Array): Uint8Array {
      return sign(null, bytes, privateKey);
    },
  };
}

/** The key that verifies signatures of a public nkey, or undefined if it is not one of that role. */
export function verifyingKey(
  publicKey: string,
  role: NkeyRole,
): KeyObject | undefined {
  const raw = decodePublicKey(publicKey, role);
  return raw === undefined ? undefined : importPublicKey(raw, "ed25519");
}

/** Whether the 64 bytes are the key's Ed25519 signature of these bytes (RFC 8032, S below L). */
export function verifySignature(
  key: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  return signature.length === 64 && verify(null, bytes, key, signature);
}
