/**
 * Requests that have arrived and not yet been begun. Oldest first as long as
 * everybody is served in time; newest first once the oldest has waited long,
 * because under overload the old ones are the ones whose clients give up. What
 * nobody waits for any more is handed back instead of being worked on.
 */
import type { MonotonicMs } from "../base/time.ts";

export interface Waiting<T> {
  readonly item: T;
  readonly bytes: number;
  readonly arrivedAt: MonotonicMs;
}

export interface WaitingRequests<T> {
  readonly size: number;
  add(item: T, now: MonotonicMs): void;
  /** Removes and returns the oldest request while there are too many, or too large ones. */
  takeExcess(): Waiting<T> | undefined;
  /** The request to begin next. */
  take(now: MonotonicMs): Waiting<T> | undefined;
  /** Removes and returns one request that has waited too long. */
  takeExpired(now: MonotonicMs): Waiting<T> | undefined;
}

export interface WaitingRequestsOptions<T> {
  readonly bytesOf: (item: T) => number;
  readonly sizeMax: number;
  readonly bytesMax: number;
  /** From that age on a request is not worth beginning. */
  readonly ageMaxMs: number;
}

/** Share of the longest age from which the newest go first. */
const OVERLOAD_AGE_SHARE = 0.25;

export function createWaitingRequests<T>(
  { ageMaxMs, bytesMax, bytesOf, sizeMax }: WaitingRequestsOptions<T>,
): WaitingRequests<T> {
  /** In order of arrival; those before `first` are gone. */
  let requests: (Waiting<T> | undefined)[] = [];
  let first = 0;
  let bytes = 0;

  function oldest(): Waiting<T> | undefined {
    const request = requests[first];
    if (request === undefined) return undefined;
    // Nothing of it is kept until the array is made anew.
    requests[first] = undefined;
    first++;
    bytes -= request.bytes;
    if (first === requests.length || first > sizeMax) {
      requests = requests.slice(first);
      first = 0;
    }
    return request;
  }

  function newest(): Waiting<T> | undefined {
    const request = requests.pop();
    bytes -= request?.bytes ?? 0;
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
    add(item: T, now: MonotonicMs): void {
      const request = { item, bytes: bytesOf(item), arrivedAt: now };
      requests.push(request);
      bytes += request.bytes;
    },
    takeExcess(): Waiting<T> | undefined {
      return requests.length - first > sizeMax || bytes > bytesMax
        ? oldest()
        : undefined;
    },
    take(now: MonotonicMs): Waiting<T> | undefined {
      if (requests.length === first) return undefined;
      return oldestAge(now) > ageMaxMs * OVERLOAD_AGE_SHARE
        ? newest()
        : oldest();
    },
    takeExpired(now: MonotonicMs): Waiting<T> | undefined {
      return oldestAge(now) >= ageMaxMs ? oldest() : undefined;
    },
  };
}
