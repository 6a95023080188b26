/**
 * NaCl's secretbox, XSalsa20-Poly1305: what an xkey seals with once the shared
 * key is known. `tweetnacl` makes some thirty arrays for each message, which
 * costs more than the cipher itself; here both work in place, in one memory.
 * A test holds the results against tweetnacl's, byte for byte.
 *
 * @see https://cr.yp.to/snuffle/xsalsa-20110204.pdf
 */
import { Buffer } from "node:buffer";
import { endianness } from "node:os";
import { assert } from "../base/assert.ts";
import { poly1305 } from "./poly1305.ts";

export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;

assert(endianness() === "LE", "words are read as they lie in memory");

/** "expand 32-byte k". */
const SIGMA = Buffer.from("expand 32-byte k");
const BLOCK_BYTES = 64;
const BLOCK_WORDS = 16;
/** The first half of the first block of key stream is the key of Poly1305. */
const START_BYTES = 32;

/** Input of the cipher, its output, and the message: nothing in here is asynchronous. */
const state = new Int32Array(BLOCK_WORDS);
const block = new Int32Array(BLOCK_WORDS);
let words = new Int32Array(1024);
let bytes = new Uint8Array(words.buffer);
const tagHalves = new BigUint64Array(2);
const tag = new Uint8Array(tagHalves.buffer);

/** The nonce that makes a box's key: HSalsa20 takes its first 16 bytes. */
const ZEROS = new Uint8Array(NONCE_BYTES);

/** The key of a NaCl box, from the secret that X25519 makes. */
export function boxKey(secret: Uint8Array): Uint8Array {
  initialize(secret, ZEROS);
  const key = Int32Array.of(...state.subarray(1, 5), ...state.subarray(11, 15));
  return new Uint8Array(key.buffer);
}

/** Writes tag and ciphertext to `target`, from `offset` on. */
export function sealSecretbox(
  target: Uint8Array,
  offset: number,
  plain: Uint8Array,
  nonce: Uint8Array,
  key: Uint8Array,
): void {
  load(plain);
  initialize(key, nonce);
  addKeyStream(plain.length);
  authenticate(words, plain.length);
  target.set(tag, offset);
  target.set(messageBytes(plain.length), offset + TAG_BYTES);
}

/** The message, or undefined if the tag is not its own. `box` is tag and ciphertext. */
export function openSecretbox(
  box: Uint8Array,
  nonce: Uint8Array,
  key: Uint8Array,
): Uint8Array | undefined {
  if (box.length < TAG_BYTES) return undefined;
  const length = box.length - TAG_BYTES;
  load(box.subarray(TAG_BYTES));
  initialize(key, nonce);
  nextBlock(0);
  authenticate(block, length);
  // All of it, so that the time does not tell how much was right.
  let difference = 0;
  for (let index = 0; index < TAG_BYTES; index++) {
    difference |= (tag[index] ?? 0) ^ (box[index] ?? 0);
  }
  if (difference !== 0) return undefined;
  addKeyStream(length);
  return messageBytes(length).slice();
}

/** Puts the message behind as many zeros as the key of Poly1305 is long. */
function load(message: Uint8Array): void {
  const needed = START_BYTES + message.length + BLOCK_BYTES;
  if (bytes.length < needed) {
    words = new Int32Array(needed);
    bytes = new Uint8Array(words.buffer);
  }
  bytes.fill(0, 0, START_BYTES);
  bytes.set(message, START_BYTES);
}

function messageBytes(length: number): Uint8Array {
  return bytes.subarray(START_BYTES, START_BYTES + length);
}

/** HSalsa20 makes a key of its own for the first 16 bytes of the nonce; the rest is Salsa20's. */
function initialize(key: Uint8Array, nonce: Uint8Array): void {
  for (let index = 0; index < 4; index++) {
    state[5 * index] = word(SIGMA, 4 * index);
    state[1 + index] = word(key, 4 * index);
    state[6 + index] = word(nonce, 4 * index);
    state[11 + index] = word(key, 16 + 4 * index);
  }
  scramble();
  for (let index = 0; index < 4; index++) {
    state[1 + index] = block[5 * index] ?? 0;
    state[11 + index] = block[6 + index] ?? 0;
  }
  state[6] = word(nonce, 16);
  state[7] = word(nonce, 20);
}

