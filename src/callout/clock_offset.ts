/**
 * How far a server's clock is from our monotonic one, learnt from its requests.
 * It tells the age of a request that waited where we could not see it: in the
 * socket of a process that was frozen, for instance.
 *
 * A request says in whole seconds when it was made, so what it shows is the
 * offset, the time that it took, and up to a second. The least of several comes
 * close from above, and so no request is taken for older than it is.
 */
import type { EpochSeconds, MonotonicMs } from "../base/time.ts";

export interface ClockOffset {
  /** Whether the server has stopped waiting. Never so while nothing is known. */
  isLate(request: RequestAge, now: MonotonicMs): boolean;
  /** Whether a late request would change what is known, if it is genuine. */
  mayDoubt(now: MonotonicMs): boolean;
  /** Takes account of a genuine late one: whether it is not late, because all that was known is wrong. */
  doubt(now: MonotonicMs): boolean;
  /** Takes account of a genuine one in time: a forged one could say anything. */
  learn(issuedAt: EpochSeconds, now: MonotonicMs): void;
}

export interface RequestAge {
  /** By the server's clock. */
  readonly issuedAt: EpochSeconds;
  /** For so long the server waits. */
  readonly timeoutSeconds: number;
}

/**
 * What was seen is forgotten after one to two of these, as long as there is
 * something new: a step of the server's clock heals. When all requests have been
 * late for that long, it is not they who are wrong.
 */
const PERIOD_MS = 10_000;

/** Two clocks that are being corrected run apart by no more (NTP slews by 500 ppm). */
const DRIFT_MAX = 0.001;

export function createClockOffset(createdAt: MonotonicMs): ClockOffset {
  /** The least of the current period, and of the one before. */
  let current = Infinity;
  let previous = Infinity;
  let currentSince = createdAt;
  /** Since when there has been none in time. */
  let lateSince: MonotonicMs | undefined;

  function driftSince(now: MonotonicMs): number {
    return (now - currentSince) * DRIFT_MAX;
  }

  function haveAllBeenLate(now: MonotonicMs): boolean {
    return lateSince !== undefined && now - lateSince >= PERIOD_MS;
  }

  return {
    isLate({ issuedAt, timeoutSeconds }, now): boolean {
      const offset = Math.min(current, previous) + driftSince(now);
      // The second that `issuedAt` may lack.
      const ageMax = (timeoutSeconds + 1) * 1000;
      return now - issuedAt * 1000 - offset > ageMax;
    },
    mayDoubt: (now) => lateSince === undefined || haveAllBeenLate(now),
    doubt(now): boolean {
      lateSince ??= now;
      if (!haveAllBeenLate(now)) return false;
      current = previous = Infinity;
      return true;
    },
    learn(issuedAt, now): void {
      lateSince = undefined;
      const seen = now - issuedAt * 1000;
      // Not by a timer: what was known before a freeze is known after it.
      if (now - currentSince < PERIOD_MS) {
        current = Math.min(current, seen);
        return;
      }
      previous = current + driftSince(now);
      current = seen;
      currentSince = now;
    },
  };
}
