/**
 * How long the service's event loop lets others wait (K11).
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
import { PROBE_MARK, type ProbeLine } from "./probe_line.ts";
import { quantiles } from "./statistics.ts";

export const lagRung: Rung = {
  name: "lag",
  summary: "Event-loop lag of the service, idle and under load",
  run: measure,
};

const LAG_MS_MAX = 20;
const CLIENTS = [0, 50, 500] as const;

async function measure(bench: Bench): Promise<RungOutcome> {
  const { lagMs } = bench.scale;
  bench.report("lag: idle, 50 and 500 at a time");
  await using service = await startService({
    ...contenderOptions(bench),
    preload: new URL("event_loop_probe.ts", import.meta.url).pathname,
  });
  await using load = startLoad();
  await load.mint("lag", { issuer: bench.issuers.EdDSA, flaw: "none" }, 20_000);
  const endpoint = service.endpoint("tcp");
  async function logins(atATime: number, durationMs: number): Promise<void> {
    await load.logins({ pool: "lag", endpoint, atATime, durationMs });
  }
  await logins(50, lagMs / 2);
  const phases: { clients: number; from: number; to: number }[] = [];
  for (const clients of CLIENTS) {
    const from = Date.now();
    if (clients === 0) {
      await new Promise((resolve) => setTimeout(resolve, lagMs));
    } else await logins(clients, lagMs);
    phases.push({ clients, from, to: Date.now() });
  }
  const lines = probeLines(await service.responder.output());
  const rows = phases.map(({ clients, from, to }) => {
    // A line tells of the second before it.
    const lags = lines.filter(({ at }) => at > from + 1000 && at <= to)
      .flatMap(({ lagsMs }) => lagsMs);
    const { max, p50, p99 } = quantiles(lags);
    return [clients, p50, p99, max] as const;
  });
  return {
    tables: [{
      title: "Event-loop lag of the service, ms",
      columns: ["clients at a time", "p50", "p99", "max"],
      rows,
    }],
    findings: rows.filter(([clients]) => clients > 0).map((
      [clients, , p99],
    ) => ({
      what: `event-loop lag, p99, ${clients} at a time`,
      value: p99,
      unit: "ms",
      must: atMost(LAG_MS_MAX),
    })),
  };
}

function probeLines(output: string): ProbeLine[] {
  return output.split("\n").filter((line) => line.startsWith(PROBE_MARK))
    .map((line): ProbeLine => JSON.parse(line.slice(PROBE_MARK.length)));
}
