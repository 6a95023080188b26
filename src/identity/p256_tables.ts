/**
 * The tables of precomputed multiples, a bounded number of them: that of the
 * generator, and those of the keys that verify tokens at present.
 */
import { P256_TABLES_MAX } from "../base/limits.ts";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import { GrowingTable } from "./p256_table.ts";
import type { P256Table } from "./p256_table.ts";

/** A table that no token has asked for in this time gives its place to another. */
const IDLE_MS_MAX = 3_600_000;

interface Place {
  readonly table: GrowingTable;
  usedAt: MonotonicMs;
}

export class P256Tables {
  readonly #monotonic: MonotonicClock;
  readonly #places = new Map<string, Place>();

  constructor(monotonic: MonotonicClock) {
    this.#monotonic = monotonic;
  }

  /**
   * The table of a key, complete or not. Undefined if all places are taken by
   * keys in use: keys in use never push each other out, which would cost more
   * than it gains.
   */
  tableOf(id: string, publicKey: Uint8Array): GrowingTable | undefined {
    const now = this.#monotonic();
    const place = this.#places.get(id);
    if (place !== undefined) {
      place.usedAt = now;
      return place.table;
    }
    if (this.#places.size >= P256_TABLES_MAX && !this.#dropIdle(now)) {
      return undefined;
    }
    const table = GrowingTable.of(publicKey);
    this.#places.set(id, { table, usedAt: now });
    return table;
  }

  #dropIdle(now: MonotonicMs): boolean {
    for (const [id, { usedAt }] of this.#places) {
      if (now - usedAt > IDLE_MS_MAX) return this.#places.delete(id);
    }
    return false;
  }
}

let completeGeneratorTable: P256Table | undefined;

/** That of the generator: a constant of the curve, made when it is first asked for. */
export function generatorTable(): P256Table {
  if (completeGeneratorTable === undefined) {
    const table = GrowingTable.ofGenerator();
    while (!table.complete) table.grow();
    completeGeneratorTable = table;
  }
  return completeGeneratorTable;
}
