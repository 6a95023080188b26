/**
 * Two clocks, two types: seconds of JWTs and milliseconds of the machine do not
 * mix, and time is handed in, so that tests set it.
 */

/** Seconds since the Unix epoch: a JWT NumericDate (RFC 7519 section 2), whole. */
export type EpochSeconds = number & { readonly unit: "epoch seconds" };

/** Milliseconds since the Unix epoch. */
export type EpochMs = number & { readonly unit: "epoch ms" };

/** Milliseconds of a clock that never steps back; its zero means nothing. */
export type MonotonicMs = number & { readonly unit: "monotonic ms" };

/** One moment, on both clocks. */
export interface Moment {
  readonly now: EpochMs;
  readonly monotonicNow: MonotonicMs;
}

/** Reads the wall clock. Passed in, never called globally. */
export type Clock = () => EpochMs;

/** Reads the monotonic clock: for ages, time-outs and caches, which a wall clock step must not disturb. */
export type MonotonicClock = () => MonotonicMs;

/** The wall clock of the machine. */
export function systemClock(): EpochMs {
  return Date.now() as EpochMs;
}

/** The monotonic clock of the machine. */
export function monotonicClock(): MonotonicMs {
  return performance.now() as MonotonicMs;
}

/** Rounds down, so that a time limit is never stretched by rounding. */
export function toEpochSeconds(time: EpochMs): EpochSeconds {
  return Math.floor(time / 1000) as EpochSeconds;
}
