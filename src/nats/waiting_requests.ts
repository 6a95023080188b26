/**
 * Requests that have arrived and not yet been begun. Oldest first as long as
 * everybody is served in time; newest first once the oldest has waited long,
 * because under overload the old ones are the ones whose clients give up. What
 * nobody waits for any more is handed back instead of being worked on.
 */
import type { MonotonicMs } from "../base/time.ts";

export interface Waiting<T> {
  readonly item: T;
  readonly arrivedAt: MonotonicMs;
}

export interface WaitingRequests<T> {
  readonly size: number;
  /** Adds a request; returns the oldest one if it had to go to make room. */
  add(item: T, now: MonotonicMs): Waiting<T> | undefined;
  /** The request to begin next. */
  take(now: MonotonicMs): Waiting<T> | undefined;
  /** Removes and returns one request that has waited too long. */
  takeExpired(now: MonotonicMs): Waiting<T> | undefined;
}

export interface WaitingRequestsOptions {
  readonly sizeMax: number;
  /** From that age on a request is not worth beginning. */
  readonly ageMaxMs: number;
}

/** Share of the longest age from which the newest go first. */
const OVERLOAD_AGE_SHARE = 0.25;

export function createWaitingRequests<T>(
  { sizeMax, ageMaxMs }: WaitingRequestsOptions,
): WaitingRequests<T> {
  /** In order of arrival; those before `first` are gone. */
  let requests: Waiting<T>[] = [];
  let first = 0;

  function oldest(): Waiting<T> | undefined {
    const request = requests[first];
    if (request === undefined) return undefined;
    first++;
    if (first === requests.length || first > sizeMax) {
      requests = requests.slice(first);
      first = 0;
    }
    return request;
  }

  function oldestAge(now: MonotonicMs): number {
    const request = requests[first];
    return request === undefined ? 0 : now - request.arrivedAt;
  }

  return {
    get size(): number {
      return requests.length - first;
    },
    add(item: T, now: MonotonicMs): Waiting<T> | undefined {
      const dropped = requests.length - first >= sizeMax ? oldest() : undefined;
      requests.push({ item, arrivedAt: now });
      return dropped;
    },
    take(now: MonotonicMs): Waiting<T> | undefined {
      if (requests.length === first) return undefined;
      return oldestAge(now) > ageMaxMs * OVERLOAD_AGE_SHARE
        ? requests.pop()
        : oldest();
    },
    takeExpired(now: MonotonicMs): Waiting<T> | undefined {
      return oldestAge(now) >= ageMaxMs ? oldest() : undefined;
    },
  };
}
