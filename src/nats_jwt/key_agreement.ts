/**
 * The key of a NaCl box: X25519 of one's own private key and another's public
 * one, native, and HSalsa20 of the result. tweetnacl's X25519 takes 1 ms.
 *
 * @see https://nacl.cr.yp.to/box.html
 */
import { diffieHellman, type KeyObject } from "node:crypto";
import { importPrivateKey, importPublicKey } from "./raw_key.ts";
import { boxKey } from "./secretbox.ts";

/** The key that is shared with a public key, or undefined if there can be none. */
export type AgreeOnKey = (otherRaw: Uint8Array) => Uint8Array | undefined;

export function createKeyAgreement(raw: Uint8Array): AgreeOnKey {
  const privateKey = importPrivateKey(raw, "x25519");
  return function agreeOnKey(otherRaw: Uint8Array): Uint8Array | undefined {
    const secret = multiply(privateKey, importPublicKey(otherRaw, "x25519"));
    return secret === undefined ? undefined : boxKey(secret);
  };
}

/** A point of low order makes the same secret with everybody, zero (RFC 7748 section 6.1). */
function multiply(
  privateKey: KeyObject,
  publicKey: KeyObject,
): Uint8Array | undefined {
  let secret: Uint8Array;
  try {
    secret = diffieHellman({ privateKey, publicKey });
  } catch {
    // So Deno 2.9 says that it is zero; it is documented nowhere.
    return undefined;
  }
  return secret.every((byte) => byte === 0) ? undefined : secret;
}
