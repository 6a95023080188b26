/**
 * Whole logins with ten issuers configured, against the usual four and the null
 * responder: two services and that one side by side, measured in turns. The tokens are of all issuers of an algorithm,
 * one after the other, so that none of their keys is the only one that is warm.
 */
import {
  type Algorithm,
  ALGORITHMS,
  type BenchIssuer,
  createIssuer,
  mintTokens,
} from "./bearer_tokens.ts";
import type { Bench, Finding, Rung, RungOutcome, Table } from "./bench.ts";
import { type Contender, startNull, startService } from "./contender.ts";
import { type Load, startLoad } from "./load.ts";
import {
  CPU_BOUNDS,
  medianOf,
  type Pair,
  RATE_BOUNDS,
  ratioByCpu,
  ratiosOf,
  type Sample,
  sample,
  turns,
} from "./login_series.ts";
import { median, spreadOf } from "./statistics.ts";
import { spreadText } from "./table_text.ts";

export const issuersRung: Rung = {
  name: "issuers",
  summary:
    "Whole logins with ten issuers configured, against four and the null responder",
  run: measure,
};

/** Beside one issuer for each algorithm. */
const FURTHER: readonly (readonly [Algorithm, label: string])[] = [
  ["HS256", "hs256-2"],
  ["EdDSA", "eddsa-2"],
  ["ES256", "es256-2"],
  ["ES256", "es256-3"],
  ["RS256", "rs256-2"],
  ["RS256", "rs256-3"],
];
const AT_A_TIME = 50;

/** The other one has four issuers. */
interface Series extends Pair {
  readonly algorithm: Algorithm;
  readonly ofNull: Sample[];
}

/** A contender, whose tokens it is shown, and where its samples go. */
interface Party {
  readonly contender: Contender;
  readonly issuers: readonly BenchIssuer[];
  readonly samples: "ours" | "other" | "ofNull";
}

async function measure(bench: Bench): Promise<RungOutcome> {
  const { natsServer, scale } = bench;
  const four = Object.values(bench.issuers);
  const ten = [
    ...four,
    ...FURTHER.map(([algorithm, label]) => createIssuer(algorithm, label)),
  ];
  await using few = await startService({ natsServer, issuers: four });
  await using many = await startService({ natsServer, issuers: ten });
  await using nobody = await startNull({ natsServer, issuers: ten });
  await using load = startLoad();
  const parties: readonly Party[] = [
    { contender: few, issuers: four, samples: "other" },
    { contender: many, issuers: ten, samples: "ours" },
    { contender: nobody, issuers: ten, samples: "ofNull" },
  ];
  await warmUp(bench, load, parties);
  const all = ALGORITHMS.map((algorithm): Series => ({
    algorithm,
    ours: [],
    other: [],
    ofNull: [],
  }));
  for (let round = 0; round < scale.rounds; round++) {
    bench.report(`issuers: round ${round + 1} of ${scale.rounds}`);
    for (const series of all) {
      for (const party of turns(round, ...parties)) {
        const { count } = scale.logins;
        await keepTokens(load, party, series.algorithm, count);
        series[party.samples].push(
          await sample(load, party.contender, {
            pool: "measured",
            transport: "tcp",
            atATime: AT_A_TIME,
            count,
            expected: "admitted",
          }),
        );
      }
    }
  }
  return { tables: [toTable(all)], findings: findings(all), samples: all };
}

async function warmUp(
  { scale }: Bench,
  load: Load,
  parties: readonly Party[],
): Promise<void> {
  const count = Math.ceil(scale.logins.warmUp / ALGORITHMS.length);
  for (const algorithm of ALGORITHMS) {
    for (const party of parties) {
      await keepTokens(load, party, algorithm, count);
      await sample(load, party.contender, {
        pool: "measured",
        transport: "tcp",
        atATime: AT_A_TIME,
        count,
        expected: "admitted",
      });
    }
  }
}

/** Tokens of all the issuers with that algorithm, in turns. */
async function keepTokens(
  load: Load,
  { issuers }: Party,
  algorithm: Algorithm,
  count: number,
): Promise<void> {
  const lists = issuers
    .filter((issuer) => issuer.algorithm === algorithm)
    .map((issuer, _, { length }) =>
      mintTokens({ issuer, flaw: "none" }, Math.ceil(count / length))
    );
  const tokens = Array.from(
    { length: count },
    (_, index) =>
      lists[index % lists.length]?.[Math.floor(index / lists.length)] ?? "",
  );
  await load.keep("measured", tokens);
}

function toTable(all: readonly Series[]): Table {
  return {
    title: `Logins with ten issuers, TCP, ${AT_A_TIME} at a time: medians`,
    columns: [
      "algorithm",
      "CPU ms",
      "with four",
      "ratio",
      "middle half",
      "nats-server",
      "load",
      "logins/s",
      "with four",
      "null",
      "against null",
      "middle half",
      "by CPU",
    ],
    rows: all.map((series) => {
      const ratios = ratiosOf(series, "responderMs");
      const againstNull = toNull(series);
      const rates = ratiosOf(againstNull, "perSecond");
      return [
        series.algorithm,
        medianOf(series.ours, "responderMs"),
        medianOf(series.other, "responderMs"),
        median(ratios),
        spreadText(spreadOf(ratios)),
        medianOf(series.ours, "natsServerMs"),
        medianOf(series.ours, "loadMs"),
        Math.round(medianOf(series.ours, "perSecond")),
        Math.round(medianOf(series.other, "perSecond")),
        Math.round(medianOf(series.ofNull, "perSecond")),
        median(rates),
        spreadText(spreadOf(rates)),
        ratioByCpu(againstNull),
      ];
    }),
  };
}

function toNull({ ofNull, ours }: Series): Pair {
  return { ours, other: ofNull };
}

function findings(all: readonly Series[]): Finding[] {
  const costs = all.map(({ algorithm, ours }): Finding => ({
    what: `CPU of the service for a login with ten issuers, ${algorithm}`,
    value: medianOf(ours, "responderMs"),
    unit: "ms",
    ...CPU_BOUNDS[algorithm],
  }));
  const ratios = all.flatMap((series) => ratiosOf(toNull(series), "perSecond"));
  return [
    ...costs,
    {
      what: "logins/s with ten issuers against the null responder",
      value: median(ratios),
      spread: spreadOf(ratios),
      unit: "x",
      ...RATE_BOUNDS,
    },
  ];
}
