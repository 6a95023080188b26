/**
 * Limits attempts with wrong API tokens: each client host with each token id.
 *
 * A limit must keep out whoever guesses and nobody else: ids are no secret, and
 * whoever knows one must not lock its owner out. So where a host, or an id, has
 * failed too often, an attempt is held up only if the same host has failed with
 * the same id a moment ago. All others are looked at, the owner's from elsewhere
 * and other owners' behind the same address.
 */
import { ATTEMPTS_REMEMBERED_MAX } from "../base/limits.ts";
import type { MonotonicClock } from "../base/time.ts";
import { FailureCounter } from "./failure_counter.ts";
import { sourceGroup } from "./source_group.ts";

/** An attempt with a token that may be right or wrong. */
export interface Attempt {
  /** Of the client; empty if it is not known. */
  readonly host: string;
  /** Undefined if the token has none. */
  readonly id: string | undefined;
}

/** A person who pastes the wrong token, not a program that guesses. */
const HOST_BOUNDS = {
  burst: 20,
  perSecond: 0.5,
  namesMax: ATTEMPTS_REMEMBERED_MAX,
} as const;

/** From wherever. */
const ID_BOUNDS = {
  burst: 100,
  perSecond: 5,
  namesMax: ATTEMPTS_REMEMBERED_MAX,
} as const;

/** Of one host with one id, beyond either: so long is one failure held against it. */
const PAIR_BOUNDS = {
  burst: 1,
  perSecond: 0.1,
  namesMax: ATTEMPTS_REMEMBERED_MAX,
} as const;

export class AttemptLimit {
  readonly #hosts: FailureCounter;
  readonly #ids: FailureCounter;
  readonly #pairs: FailureCounter;

  constructor(monotonic: MonotonicClock) {
    this.#hosts = new FailureCounter(HOST_BOUNDS, monotonic);
    this.#ids = new FailureCounter(ID_BOUNDS, monotonic);
    this.#pairs = new FailureCounter(PAIR_BOUNDS, monotonic);
  }

  /**
   * Whether to refuse it without looking. Does not depend on whether there is
   * such an id, which nobody is to learn by it.
   */
  holdsUp(attempt: Attempt): boolean {
    return this.isReached(attempt) &&
      this.#pairs.isExhausted(pairOf(attempt));
  }

  /** Whether its host or its id has failed too often. */
  isReached({ host, id }: Attempt): boolean {
    return this.#hosts.isExhausted(sourceGroup(host)) ||
      (id !== undefined && this.#ids.isExhausted(id));
  }

  /** Who is held up is not counted, and so waits no longer for having tried. */
  countFailure(attempt: Attempt): void {
    const { host, id } = attempt;
    this.#hosts.countFailure(sourceGroup(host));
    if (id !== undefined) this.#ids.countFailure(id);
    this.#pairs.countFailure(pairOf(attempt));
  }
}

function pairOf({ host, id = "" }: Attempt): string {
  return `${id} ${sourceGroup(host)}`;
}
