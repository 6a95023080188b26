/**
 * An issuer that hangs, while a steady stream of its opaque tokens comes in: how
 * many logins with other tokens are left.
 *
 * Compared with the same stream of tokens that are refused by their form, so that
 * nobody is asked about them. It costs nats-server and the load generator the
 * same, login for login, and is the cheapest stream that there can be: what is
 * missing is what the hanging issuer takes from the others. An endpoint that
 * answers at once makes a worse measure, as each of its answers takes CPU that
 * one that hangs does not take; it stands beside it, as do one that is slow but
 * in time, and no stream at all.
 */
import {
  introspectionSettings,
  opaqueTokens,
  startTokenEndpoint,
  type TokenEndpoint,
} from "./asked_service.ts";
import {
  atLeast,
  type Bench,
  type Finding,
  type Rung,
  type RungOutcome,
  type Table,
} from "./bench.ts";
import { cpuBetween, type CpuTimes, cpuTimes } from "./consumption.ts";
import { type Contender, startService } from "./contender.ts";
import { checkCounts } from "./counts.ts";
import { type Load, startLoad } from "./load.ts";
import { turns } from "./login_series.ts";
import { sleep } from "./sleep.ts";
import { median, spreadOf } from "./statistics.ts";
import { spreadText } from "./table_text.ts";

export const hangingRung: Rung = {
  name: "hanging",
  summary: "EdDSA logins while an introspection endpoint hangs",
  run: measure,
};

const AT_A_TIME = 50;
/** Random tokens that come in each second. */
const STREAM_PER_SECOND = 100;
/** Each may be open for as long as the server lets it wait. */
const STREAM_OPEN_MAX = 5 * STREAM_PER_SECOND;
/** Before anything is measured: the first ones are held for a second, and pile up. */
const STREAM_LEAD_MS = 500;
const STREAM_TAIL_MS = 250;
/** Within the second that the service waits: no failure, and so never left alone. */
const SLOW_MS = 800;
/** Longest time for which an endpoint that did not answer is left alone, and some more. */
const REST_MS_MAX = 12_000;

interface Stream {
  readonly name: string;
  /** So many tokens that nobody has shown before; undefined for no stream. */
  readonly tokens?: (count: number) => readonly string[];
}

const HANGING_LABEL = "hanging";
const REFUSED: Stream = {
  name: "refused by their form",
  tokens: (count) =>
    opaqueTokens("quick", "bad", count).map((token) => `${token} `),
};

const HANGING: Stream = {
  name: "asked about, hangs",
  tokens: (count) => opaqueTokens(HANGING_LABEL, "bad", count),
};

/** For what they are worth beside those that are compared. */
const OTHERS: readonly Stream[] = [
  { name: "none" },
  {
    name: "asked about, answers at once",
    tokens: (count) => opaqueTokens("quick", "bad", count),
  },
  {
    name: `asked about, answers after ${SLOW_MS} ms`,
    tokens: (count) => opaqueTokens("slow", "bad", count),
  },
];

interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of all programs that take part, for each of these logins. */
  readonly cpuMs: number;
  /** Tokens of the stream, a second. */
  readonly streamed: number;
  readonly questions: number;
}

interface Series {
  readonly stream: Stream;
  readonly samples: Sample[];
}

interface Scene {
  readonly load: Load;
  readonly service: Contender;
  readonly endpoint: TokenEndpoint;
  readonly durationMs: number;
}

async function measure(bench: Bench): Promise<RungOutcome> {
  const { issuers: { EdDSA }, natsServer, scale } = bench;
  await using endpoint = await startTokenEndpoint();
  const asked = [
    { label: "quick", answersAfter: 0 },
    { label: "slow", answersAfter: SLOW_MS },
    { label: HANGING_LABEL, answersAfter: "never" },
  ] as const;
  await using service = await startService({
    natsServer,
    issuers: [EdDSA],
    settings: () =>
      Promise.resolve({
        introspection: asked.map((each) =>
          introspectionSettings({ ...each, endpoint })
        ),
      }),
  });
  await using load = startLoad();
  await load.mint("others", { issuer: EdDSA, flaw: "none" }, 20_000);
  const scene = { load, service, endpoint, durationMs: scale.hangingMs };
  await logInOthers(scene);
  const all = [...OTHERS, REFUSED, HANGING]
    .map((stream): Series => ({ stream, samples: [] }));
  for (let round = 0; round < scale.rounds; round++) {
    bench.report(`hanging: round ${round + 1} of ${scale.rounds}`);
    for (const stream of [...OTHERS, ...turns(round, REFUSED, HANGING)]) {
      if (stream === HANGING) await revive(scene);
      const series = all.find((each) => each.stream === stream);
      series?.samples.push(await sample(scene, stream));
    }
  }
  const counts = await checkCounts(service);
  return {
    tables: [toTable(all), counts.table],
    findings: [...findings(all), ...counts.findings],
    samples: all,
  };
}

