/**
 * Logins of one kind, measured round after round with the service and with what
 * it is compared with.
 */
import type { Algorithm } from "./bearer_tokens.ts";
import { atLeast, atMost, type Bound } from "./bench.ts";
import { cpuBetween, cpuTimes } from "./consumption.ts";
import { between, type Contender } from "./contender.ts";
import type { Load } from "./load.ts";
import type { Transport } from "./load_messages.ts";
import { median } from "./statistics.ts";

/** One measurement. */
export interface Measurement {
  /** Whose tokens are shown. */
  readonly pool: string;
  readonly transport: Transport;
  readonly atATime: number;
  readonly count: number;
  readonly expected: "admitted" | "refused";
}

/** What one login took, in one measurement. */
export interface Sample {
  readonly responderMs: number;
  readonly natsServerMs: number;
  readonly loadMs: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Measurements of two contenders; those with the same index were neighbours in time. */
export interface Pair {
  readonly ours: Sample[];
  readonly other: Sample[];
}

/** Milliseconds of CPU for one login: what must be, and what we aim at. */
export const CPU_BOUNDS: Readonly<
  Record<Algorithm, { readonly must: Bound; readonly aim: Bound }>
> = {
  HS256: { must: atMost(0.4), aim: atMost(0.3) },
  EdDSA: { must: atMost(0.4), aim: atMost(0.3) },
  ES256: { must: atMost(0.45), aim: atMost(0.35) },
  RS256: { must: atMost(0.45), aim: atMost(0.35) },
};

/** Logins a second against the null responder. */
export const RATE_BOUNDS: { readonly must: Bound; readonly aim: Bound } = {
  must: atLeast(0.9),
  aim: atLeast(0.95),
};

/** Longest time for one measurement: a machine that is much too slow must not take hours. */
export const DURATION_MS_MAX = 20_000;

/** Measures logins of one kind with one contender. */
export async function sample(
  load: Load,
  contender: Contender,
  { atATime, count, expected, pool, transport }: Measurement,
): Promise<Sample> {
  const before = contender.consumed();
  const loadBefore = cpuTimes(load.pid);
  const outcome = await load.logins({
    pool,
    endpoint: contender.endpoint(transport),
    atATime,
    count,
    durationMs: DURATION_MS_MAX,
  });
  const used = between(before, contender.consumed());
  const loadUsed = cpuBetween(loadBefore, cpuTimes(load.pid));
  const { admitted, failed, refused } = outcome;
  const done = admitted + refused;
  const unexpected = expected === "admitted" ? refused : admitted;
  if (failed + unexpected > 0) {
    throw new Error(
      `${contender.name}, to be ${expected}: ${admitted} admitted, ${refused} refused, ${failed} failed`,
    );
  }
  return {
    responderMs: used.responderMs / done,
    natsServerMs: used.natsServerMs / done,
    loadMs: loadUsed / done,
    perSecond: done / outcome.elapsedMs * 1000,
    p50: outcome.latencyMs.p50,
    p99: outcome.latencyMs.p99,
  };
}

/**
 * The order of measurements in a round: A B B A, in the next round B A A B; with
 * more of them as well. What the machine does meanwhile, as long as it grows or
 * falls evenly, then meets all alike, and whatever one leaves behind is not always
 * found by the same other.
 */
export function turns<T>(round: number, ...all: readonly T[]): readonly T[] {
  const back = all.toReversed();
  return round % 2 === 0 ? [...all, ...back] : [...back, ...all];
}

export function medianOf(
  samples: readonly Sample[],
  name: keyof Sample,
): number {
  return median(samples.map((sample) => sample[name]));
}

/** Ratios of neighbours, which met the same machine. */
export function ratiosOf({ other, ours }: Pair, name: keyof Sample): number[] {
  return ours.map((sample, index) =>
    sample[name] / (other[index]?.[name] ?? NaN)
  );
}

/**
 * The ratio that the rates would have if both contenders kept all cores busy, by
 * the CPU time of everything that takes part. Waiting and other programs disturb
 * it less than they do the rates.
 */
export function ratioByCpu({ other, ours }: Pair): number {
  return median(
    ours.map((sample, index) => {
      const neighbour = other[index];
      return neighbour === undefined ? NaN : cpuOf(neighbour) / cpuOf(sample);
    }),
  );
}

function cpuOf({ loadMs, natsServerMs, responderMs }: Sample): number {
  return loadMs + natsServerMs + responderMs;
}
