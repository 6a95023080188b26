/**
 * Counts failed attempts by name, and says when there were too many: they are
 * forgotten again with time. Bounded: with too many names, the ones that have been
 * quiet longest are forgotten.
 */
import { LRUCache } from "lru-cache";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";

export interface FailureBounds {
  /** Failures at once. */
  readonly burst: number;
  /** Failures that are forgotten each second. */
  readonly perSecond: number;
  readonly namesMax: number;
}

interface Bucket {
  readonly failures: number;
  readonly at: MonotonicMs;
}

export class FailureCounter {
  readonly #bounds: FailureBounds;
  readonly #monotonic: MonotonicClock;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(bounds: FailureBounds, monotonic: MonotonicClock) {
    this.#bounds = bounds;
    this.#monotonic = monotonic;
    this.#buckets = new LRUCache({ max: bounds.namesMax });
  }

  /** There were so many failures that one more is not told apart. */
  isExhausted(name: string): boolean {
    return this.#failures(name) > this.#bounds.burst - 1;
  }

  countFailure(name: string): void {
    const failures = Math.min(this.#failures(name) + 1, this.#bounds.burst);
    this.#buckets.set(name, { failures, at: this.#monotonic() });
  }

  /** Names that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  #failures(name: string): number {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return 0;
    const seconds = (this.#monotonic() - bucket.at) / 1000;
    return Math.max(bucket.failures - seconds * this.#bounds.perSecond, 0);
  }
}
