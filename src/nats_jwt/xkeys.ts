/**
 * Curve keys: opens what a server sealed for us and seals what we answer, in the
 * `xkv1` form of nkeys (version, 24 bytes of nonce, NaCl box).
 *
 * Deriving the shared key takes four times as long as using it, and a server
 * keeps one xkey for its whole life (nats-server `NewServer`), so shared keys are
 * remembered per server; not before one has opened or sealed something, or
 * whoever invents keys would have the real ones forgotten.
 *
 * @see github.com/nats-io/nkeys `xkeys.go`
 */
import { LRUCache } from "lru-cache";
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { XKEY_CACHE_ENTRIES_MAX } from "../base/limits.ts";
import type { Secret } from "../base/secret.ts";
import { type AgreeOnKey, createKeyAgreement } from "./key_agreement.ts";
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

/** Why something was not opened: no key can be shared with that sender, or it is not what they sealed for us. */
export type SealFault = "sender unusable" | "seal broken";

export interface Xkey {
  readonly publicKey: string;
  /** What the sender sealed for this key. */
  open(sealed: Uint8Array, senderPublicKey: string): Uint8Array | SealFault;
  /**
   * Seals for a recipient.
   *
   * @throws {TypeError} If the recipient's key is not a curve key that can be used.
   */
  seal(plain: Uint8Array, recipientPublicKey: string): Uint8Array;
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
  return createXkey(publicKey, createKeyAgreement(raw));
}

/** The same for whatever knows the private key. */
export function createXkey(publicKey: string, agreeOnKey: AgreeOnKey): Xkey {
  const sharedKeys = new LRUCache<string, Uint8Array>({
    max: XKEY_CACHE_ENTRIES_MAX,
  });

  function sharedKey(otherPublicKey: string): Uint8Array | undefined {
    const known = sharedKeys.get(otherPublicKey);
    if (known !== undefined) return known;
    const otherRaw = decodePublicKey(otherPublicKey, "curve");
    return otherRaw === undefined ? undefined : agreeOnKey(otherRaw);
  }

  return {
    publicKey,
    open(sealed, senderPublicKey): Uint8Array | SealFault {
      if (sealed.length < OVERHEAD_BYTES || !isSealed(sealed)) {
        return "seal broken";
      }
      const key = sharedKey(senderPublicKey);
      if (key === undefined) return "sender unusable";
      const nonce = sealed.subarray(VERSION.length, BOX_START);
      const plain = openSecretbox(sealed.subarray(BOX_START), nonce, key);
      if (plain === undefined) return "seal broken";
      sharedKeys.set(senderPublicKey, key);
      return plain;
    },
    seal(plain, recipientPublicKey): Uint8Array {
      const key = sharedKey(recipientPublicKey);
      if (key === undefined) {
        throw new TypeError("Cannot seal: the recipient's xkey is not usable");
      }
      sharedKeys.set(recipientPublicKey, key);
      const sealed = Buffer.allocUnsafe(OVERHEAD_BYTES + plain.length);
      VERSION.copy(sealed);
      randomFillSync(sealed, VERSION.length, NONCE_BYTES);
      const nonce = sealed.subarray(VERSION.length, BOX_START);
      sealSecretbox(sealed, BOX_START, plain, nonce, key);
      return sealed;
    },
  };
}