function word(source: Uint8Array, at: number): number {
  return (source[at] ?? 0) | (source[at + 1] ?? 0) << 8 |
    (source[at + 2] ?? 0) << 16 | (source[at + 3] ?? 0) << 24;
}

/** Adds the key stream to the zeros and the message behind them. */
function addKeyStream(length: number): void {
  const end = (START_BYTES + length) / 4;
  for (let at = 0; at < end; at += BLOCK_WORDS) {
    nextBlock(at / BLOCK_WORDS);
    for (let index = 0; index < BLOCK_WORDS; index++) {
      words[at + index] = (words[at + index] ?? 0) ^ (block[index] ?? 0);
    }
  }
}

/** One block of Salsa20's key stream. Messages have less than 2^32 of them. */
function nextBlock(counter: number): void {
  state[8] = counter;
  state[9] = 0;
  scramble();
  for (let index = 0; index < BLOCK_WORDS; index++) {
    block[index] = (block[index] ?? 0) + (state[index] ?? 0);
  }
}

function rotate(value: number, bits: number): number {
  return value << bits | value >>> (32 - bits);
}

/** The 20 rounds, from `state` to `block`. */
function scramble(): void {
  let x0 = state[0] ?? 0;
  let x1 = state[1] ?? 0;
  let x2 = state[2] ?? 0;
  let x3 = state[3] ?? 0;
  let x4 = state[4] ?? 0;
  let x5 = state[5] ?? 0;
  let x6 = state[6] ?? 0;
  let x7 = state[7] ?? 0;
  let x8 = state[8] ?? 0;
  let x9 = state[9] ?? 0;
  let x10 = state[10] ?? 0;
  let x11 = state[11] ?? 0;
  let x12 = state[12] ?? 0;
  let x13 = state[13] ?? 0;
  let x14 = state[14] ?? 0;
  let x15 = state[15] ?? 0;
  for (let round = 0; round < 20; round += 2) {
    x4 ^= rotate(x0 + x12, 7);
    x8 ^= rotate(x4 + x0, 9);
    x12 ^= rotate(x8 + x4, 13);
    x0 ^= rotate(x12 + x8, 18);
    x9 ^= rotate(x5 + x1, 7);
    x13 ^= rotate(x9 + x5, 9);
    x1 ^= rotate(x13 + x9, 13);
    x5 ^= rotate(x1 + x13, 18);
    x14 ^= rotate(x10 + x6, 7);
    x2 ^= rotate(x14 + x10, 9);
    x6 ^= rotate(x2 + x14, 13);
    x10 ^= rotate(x6 + x2, 18);
    x3 ^= rotate(x15 + x11, 7);
    x7 ^= rotate(x3 + x15, 9);
    x11 ^= rotate(x7 + x3, 13);
    x15 ^= rotate(x11 + x7, 18);
    x1 ^= rotate(x0 + x3, 7);
    x2 ^= rotate(x1 + x0, 9);
    x3 ^= rotate(x2 + x1, 13);
    x0 ^= rotate(x3 + x2, 18);
    x6 ^= rotate(x5 + x4, 7);
    x7 ^= rotate(x6 + x5, 9);
    x4 ^= rotate(x7 + x6, 13);
    x5 ^= rotate(x4 + x7, 18);
    x11 ^= rotate(x10 + x9, 7);
    x8 ^= rotate(x11 + x10, 9);
    x9 ^= rotate(x8 + x11, 13);
    x10 ^= rotate(x9 + x8, 18);
    x12 ^= rotate(x15 + x14, 7);
    x13 ^= rotate(x12 + x15, 9);
    x14 ^= rotate(x13 + x12, 13);
    x15 ^= rotate(x14 + x13, 18);
  }
  block[0] = x0;
  block[1] = x1;
  block[2] = x2;
  block[3] = x3;
  block[4] = x4;
  block[5] = x5;
  block[6] = x6;
  block[7] = x7;
  block[8] = x8;
  block[9] = x9;
  block[10] = x10;
  block[11] = x11;
  block[12] = x12;
  block[13] = x13;
  block[14] = x14;
  block[15] = x15;
}

/** Leaves the tag of the message in memory; `key` begins with the key for it. */
function authenticate(key: Int32Array, length: number): void {
  const end = START_BYTES + length;
  poly1305(tagHalves, key, { words, bytes }, START_BYTES, end);
}
