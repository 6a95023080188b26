/**
 * The tables of precomputed multiples, a bounded number of them: that of the
 * generator, and those of the keys that verify tokens at present. Only a valid
 * signature gives a key its place: whoever sends others fills none.
 */
import { P256_TABLES_MAX } from "../base/limits.ts";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import { GrowingTable } from "./p256_table.ts";
import type { P256Table } from "./p256_table.ts";

/** A table that has verified no token in this time gives its place to another. */
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

  /** The table of a key, if it has one that is complete. */
  completeTableOf(id: string): P256Table | undefined {
    const table = this.#places.get(id)?.table;
    return table?.complete === true ? table : undefined;
  }

  /**
   * The key has verified a signature: its table is kept, or grows by a row. It
   * gets none if all places are taken by keys in use: keys in use never push each
   * other out, which would cost more than it gains.
   */
  verified(id: string, publicKey: Uint8Array): void {
    const now = this.#monotonic();
    let place = this.#places.get(id);
    if (place === undefined) {
      if (this.#places.size >= P256_TABLES_MAX && !this.#dropIdle(now)) return;
      place = { table: GrowingTable.of(publicKey), usedAt: now };
      this.#places.set(id, place);
    }
    place.usedAt = now;
    place.table.grow();
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
