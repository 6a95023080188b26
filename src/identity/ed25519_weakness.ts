/**
 * What is wrong with an Ed25519 public key that is a point of the curve all the
 * same: signatures can be made under it without a private key.
 *
 * @see RFC 8032 section 5.1.3; https://eprint.iacr.org/2020/1244 table 5
 */
import { Buffer } from "node:buffer";

const FIELD_PRIME = 2n ** 255n - 19n;

/** One half of the points of order 8; the other half has the negative. */
const ORDER_8_Y =
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

/** The y of the eight points whose order divides 8: for each a valid signature exists for some messages, or for all. */
const SMALL_ORDER_Y: readonly bigint[] = [
  0n,
  1n,
  FIELD_PRIME - 1n,
  ORDER_8_Y,
  FIELD_PRIME - ORDER_8_Y,
];

/** Why the key must not be used, or undefined. 32 bytes. */
export function ed25519Weakness(publicKey: Uint8Array): string | undefined {
  const bigEndian = Buffer.from(publicKey).reverse().toString("hex");
  // The highest bit is the sign of x.
  const y = BigInt(`0x${bigEndian}`) & (2n ** 255n - 1n);
  if (y >= FIELD_PRIME) return '"x" is not the canonical form of a point';
  return SMALL_ORDER_Y.includes(y)
    ? '"x" is a point of small order'
    : undefined;
}
