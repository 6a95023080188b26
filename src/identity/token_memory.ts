/**
 * What was said about tokens, remembered for a short while. Tokens that were
 * refused have a place of their own: however many there are, they push out none
 * that was accepted. A token itself is nowhere in here, only a keyed hash. Each
 * memory is of one endpoint, with one client and audiences, and has keys of its own:
 * what was said there is said nowhere else.
 *
 * Ages are of the monotonic clock: a step of the wall clock neither keeps an
 * answer nor loses it.
 */
import { LRUCache } from "lru-cache";
import { Buffer } from "node:buffer";
import { hash, randomBytes } from "node:crypto";
import {
  REFUSALS_BYTES_MAX,
  REFUSALS_REMEMBERED_MAX,
  VERDICTS_BYTES_MAX,
  VERDICTS_REMEMBERED_MAX,
} from "../base/limits.ts";
import type { Rejected } from "../base/outcome.ts";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";

/** What an issuer said about a token; it has to be judged each time. */
export interface Vouched<T> {
  readonly kind: "vouched";
  readonly content: T;
  /** What it takes in memory, about. */
  readonly bytes: number;
  /** No longer than this may it be remembered. */
  readonly secondsMax: number;
}

/** @param chars Of what was read: two bytes each, and as much again for the objects. */
export function vouch<T>(
  content: T,
  chars: number,
  secondsMax = Infinity,
): Vouched<T> {
  return { kind: "vouched", content, bytes: 4 * chars, secondsMax };
}

/** Bounds of what is remembered. */
export interface TokenMemoryOptions {
  readonly entriesMax?: number;
  readonly bytesMax?: number;
  readonly refusalsMax?: number;
}

interface Entry<T> {
  readonly vouched: Vouched<T>;
  readonly freshUntil: MonotonicMs;
}

interface Refusal {
  readonly rejected: Rejected;
  readonly freshUntil: MonotonicMs;
}

/** Key, hash table and the entry itself. */
const OVERHEAD_BYTES = 400;

export class TokenMemory<T> {
  readonly #monotonic: MonotonicClock;
  readonly #innerKey: string;
  readonly #outerKey: string;
  readonly #vouched: LRUCache<string, Entry<T>>;
  readonly #refusals: LRUCache<string, Refusal>;

  constructor(options: TokenMemoryOptions, monotonic: MonotonicClock) {
    const maxSize = options.bytesMax ?? VERDICTS_BYTES_MAX;
    this.#monotonic = monotonic;
    this.#innerKey = randomBytes(32).toString("hex");
    this.#outerKey = randomBytes(32).toString("hex");
    this.#vouched = new LRUCache({
      max: options.entriesMax ?? VERDICTS_REMEMBERED_MAX,
      maxSize,
      sizeCalculation: ({ vouched }): number =>
        Math.min(vouched.bytes + OVERHEAD_BYTES, maxSize),
    });
    this.#refusals = new LRUCache({
      max: options.refusalsMax ?? REFUSALS_REMEMBERED_MAX,
      maxSize: REFUSALS_BYTES_MAX,
      sizeCalculation: ({ rejected }): number =>
        Math.min(
          2 * rejected.detail.length + OVERHEAD_BYTES,
          REFUSALS_BYTES_MAX,
        ),
    });
  }

  /**
   * The name under which a token is remembered: different tokens and facts never
   * share one. A keyed hash, nested as in HMAC (RFC 2104), of texts alone: the
   * runtime's own HMAC makes an object for each call and takes five times as long.
   */
  nameOf(token: string, facts: readonly string[]): string {
    const inner = this.#innerKey + frame([token, ...facts]);
    return hash(
      "sha256",
      this.#outerKey + hash("sha256", inner, "hex"),
      "base64",
    );
  }

  /** What is remembered of a token and still fresh. */
  recall(name: string): Vouched<T> | Rejected | undefined {
    const known = this.#vouched.get(name);
    if (known !== undefined) {
      if (this.#monotonic() < known.freshUntil) return known.vouched;
      this.#vouched.delete(name);
    }
    const refusal = this.#refusals.get(name);
    if (refusal === undefined) return undefined;
    if (this.#monotonic() < refusal.freshUntil) return refusal.rejected;
    this.#refusals.delete(name);
    return undefined;
  }

  remember(name: string, vouched: Vouched<T>): void {
    this.#refusals.delete(name);
    if (vouched.secondsMax <= 0) return;
    const freshUntil = this.#after(vouched.secondsMax);
    this.#vouched.set(name, { vouched, freshUntil });
  }

  refuse(name: string, rejected: Rejected, seconds: number): void {
    this.#vouched.delete(name);
    if (seconds <= 0) return;
    this.#refusals.set(name, { rejected, freshUntil: this.#after(seconds) });
  }

  forget(name: string): void {
    this.#vouched.delete(name);
    this.#refusals.delete(name);
  }

  get size(): { readonly vouched: number; readonly refusals: number } {
    return { vouched: this.#vouched.size, refusals: this.#refusals.size };
  }

  #after(seconds: number): MonotonicMs {
    return this.#monotonic() + seconds * 1000 as MonotonicMs;
  }
}

/** Each text with its length before it, so that no two lists read the same. */
function frame(texts: readonly string[]): string {
  return texts.map((text) => `${Buffer.byteLength(text)}:${text}`).join("");
}
