/**
 * ECDSA verification on P-256 with precomputed tables: a sixth of the time that
 * the runtime's own takes (0.08 against 0.5 ms). Points and inversions are those
 * of `@noble/curves`; what is ours is the sum over the two tables.
 *
 * The formula for it is the cheapest and knows no doubling and no point at
 * infinity. A hostile signature can steer the sum there, so each addition looks,
 * and then the verdict is left to the runtime.
 *
 * @see FIPS 186-5 section 6.4.2, https://hyperelliptic.org/EFD/g1p/auto-shortw-xyzz.html madd-2008-s
 */
import { toBigInt } from "./big_endian.ts";
import { P256Point } from "./p256_curve.ts";
import { DIGIT_BITS, ROW_ENTRIES, ROWS } from "./p256_table.ts";
import type { P256Table } from "./p256_table.ts";

const { Fp, Fn } = P256Point;
const FIELD_PRIME = Fp.ORDER;
const GROUP_ORDER = Fn.ORDER;
const SCALAR_BYTES = 32;
const DIGIT_SHIFT = BigInt(DIGIT_BITS);
const DIGIT_MASK = (1n << DIGIT_SHIFT) - 1n;

/**
 * A point as x / zz and y / zzz, where zz cubed is zzz squared. All may be
 * negative, none is beyond the prime.
 */
interface Sum {
  x: bigint;
  y: bigint;
  zz: bigint;
  zzz: bigint;
}

/**
 * Whether `signature` (r and s, 32 bytes each) is one of `digest` under the key
 * of `keyTable`; undefined where the sum meets what the formula does not know.
 * Both tables are complete.
 */
export function verifyP256(
  generatorTable: P256Table,
  keyTable: P256Table,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  if (signature.length !== 2 * SCALAR_BYTES) return false;
  const r = toBigInt(signature.subarray(0, SCALAR_BYTES));
  const s = toBigInt(signature.subarray(SCALAR_BYTES));
  if (r === 0n || r >= GROUP_ORDER) return false;
  if (s === 0n || s >= GROUP_ORDER) return false;
  const inverseS = Fn.inv(s);
  // The point at infinity, which only the first entry is added to: r is not 0.
  const sum: Sum = { x: 0n, y: 0n, zz: 0n, zzz: 0n };
  const isKnown = addMultiple(
    sum,
    generatorTable,
    toBigInt(digest) * inverseS % GROUP_ORDER,
  ) &&
    addMultiple(sum, keyTable, r * inverseS % GROUP_ORDER);
  if (!isKnown) return undefined;
  // x / zz is r modulo the group's order: compared without the division.
  if ((sum.x - r * sum.zz) % FIELD_PRIME === 0n) return true;
  const wrapped = r + GROUP_ORDER;
  if (wrapped >= FIELD_PRIME) return false;
  return (sum.x - wrapped * sum.zz) % FIELD_PRIME === 0n;
}

/**
 * Adds `scalar` times the table's point: one table entry for each signed digit.
 * False if the formula does not know the sum.
 */
function addMultiple(sum: Sum, table: P256Table, scalar: bigint): boolean {
  let rest = scalar;
  let carry = 0;
  for (let row = 0; row < ROWS; row++) {
    let digit = Number(rest & DIGIT_MASK) + carry;
    rest >>= DIGIT_SHIFT;
    carry = digit > ROW_ENTRIES ? 1 : 0;
    if (carry === 1) digit -= 2 * ROW_ENTRIES;
    if (digit !== 0 && !addEntry(sum, table, row, digit)) return false;
  }
  return true;
}

function addEntry(
  sum: Sum,
  table: P256Table,
  row: number,
  digit: number,
): boolean {
  const index = row * ROW_ENTRIES + Math.abs(digit) - 1;
  const x = table.x[index];
  const y = table.y[index];
  if (x === undefined || y === undefined) {
    throw new RangeError("Cannot add: the table is not complete");
  }
  return addAffine(sum, x, digit < 0 ? -y : y);
}

/** False where both are the same point or opposites, and the sum is then spoiled. */
function addAffine(sum: Sum, x2: bigint, y2: bigint): boolean {
  const { x: x1, y: y1, zz: zz1, zzz: zzz1 } = sum;
  if (zz1 === 0n) {
    sum.x = x2;
    sum.y = y2;
    sum.zz = 1n;
    sum.zzz = 1n;
    return true;
  }
  const p = (x2 * zz1 - x1) % FIELD_PRIME;
  if (p === 0n) return false;
  const r = (y2 * zzz1 - y1) % FIELD_PRIME;
  const pp = p * p % FIELD_PRIME;
  const ppp = p * pp % FIELD_PRIME;
  const q = x1 * pp % FIELD_PRIME;
  const x3 = (r * r - ppp - q - q) % FIELD_PRIME;
  sum.x = x3;
  sum.y = (r * (q - x3) - y1 * ppp) % FIELD_PRIME;
  sum.zz = zz1 * pp % FIELD_PRIME;
  sum.zzz = zzz1 * ppp % FIELD_PRIME;
  return true;
}
