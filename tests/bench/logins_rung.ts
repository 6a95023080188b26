/**
 * The third rung: whole logins on a real nats-server, the service against the
 * null responder, in turns.
 */
import { type Algorithm, ALGORITHMS } from "./bearer_tokens.ts";
import {
  atLeast,
  atMost,
  type Bench,
  contenderOptions,
  type Finding,
  type Rung,
  type RungOutcome,
  type Table,
} from "./bench.ts";
import { type Contender, startNull, startService } from "./contender.ts";
import { checkCounts } from "./counts.ts";
import { type Load, startLoad } from "./load.ts";
import {
  DURATION_MS_MAX,
  medianOf,
  ratioOf,
  sample,
  type Series,
  type Setting,
} from "./login_series.ts";
import { median } from "./statistics.ts";

export const loginsRung: Rung = {
  name: "logins",
  summary: "Whole logins over TCP and WebSocket, against the null responder",
  run: measure,
};

async function measure(bench: Bench): Promise<RungOutcome> {
  const options = contenderOptions(bench);
  await using service = await startService(options);
  await using nobody = await startNull(options);
  await using load = startLoad();
  const all = listSettings(bench).map((setting): Series => ({
    setting,
    ours: [],
    null: [],
  }));
  await warmUp(bench, load, [service, nobody]);
  for (let round = 0; round < bench.scale.rounds; round++) {
    bench.report(`logins: round ${round + 1} of ${bench.scale.rounds}`);
    for (const series of all) {
      const { algorithm, flaw } = series.setting;
      const count = countOf(bench, series.setting);
      const issuer = bench.issuers[algorithm];
      await load.mint("measured", { issuer, flaw }, count);
      const pair: [Contender, Series["ours"]][] = [
        [nobody, series.null],
        [service, series.ours],
      ];
      // Neither always goes first: what comes before may leave something behind.
      if (round % 2 === 1) pair.reverse();
      for (const [contender, samples] of pair) {
        // The null responder refuses nobody: there is nothing to compare with.
        if (contender === nobody && flaw !== "none") continue;
        samples.push(await sample(load, contender, series.setting, count));
      }
    }
  }
  const counts = await checkCounts(service);
  return {
    tables: [loginTable(all), refusalTable(all), counts.table],
    findings: [...findings(all), ...counts.findings],
    samples: all,
  };
}

function listSettings({ scale }: Bench): Setting[] {
  const grants = ALGORITHMS.flatMap((algorithm) =>
    (["tcp", "websocket"] as const).flatMap((transport) =>
      scale.loginsAtATime.map((atATime): Setting => ({
        algorithm,
        flaw: "none",
        transport,
        atATime,
      }))
    )
  );
  return [
    ...grants.filter(({ algorithm, transport }) =>
      transport === "tcp" || scale.websocket.includes(algorithm)
    ),
    ...scale.refusals.map(([algorithm, flaw]): Setting => ({
      algorithm,
      flaw,
      transport: "tcp",
      atATime: 50,
    })),
  ];
}

function countOf({ scale }: Bench, { atATime }: Setting): number {
  return atATime === 1 ? scale.loginsOneAtATime : scale.logins;
}

async function warmUp(
  { issuers, scale }: Bench,
  load: Load,
  contenders: readonly Contender[],
): Promise<void> {
  for (const algorithm of ALGORITHMS) {
    const count = Math.ceil(scale.warmUpLogins / ALGORITHMS.length);
    await load.mint(
      "warm",
      { issuer: issuers[algorithm], flaw: "none" },
      count,
    );
    for (const contender of contenders) {
      await load.logins({
        pool: "warm",
        endpoint: contender.endpoint("tcp"),
        atATime: 50,
        count,
        durationMs: DURATION_MS_MAX,
      });
    }
  }
}

function loginTable(all: readonly Series[]): Table {
  const granted = all.filter(({ setting }) => setting.flaw === "none");
  return {
    title: "Logins: medians",
    columns: [
      "algorithm",
      "over",
      "at a time",
      "CPU ms",
      "null",
      "nats-server",
      "load",
      "logins/s",
      "null",
      "ratio",
      "p50 ms",
      "p99 ms",
    ],
    rows: granted.map((series) => {
      const { algorithm, atATime, transport } = series.setting;
      return [
        algorithm,
        transport,
        atATime,
        medianOf(series.ours, "responderMs"),
        medianOf(series.null, "responderMs"),
        medianOf(series.ours, "natsServerMs"),
        medianOf(series.ours, "loadMs"),
        Math.round(medianOf(series.ours, "perSecond")),
        Math.round(medianOf(series.null, "perSecond")),
        ratioOf(series, "perSecond"),
        medianOf(series.ours, "p50"),
        medianOf(series.ours, "p99"),
      ];
    }),
  };
}

function refusalTable(all: readonly Series[]): Table {
  return {
    title: "Refused logins, TCP, 50 at a time: medians",
    columns: [
      "algorithm",
      "token",
      "CPU ms",
      "its grant",
      "ratio",
      "nats-server",
      "refusals/s",
    ],
    rows: all.filter(({ setting }) => setting.flaw !== "none").map((series) => {
      const cost = medianOf(series.ours, "responderMs");
      const granted = grantCost(all, series.setting.algorithm);
      return [
        series.setting.algorithm,
        series.setting.flaw,
        cost,
        granted,
        cost / granted,
        medianOf(series.ours, "natsServerMs"),
        Math.round(medianOf(series.ours, "perSecond")),
      ];
    }),
  };
}

/** CPU of a grant of that algorithm at 50 at a time over TCP. */
function grantCost(all: readonly Series[], algorithm: Algorithm): number {
  const series = all.find(({ setting }) =>
    setting.algorithm === algorithm && setting.flaw === "none" &&
    setting.transport === "tcp" && setting.atATime === 50
  );
  return medianOf(series?.ours ?? [], "responderMs");
}

const CPU_LIMITS: Readonly<Record<Algorithm, readonly [number, number]>> = {
  HS256: [0.4, 0.3],
  EdDSA: [0.4, 0.3],
  ES256: [0.45, 0.35],
  RS256: [0.45, 0.35],
};

function findings(all: readonly Series[]): Finding[] {
  const busy = all.filter(({ setting }) =>
    setting.flaw === "none" && setting.atATime > 1
  );
  const costs = ALGORITHMS.map((algorithm): Finding => {
    const [must, aim] = CPU_LIMITS[algorithm];
    return {
      what: `CPU of the service for a login, ${algorithm}`,
      value: median(
        busy.filter(({ setting }) => setting.algorithm === algorithm)
          .map(({ ours }) => medianOf(ours, "responderMs")),
      ),
      unit: "ms",
      must: atMost(must),
      aim: atMost(aim),
    };
  });
  const refusals = all.filter(({ setting }) => setting.flaw !== "none");
  return [
    ...costs,
    {
      what: "logins/s against the null responder",
      value: median(busy.map((series) => ratioOf(series, "perSecond"))),
      unit: "x",
      must: atLeast(0.9),
      aim: atLeast(0.95),
    },
    {
      what: "CPU of the dearest refusal against its grant",
      value: Math.max(
        ...refusals.map(({ ours, setting }) =>
          medianOf(ours, "responderMs") / grantCost(all, setting.algorithm)
        ),
      ),
      unit: "x",
      must: atMost(1),
      aim: atMost(0.5),
    },
  ];
}
