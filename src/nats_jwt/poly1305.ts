/**
 * Poly1305, the authenticator of NaCl's boxes, on doubles.
 *
 * @see https://cr.yp.to/mac/poly1305-20050329.pdf
 */

/** Limbs of Poly1305: six of 22 bits, so that sums of products are exact in a double. */
const LIMB_MASK = 0x3fffff;
const LIMB = 2 ** 22;
const PER_LIMB = 2 ** -22;
/** What the limbs overflow at, 2^132, modulo 2^130 - 5. */
const WRAP = 20;
const PRIME = (1n << 130n) - 5n;
/** The bit above the 16 bytes of a whole piece, 2^128, in the highest limb. */
const WHOLE = 1 << 18;

const multiplier = new Float64Array(6);
const sum = new Float64Array(6);

/** The message, as words and as bytes of the same memory; 16 bytes behind it are written to. */
export interface Memory {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
}

/**
 * Writes the tag of the bytes from `start` to `end` to `tag`. `start` is a
 * multiple of 16; the first eight words of `key` are the key, good for one message.
 */
export function poly1305(
  tag: BigUint64Array,
  key: Int32Array,
  memory: Memory,
  start: number,
  end: number,
): void {
  setKey(key);
  sum.fill(0);
  const pieces = end >> 4;
  for (let piece = start >> 4; piece < pieces; piece++) {
    absorb(memory.words, 4 * piece, WHOLE);
  }
  if (end % 16 > 0) {
    memory.bytes.fill(0, end, end + 16);
    memory.bytes[end] = 1;
    absorb(memory.words, 4 * pieces, 0);
  }
  let total = 0n;
  for (let limb = 5; limb >= 0; limb--) {
    total = (total << 22n) + BigInt(sum[limb] ?? 0);
  }
  total %= PRIME;
  for (let index = 0; index < 4; index++) {
    total += BigInt((key[4 + index] ?? 0) >>> 0) << BigInt(32 * index);
  }
  // Each takes the lowest 64 bits.
  tag[0] = total;
  tag[1] = total >> 64n;
}

/** Some of the key's bits are always 0. */
function setKey(key: Int32Array): void {
  const k0 = (key[0] ?? 0) & 0x0fffffff;
  const k1 = (key[1] ?? 0) & 0x0ffffffc;
  const k2 = (key[2] ?? 0) & 0x0ffffffc;
  const k3 = (key[3] ?? 0) & 0x0ffffffc;
  multiplier[0] = k0 & LIMB_MASK;
  multiplier[1] = (k0 >>> 22 | k1 << 10) & LIMB_MASK;
  multiplier[2] = (k1 >>> 12 | k2 << 20) & LIMB_MASK;
  multiplier[3] = k2 >>> 2 & LIMB_MASK;
  multiplier[4] = (k2 >>> 24 | k3 << 8) & LIMB_MASK;
  multiplier[5] = k3 >>> 14;
}

/** Adds 16 bytes and multiplies. */
function absorb(words: Int32Array, at: number, top: number): void {
  const w0 = words[at] ?? 0;
  const w1 = words[at + 1] ?? 0;
  const w2 = words[at + 2] ?? 0;
  const w3 = words[at + 3] ?? 0;
  const h0 = (sum[0] ?? 0) + (w0 & LIMB_MASK);
  const h1 = (sum[1] ?? 0) + ((w0 >>> 22 | w1 << 10) & LIMB_MASK);
  const h2 = (sum[2] ?? 0) + ((w1 >>> 12 | w2 << 20) & LIMB_MASK);
  const h3 = (sum[3] ?? 0) + (w2 >>> 2 & LIMB_MASK);
  const h4 = (sum[4] ?? 0) + ((w2 >>> 24 | w3 << 8) & LIMB_MASK);
  const h5 = (sum[5] ?? 0) + (w3 >>> 14) + top;
  const r0 = multiplier[0] ?? 0;
  const r1 = multiplier[1] ?? 0;
  const r2 = multiplier[2] ?? 0;
  const r3 = multiplier[3] ?? 0;
  const r4 = multiplier[4] ?? 0;
  const r5 = multiplier[5] ?? 0;
  const d0 = h0 * r0 +
    WRAP * (h1 * r5 + h2 * r4 + h3 * r3 + h4 * r2 + h5 * r1);
  const d1 = h0 * r1 + h1 * r0 +
    WRAP * (h2 * r5 + h3 * r4 + h4 * r3 + h5 * r2);
  const d2 = h0 * r2 + h1 * r1 + h2 * r0 +
    WRAP * (h3 * r5 + h4 * r4 + h5 * r3);
  const d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 +
    WRAP * (h4 * r5 + h5 * r4);
  const d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 +
    WRAP * (h5 * r5);
  const d5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
  let carry = keep(0, d0);
  carry = keep(1, d1 + carry);
  carry = keep(2, d2 + carry);
  carry = keep(3, d3 + carry);
  carry = keep(4, d4 + carry);
  carry = keep(5, d5 + carry);
  carry = keep(0, (sum[0] ?? 0) + WRAP * carry);
  sum[1] = (sum[1] ?? 0) + carry;
}

/** Keeps 22 bits of a limb; returns what is above them. */
function keep(limb: number, value: number): number {
  const carry = Math.floor(value * PER_LIMB);
  sum[limb] = value - carry * LIMB;
  return carry;
}
