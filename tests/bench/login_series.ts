/**
 * Logins of one kind, measured round after round with the service and with the
 * null responder.
 */
import type { Algorithm, Flaw } from "./bearer_tokens.ts";
import { cpuBetween, cpuTimes } from "./consumption.ts";
import { between, type Contender } from "./contender.ts";
import type { Load } from "./load.ts";
import type { Transport } from "./load_messages.ts";
import { median } from "./statistics.ts";

/** One kind of measurement, made in every round. */
export interface Setting {
  readonly algorithm: Algorithm;
  readonly flaw: Flaw;
  readonly transport: Transport;
  readonly atATime: number;
}

/** What one login took, in one round. */
export interface Sample {
  readonly responderMs: number;
  readonly natsServerMs: number;
  readonly loadMs: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export interface Series {
  readonly setting: Setting;
  readonly ours: Sample[];
  readonly null: Sample[];
}

/** Longest time for one measurement: a machine that is much too slow must not take hours. */
export const DURATION_MS_MAX = 20_000;

/** Measures logins of one kind with one contender. */
export async function sample(
  load: Load,
  contender: Contender,
  { atATime, flaw, transport }: Setting,
  count: number,
): Promise<Sample> {
  const before = contender.consumed();
  const loadBefore = cpuTimes(load.pid);
  const outcome = await load.logins({
    pool: "measured",
    endpoint: contender.endpoint(transport),
    atATime,
    count,
    durationMs: DURATION_MS_MAX,
  });
  const used = between(before, contender.consumed());
  const loadUsed = cpuBetween(loadBefore, cpuTimes(load.pid));
  const { admitted, failed, refused } = outcome;
  const done = admitted + refused;
  const unexpected = flaw === "none" ? refused : admitted;
  if (failed + unexpected > 0) {
    throw new Error(
      `${contender.name}, ${flaw}: ${admitted} admitted, ${refused} refused, ${failed} failed`,
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

export function medianOf(
  samples: readonly Sample[],
  name: keyof Sample,
): number {
  return median(samples.map((sample) => sample[name]));
}

/** Median of the ratios of neighbours, which met the same machine. */
export function ratioOf(
  { null: ceiling, ours }: Series,
  name: keyof Sample,
): number {
  return median(
    ours.map((sample, round) => sample[name] / (ceiling[round]?.[name] ?? NaN)),
  );
}
