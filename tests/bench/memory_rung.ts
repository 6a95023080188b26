/**
 * Resident memory of the service over a great many logins (K10).
 */
import {
  atMost,
  type Bench,
  contenderOptions,
  type Finding,
  type Rung,
  type RungOutcome,
} from "./bench.ts";
import { MB_PER_MIB } from "./consumption.ts";
import { startService } from "./contender.ts";
import { checkCounts } from "./counts.ts";
import { startLoad } from "./load.ts";

export const memoryRung: Rung = {
  name: "memory",
  summary: "Resident memory over 360,000 logins",
  run: measure,
};

/** Millions of bytes, as whoever sizes a container counts. */
const RESIDENT_MB_MAX = 130;
/** Growth in MiB for 100,000 logins, once warm: K10 asks for 1; a heap breathes by more within minutes. */
const GROWTH_MAX = 5;
const GROWTH_AIM = 1;
/** The last of them, when the heap has found its size. */
const GROWTH_LOGINS = 100_000;
const CHUNK_MS_MAX = 120_000;

/** Logins, MiB, logins a second. */
type Row = readonly [number, number, number];

async function measure(bench: Bench): Promise<RungOutcome> {
  const { issuers, scale } = bench;
  await using service = await startService(contenderOptions(bench));
  await using load = startLoad();
  const rows: Row[] = [[0, service.resident().now, 0]];
  for (let done = 0; done < scale.memoryLogins;) {
    const algorithm = rows.length % 2 === 0 ? "HS256" : "EdDSA";
    const issuer = issuers[algorithm];
    await load.mint("chunk", { issuer, flaw: "none" }, scale.memoryChunk);
    const { admitted, elapsedMs, failed, refused } = await load.logins({
      pool: "chunk",
      endpoint: service.endpoint("tcp"),
      atATime: 50,
      count: scale.memoryChunk,
      durationMs: CHUNK_MS_MAX,
    });
    if (refused + failed > 0) {
      throw new Error(`memory: ${refused} refused, ${failed} failed`);
    }
    done += scale.memoryChunk;
    bench.report(
      `memory: ${done} logins, ${service.resident().now.toFixed(0)} MiB`,
    );
    rows.push([done, service.resident().now, admitted / elapsedMs * 1000]);
  }
  const counts = await checkCounts(service);
  return {
    tables: [{
      title: "Resident memory of the service",
      columns: ["logins", "MiB", "logins/s"],
      rows,
    }, counts.table],
    findings: [
      {
        what: "most resident memory",
        value: service.resident().highest * MB_PER_MIB,
        unit: "MB",
        must: atMost(RESIDENT_MB_MAX),
      },
      ...growth(rows),
      ...counts.findings,
    ],
  };
}

/** Nothing can be said about a short run. */
function growth(rows: readonly Row[]): Finding[] {
  const warmAt = (rows.at(-1)?.[0] ?? 0) - GROWTH_LOGINS;
  if (warmAt < GROWTH_LOGINS) return [];
  const warm = rows.filter(([logins]) => logins >= warmAt);
  return [{
    what: "growth by the last 100,000 logins",
    value: slope(warm.map(([logins, resident]) => [logins, resident])) * 1e5,
    unit: "MiB",
    must: atMost(GROWTH_MAX),
    aim: atMost(GROWTH_AIM),
  }];
}

/** Of the line that fits best. */
function slope(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  let over = 0;
  let under = 0;
  for (const [x, y] of points) {
    over += (x - meanX) * (y - meanY);
    under += (x - meanX) ** 2;
  }
  return over / under;
}
