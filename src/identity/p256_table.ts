/**
 * Multiples of one point of P-256, worked out beforehand: what makes ES256
 * cheap for keys that verify thousands of tokens. Holds public values only, so
 * nothing here has to run in constant time.
 *
 * Row `w` holds 1..256 times 2^(9w) times the point, in affine coordinates, for
 * digits of nine bits with a sign. A whole table takes 0.8 MB and 30 ms, so it
 * grows by a row at a time.
 */
import { P256Point } from "./p256_curve.ts";

const { Fp } = P256Point;

type Point = InstanceType<typeof P256Point>;

/** Bits of a digit: one more saves a tenth of the additions for twice the memory. */
export const DIGIT_BITS = 9;

/** Entries in a row: digits go from -256 to 256. */
export const ROW_ENTRIES = 2 ** (DIGIT_BITS - 1);

/** Digits of a scalar of 256 bits; the last has room for the carry. */
export const ROWS = 29;

export interface P256Table {
  /** Every digit of a scalar has its row. */
  readonly complete: boolean;
  /** Entry of digit `d` in row `w` is at `w * ROW_ENTRIES + d - 1`. */
  readonly x: readonly bigint[];
  readonly y: readonly bigint[];
}

/** A table that is being filled, by whoever has the time. */
export class GrowingTable implements P256Table {
  readonly x: bigint[] = [];
  readonly y: bigint[] = [];
  #rows = 0;
  #rowBase: Point;

  private constructor(point: Point) {
    this.#rowBase = point;
  }

  /**
   * @param publicKey An uncompressed point: 0x04, x, y.
   * @throws If it is not on the curve.
   */
  static of(publicKey: Uint8Array): GrowingTable {
    const point = P256Point.fromBytes(publicKey);
    point.assertValidity();
    return new GrowingTable(point);
  }

  static ofGenerator(): GrowingTable {
    return new GrowingTable(P256Point.BASE);
  }

  get complete(): boolean {
    return this.#rows === ROWS;
  }

  /** Adds one row: a millisecond. */
  grow(): void {
    if (this.complete) return;
    const multiples = [this.#rowBase];
    let last = this.#rowBase;
    while (multiples.length < ROW_ENTRIES) {
      last = last.add(this.#rowBase);
      multiples.push(last);
    }
    this.#append(multiples);
    this.#rows++;
    this.#rowBase = last.double();
  }

  /** Makes the points affine with one inversion for all (Montgomery's trick). */
  #append(points: readonly Point[]): void {
    const products: bigint[] = [];
    let product = Fp.ONE;
    for (const point of points) {
      products.push(product);
      product = Fp.mul(product, point.Z);
    }
    let inverse = Fp.inv(product);
    const start = this.x.length;
    for (const [back, before] of products.reverse().entries()) {
      const index = points.length - 1 - back;
      const point = points[index];
      if (point === undefined) continue;
      const inverseZ = Fp.mul(inverse, before);
      inverse = Fp.mul(inverse, point.Z);
      this.x[start + index] = Fp.mul(point.X, inverseZ);
      this.y[start + index] = Fp.mul(point.Y, inverseZ);
    }
  }
}
