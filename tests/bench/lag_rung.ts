/**
 * How long the service's event loop lets others wait (K11): idle, at rates that
 * the machine can keep up with, and with clients that go on as soon as they can.
 *
 * What must be holds for the rates. Clients without a pause keep every core busy:
 * the service is then ready to run and waits for the kernel to let it, behind
 * nats-server and the load generator, which is no lag of its own.
 */
import {
  atMost,
  type Bench,
  contenderOptions,
  type Rung,
  type RungOutcome,
} from "./bench.ts";
import { startService } from "./contender.ts";
import { startLoad } from "./load.ts";
import type { LoginsOutcome } from "./load_messages.ts";
import { PROBE_MARK, type ProbeLine } from "./probe_line.ts";
import { sleep } from "./sleep.ts";
import { median, quantile, quantiles } from "./statistics.ts";

export const lagRung: Rung = {
  name: "lag",
  summary: "Event-loop lag of the service: idle, at given rates, saturated",
  run: measure,
};

const LAG_MS_MAX = 20;
/** Of the rate that clients without a pause have reached just before. */
const SHARES = [0.5, 0.8] as const;
/** At a given rate more are never open; in vain, unless the service stands still. */
const OPEN_MAX = 500;
/** Each load is met so often: what the machine does besides changes within seconds. */
const ROUNDS = 2;

/** What was going on for some time. */
interface Phase {
  readonly load: string;
  readonly from: number;
  readonly to: number;
  readonly outcome: LoginsOutcome | undefined;
  /** Logins a second that became due; undefined where no rate was given. */
  readonly asked?: number;
}

async function measure(bench: Bench): Promise<RungOutcome> {
  const { lagMs: durationMs } = bench.scale;
  await using service = await startService({
    ...contenderOptions(bench),
    preload: new URL("event_loop_probe.ts", import.meta.url).pathname,
  });
  await using load = startLoad();
  await load.mint("lag", { issuer: bench.issuers.EdDSA, flaw: "none" }, 20_000);
  const logins = { pool: "lag", endpoint: service.endpoint("tcp"), durationMs };
  const phases: Phase[] = [];
  await load.logins({ ...logins, atATime: 50 });
  const idleFrom = Date.now();
  await sleep(durationMs);
  phases.push({
    load: "idle",
    from: idleFrom,
    to: Date.now(),
    outcome: undefined,
  });
  for (let round = 1; round <= ROUNDS; round++) {
    bench.report(`lag: round ${round} of ${ROUNDS}`);
    for (const atATime of [500, 50]) {
      const from = Date.now();
      const outcome = await load.logins({ ...logins, atATime });
      const name = `saturated, ${atATime} at a time`;
      phases.push({ load: name, from, to: Date.now(), outcome });
    }
    const highest = rateOf(phases.at(-1)?.outcome);
    for (const share of SHARES) {
      const asked = share * highest;
      const from = Date.now();
      const outcome = await load.logins({
        ...logins,
        perSecond: asked,
        atATime: OPEN_MAX,
      });
      const name = `${100 * share} % of that rate`;
      phases.push({ load: name, from, to: Date.now(), outcome, asked });
    }
  }
  return toOutcome(phases, probeLines(await service.responder.output()));
}

function toOutcome(
  phases: readonly Phase[],
  lines: readonly ProbeLine[],
): RungOutcome {
  const rows = phases.map((phase) => {
    // A line tells of the second before it.
    const lags = lines
      .filter(({ at }) => at > phase.from + 1000 && at <= phase.to)
      .flatMap(({ lagsMs }) => lagsMs);
    return { ...phase, lags, rate: rateOf(phase.outcome) };
  });
  const loads = [...Map.groupBy(rows, ({ load }) => load)];
  return {
    tables: [{
      title: "Event-loop lag of the service, ms",
      columns: [
        "",
        "p50",
        "p99",
        "max",
        "logins/s",
        "asked for",
        "login p50 ms",
        "login p99 ms",
      ],
      rows: loads.map(([name, times]) => {
        const { max, p50, p99 } = quantiles(times.flatMap(({ lags }) => lags));
        const of = (value: (row: typeof times[number]) => number): number =>
          median(times.map(value));
        return [
          name,
          p50,
          p99,
          max,
          Math.round(of(({ rate }) => rate)),
          Math.round(of(({ asked }) => asked ?? 0)),
          of(({ outcome }) => outcome?.latencyMs.p50 ?? 0),
          of(({ outcome }) => outcome?.latencyMs.p99 ?? 0),
        ];
      }),
    }],
    findings: loads.filter(([, [first]]) => first?.asked !== undefined).map(
      ([name, times]) => ({
        what: `event-loop lag, p99, at ${name}`,
        value: quantile(times.flatMap(({ lags }) => lags), 0.99),
        unit: "ms",
        must: atMost(LAG_MS_MAX),
      }),
    ),
  };
}

/** Logins a second. */
function rateOf(outcome: LoginsOutcome | undefined): number {
  return outcome === undefined
    ? 0
    : outcome.admitted / outcome.elapsedMs * 1000;
}

function probeLines(output: string): ProbeLine[] {
  return output.split("\n").filter((line) => line.startsWith(PROBE_MARK))
    .map((line): ProbeLine => JSON.parse(line.slice(PROBE_MARK.length)));
}