/** Lets the endpoint answer a question, so that it begins to hang anew. */
async function revive({ load, service }: Scene): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    await load.keep("one", opaqueTokens(HANGING_LABEL, "good", 1));
    const { admitted } = await load.logins({
      pool: "one",
      endpoint: service.endpoint("tcp"),
      atATime: 1,
      count: 1,
      durationMs: REST_MS_MAX,
    });
    if (admitted === 1) return;
    if (performance.now() - startedAt > REST_MS_MAX) {
      throw new Error("hanging: the endpoint answers, and is not asked");
    }
    await sleep(250);
  }
}

async function sample(scene: Scene, { tokens }: Stream): Promise<Sample> {
  const { durationMs, endpoint, load, service } = scene;
  const before = await endpoint.questions();
  if (tokens === undefined) {
    const others = await logInOthers(scene);
    return { ...others, streamed: 0, questions: 0 };
  }
  const streamMs = STREAM_LEAD_MS + durationMs + STREAM_TAIL_MS;
  const count = Math.ceil(2 * STREAM_PER_SECOND * streamMs / 1000);
  await load.keep("stream", tokens(count));
  const streaming = load.logins({
    pool: "stream",
    endpoint: service.endpoint("tcp"),
    perSecond: STREAM_PER_SECOND,
    atATime: STREAM_OPEN_MAX,
    durationMs: streamMs,
  });
  await sleep(STREAM_LEAD_MS);
  const others = await logInOthers(scene);
  const { admitted, refused } = await streaming;
  if (admitted > 0) throw new Error(`hanging: ${admitted} bad tokens admitted`);
  return {
    ...others,
    streamed: refused / streamMs * 1000,
    questions: await endpoint.questions() - before,
  };
}

/** Those who have nothing to do with the stream. */
async function logInOthers(
  { endpoint, load, service, durationMs }: Scene,
): Promise<Omit<Sample, "streamed" | "questions">> {
  const used = (): CpuTimes =>
    new Map([
      ...Object.values(service.consumed()).flatMap((times) => [...times]),
      ...cpuTimes(load.pid),
      ...cpuTimes(endpoint.pid),
    ]);
  const before = used();
  const { admitted, elapsedMs, failed, latencyMs, refused } = await load.logins(
    {
      pool: "others",
      endpoint: service.endpoint("tcp"),
      atATime: AT_A_TIME,
      durationMs,
    },
  );
  if (refused + failed > 0) {
    throw new Error(`hanging: ${refused} refused, ${failed} failed`);
  }
  return {
    perSecond: admitted / elapsedMs * 1000,
    p50: latencyMs.p50,
    p99: latencyMs.p99,
    cpuMs: cpuBetween(before, used()) / admitted,
  };
}

/** Rates with a stream against those with tokens that are refused by their form. */
function ratiosOf(all: readonly Series[], { samples }: Series): number[] {
  const baseline = all.find(({ stream }) => stream === REFUSED)?.samples ?? [];
  // What is only shown was measured less often.
  const step = baseline.length / samples.length;
  return samples.map(({ perSecond }, index) =>
    perSecond / (baseline[index * step]?.perSecond ?? NaN)
  );
}

function toTable(all: readonly Series[]): Table {
  return {
    title:
      `EdDSA logins beside a stream of random opaque tokens, TCP, ${AT_A_TIME} at a time: medians`,
    columns: [
      "the stream's tokens",
      "logins/s",
      `against "${REFUSED.name}"`,
      "middle half",
      "CPU ms of all for one",
      "p50 ms",
      "p99 ms",
      "tokens/s",
      "questions",
    ],
    rows: all.map((series) => {
      const ratios = ratiosOf(all, series);
      const of = (name: keyof Sample): number =>
        median(series.samples.map((sample) => sample[name]));
      return [
        series.stream.name,
        Math.round(of("perSecond")),
        median(ratios),
        spreadText(spreadOf(ratios)),
        of("cpuMs"),
        of("p50"),
        of("p99"),
        Math.round(of("streamed")),
        of("questions"),
      ];
    }),
  };
}

function findings(all: readonly Series[]): Finding[] {
  return all.filter(({ stream }) => stream === HANGING).map((series) => {
    const ratios = ratiosOf(all, series);
    return {
      what: "logins/s of others while an issuer hangs",
      value: median(ratios),
      spread: spreadOf(ratios),
      unit: "x",
      must: atLeast(0.9),
    };
  });
}
