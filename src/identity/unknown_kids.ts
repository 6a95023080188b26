/**
 * Key ids that an issuer was just asked about in vain. Bounded: random ids push
 * out older ones and cost nothing but that.
 */
import { UNKNOWN_KID_SECONDS, UNKNOWN_KIDS_MAX } from "../base/limits.ts";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";

export class UnknownKids {
  readonly #monotonic: MonotonicClock;
  /** In the order in which they were added: the first is the oldest. */
  readonly #addedAt = new Map<string | undefined, MonotonicMs>();

  constructor(monotonic: MonotonicClock) {
    this.#monotonic = monotonic;
  }

  has(kid: string | undefined): boolean {
    const addedAt = this.#addedAt.get(kid);
    if (addedAt === undefined) return false;
    if (this.#monotonic() - addedAt < UNKNOWN_KID_SECONDS * 1000) return true;
    this.#addedAt.delete(kid);
    return false;
  }

  add(kid: string | undefined): void {
    this.#addedAt.delete(kid);
    this.#addedAt.set(kid, this.#monotonic());
    if (this.#addedAt.size <= UNKNOWN_KIDS_MAX) return;
    const oldest = this.#addedAt.keys().next();
    if (!oldest.done) this.#addedAt.delete(oldest.value);
  }
}
