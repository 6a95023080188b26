/**
 * Raw keys of 32 bytes as `node:crypto` takes them, in DER (RFC 8410).
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

export type Curve = "ed25519" | "x25519";

/** Last byte of the curve's object identifier, 1.3.101.x (RFC 8410 section 3). */
const IDENTIFIER_END: Readonly<Record<Curve, string>> = {
  ed25519: "70",
  x25519: "6e",
};

/** RFC 8410 section 7. */
export function importPrivateKey(raw: Uint8Array, curve: Curve): KeyObject {
  const head = `302e020100300506032b65${IDENTIFIER_END[curve]}04220420`;
  return createPrivateKey({
    key: Buffer.concat([Buffer.from(head, "hex"), raw]),
    format: "der",
    type: "pkcs8",
  });
}

/** RFC 8410 section 4. */
export function importPublicKey(raw: Uint8Array, curve: Curve): KeyObject {
  const head = `302a300506032b65${IDENTIFIER_END[curve]}032100`;
  return createPublicKey({
    key: Buffer.concat([Buffer.from(head, "hex"), raw]),
    format: "der",
    type: "spki",
  });
}
