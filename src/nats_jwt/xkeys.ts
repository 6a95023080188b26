/**
 * Curve keys: opens what a server sealed for us and seals what we answer, in the
 * `xkv1` form of nkeys (version, 24 bytes of nonce, NaCl box).
 *
 * Deriving the shared key takes 30 times as long as using it, and a server keeps
 * one xkey for its whole life (nats-server `NewServer`), so shared keys are
 * remembered per server.
 *
 * @see github.com/nats-io/nkeys `xkeys.go`
 */
import { LRUCache } from "lru-cache";
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import nacl from "tweetnacl";
import { XKEY_CACHE_ENTRIES_MAX } from "../base/limits.ts";
import type { Secret } from "../base/secret.ts";
import { decodeSeed } from "./nkeys.ts";
import { decodePublicKey } from "./public_key.ts";
import {
  NONCE_BYTES,
  openSecretbox,
  sealSecretbox,
  TAG_BYTES,
} from "./secretbox.ts";

/** First bytes of everything that is sealed: "xkv1". */
const VERSION = Buffer.from("xkv1");
const BOX_START = VERSION.length + NONCE_BYTES;
const OVERHEAD_BYTES = BOX_START + TAG_BYTES;

export interface Xkey {
  readonly publicKey: string;
  /** What the sender sealed for this key, or undefined if the seal does not hold. */
  open(sealed: Uint8Array, senderPublicKey: string): Uint8Array | undefined;
  /**
   * Seals for a recipient.
   *
   * @throws {TypeError} If the recipient's key is not a curve key that can be used.
   */
  seal(plain: Uint8Array, recipientPublicKey: string): Uint8Array;
  /** Whether a shared key with that public key exists: it is a curve key and not of low order. */
  accepts(publicKey: string): boolean;
}

/** Whether the bytes claim to be sealed. */
export function isSealed(bytes: Uint8Array): boolean {
  return VERSION.equals(bytes.subarray(0, VERSION.length));
}

/**
 * @throws {SyntaxError} If the seed is not one of a curve key.
 */
export function xkeyFromSeed(seed: Secret): Xkey {
  const { raw, publicKey } = decodeSeed(seed, "curve");
  const sharedKeys = new LRUCache<string, Uint8Array>({
    max: XKEY_CACHE_ENTRIES_MAX,
  });

  function sharedKey(otherPublicKey: string): Uint8Array | undefined {
    const known = sharedKeys.get(otherPublicKey);
    if (known !== undefined) return known;
    const otherRaw = decodePublicKey(otherPublicKey, "curve");
    if (otherRaw === undefined) return undefined;
    // A point of low order makes the same shared secret with everybody (RFC 7748 section 6.1).
    if (nacl.scalarMult(raw, otherRaw).every((byte) => byte === 0)) {
      return undefined;
    }
    const derived = nacl.box.before(otherRaw, raw);
    sharedKeys.set(otherPublicKey, derived);
    return derived;
  }

  return {
    publicKey,
    accepts(otherPublicKey: string): boolean {
      return sharedKey(otherPublicKey) !== undefined;
    },
    open(sealed: Uint8Array, senderPublicKey: string): Uint8Array | undefined {
      if (sealed.length < OVERHEAD_BYTES || !isSealed(sealed)) return undefined;
      const key = sharedKey(senderPublicKey);
      if (key === undefined) return undefined;
      const nonce = sealed.subarray(VERSION.length, BOX_START);
      return openSecretbox(sealed.subarray(BOX_START), nonce, key);
    },
    seal(plain: Uint8Array, recipientPublicKey: string): Uint8Array {
      const key = sharedKey(recipientPublicKey);
      if (key === undefined) {
        throw new TypeError("Cannot seal: the recipient's xkey is not usable");
      }
      const sealed = Buffer.allocUnsafe(OVERHEAD_BYTES + plain.length);
      VERSION.copy(sealed);
      randomFillSync(sealed, VERSION.length, NONCE_BYTES);
      const nonce = sealed.subarray(VERSION.length, BOX_START);
      sealSecretbox(sealed, BOX_START, plain, nonce, key);
      return sealed;
    },
  };
}
