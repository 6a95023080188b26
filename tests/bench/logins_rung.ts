/**
 * The third rung: whole logins on a real nats-server, the service against the
 * null responder, in turns. The one whose turn it is not takes a thousandth of a
 * core, its nats-server included.
 */
import { type Algorithm, ALGORITHMS, type Flaw } from "./bearer_tokens.ts";
import {
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
import type { Transport } from "./load_messages.ts";
import {
  CPU_BOUNDS,
  DURATION_MS_MAX,
  medianOf,
  type Pair,
  RATE_BOUNDS,
  ratioByCpu,
  ratiosOf,
  sample,
  turns,
} from "./login_series.ts";
import { median, spreadOf } from "./statistics.ts";
import { spreadText } from "./table_text.ts";

export const loginsRung: Rung = {
  name: "logins",
  summary: "Whole logins over TCP and WebSocket, against the null responder",
  run: measure,
};

/** One kind of measurement, made in every round. */
interface Setting {
  readonly algorithm: Algorithm;
  readonly flaw: Flaw;
  readonly transport: Transport;
  readonly atATime: number;
}

/** The other one is the null responder. It refuses nobody, and has no samples of that. */
interface Series extends Pair {
  readonly setting: Setting;
}

async function measure(bench: Bench): Promise<RungOutcome> {
  const options = contenderOptions(bench);
  await using service = await startService(options);
  await using nobody = await startNull(options);
  await using load = startLoad();
  const all = listSettings(bench).map((setting): Series => ({
    setting,
    ours: [],
    other: [],
  }));
  await warmUp(bench, load, [service, nobody]);
  for (let round = 0; round < bench.scale.rounds; round++) {
    bench.report(`logins: round ${round + 1} of ${bench.scale.rounds}`);
    for (const series of all) {
      const { algorithm, atATime, flaw, transport } = series.setting;
      const count = countOf(bench, series.setting);
      const issuer = bench.issuers[algorithm];
      await load.mint("measured", { issuer, flaw }, count);
      const measurement = { pool: "measured", transport, atATime, count };
      if (flaw === "none") {
        const admitted = { ...measurement, expected: "admitted" } as const;
        for (const contender of turns(round, nobody, service)) {
          const samples = contender === service ? series.ours : series.other;
          samples.push(await sample(load, contender, admitted));
        }
      } else {
        const refused = { ...measurement, expected: "refused" } as const;
        series.ours.push(await sample(load, service, refused));
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
  const { overTcp, overWebsocket } = scale.logins;
  const grants = ALGORITHMS.flatMap((algorithm) => {
    const of = (transport: Transport) => (atATime: number): Setting => ({
      algorithm,
      flaw: "none",
      transport,
      atATime,
    });
    return [
      ...overTcp.map(of("tcp")),
      ...overWebsocket.map(of("websocket")),
    ];
  });
  const refusals = scale.refusals.map(([algorithm, flaw]): Setting => ({
    algorithm,
    flaw,
    transport: "tcp",
    atATime: 50,
  }));
  return [...grants, ...refusals];
}

function countOf({ scale }: Bench, { atATime }: Setting): number {
  return atATime === 1 ? scale.logins.oneAtATime : scale.logins.count;
}

async function warmUp(
  { issuers, scale }: Bench,
  load: Load,
  contenders: readonly Contender[],
): Promise<void> {
  const count = Math.ceil(scale.logins.warmUp / ALGORITHMS.length);
  for (const algorithm of ALGORITHMS) {
    await load.mint(
      "warm",
      { issuer: issuers[algorithm], flaw: "none" },
      count,
    );
    for (const contender of contenders) {
      // The load generator has to get warm too.
      for (const transport of ["tcp", "websocket"] as const) {
        await load.logins({
          pool: "warm",
          endpoint: contender.endpoint(transport),
          atATime: 50,
          count: Math.ceil(count / 2),
          durationMs: DURATION_MS_MAX,
        });
      }
    }
  }
}

function loginTable(all: readonly Series[]): Table {
  const granted = all.filter(({ setting }) => setting.flaw === "none");
  return {
    title:
      'Logins: medians; of the ratios also the middle half, and by the CPU of all that takes part ("load" is the generator)',
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
      "middle half",
      "by CPU",
      "p50 ms",
      "p99 ms",
    ],
    rows: granted.map((series) => {
      const { algorithm, atATime, transport } = series.setting;
      const ratios = ratiosOf(series, "perSecond");
      return [
        algorithm,
        transport,
        atATime,
        medianOf(series.ours, "responderMs"),
        medianOf(series.other, "responderMs"),
        medianOf(series.ours, "natsServerMs"),
        medianOf(series.ours, "loadMs"),
        Math.round(medianOf(series.ours, "perSecond")),
        Math.round(medianOf(series.other, "perSecond")),
        median(ratios),
        spreadText(spreadOf(ratios)),
        ratioByCpu(series),
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

function findings(all: readonly Series[]): Finding[] {
  const busy = all.filter(({ setting }) =>
    setting.flaw === "none" && setting.atATime > 1
  );
  const costs = ALGORITHMS.map((algorithm): Finding => ({
    what: `CPU of the service for a login, ${algorithm}`,
    value: median(
      busy.filter(({ setting }) => setting.algorithm === algorithm)
        .map(({ ours }) => medianOf(ours, "responderMs")),
    ),
    unit: "ms",
    ...CPU_BOUNDS[algorithm],
  }));
  const refusals = all.filter(({ setting }) => setting.flaw !== "none");
  const ratios = busy.flatMap((series) => ratiosOf(series, "perSecond"));
  return [
    ...costs,
    {
      what: "logins/s against the null responder",
      value: median(ratios),
      spread: spreadOf(ratios),
      unit: "x",
      ...RATE_BOUNDS,
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
