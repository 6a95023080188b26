/**
 * Where an issuer's metadata said that something is: believed for an hour, or
 * until nobody is there. When metadata are gone for now, what they said last
 * goes on serving.
 */
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";

/** Things move rarely. */
const BELIEVED_MS = 3_600_000;

/** Metadata are not read again before, whatever goes wrong: not for every token that finds nobody there. */
const READ_AGAIN_MS = 30_000;

export class LearnedLocation {
  readonly #monotonic: MonotonicClock;
  #url: URL | undefined;
  /** When metadata were last read, or could not be read. */
  #readAt = 0 as MonotonicMs;
  #believedUntil = 0 as MonotonicMs;

  constructor(monotonic: MonotonicClock) {
    this.#monotonic = monotonic;
  }

  /** As long as metadata need not be read again. */
  get believed(): URL | undefined {
    return this.#monotonic() < this.#believedUntil ? this.#url : undefined;
  }

  learn(url: URL): void {
    this.#url = url;
    this.#believe(BELIEVED_MS);
  }

  /** Metadata could not be read: what they said last, if anything. */
  keep(): URL | undefined {
    this.#believe(READ_AGAIN_MS);
    return this.#url;
  }

  /** Nobody was there. */
  doubt(): void {
    const until = this.#readAt + READ_AGAIN_MS as MonotonicMs;
    if (until < this.#believedUntil) this.#believedUntil = until;
  }

  #believe(milliseconds: number): void {
    this.#readAt = this.#monotonic();
    this.#believedUntil = this.#readAt + milliseconds as MonotonicMs;
  }
}
