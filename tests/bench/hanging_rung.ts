/**
 * An issuer that hangs, while a steady stream of its tokens comes in: how many
 * logins with tokens of each other kind are left. An introspection endpoint hangs,
 * a webhook does, and an issuer's keys do not come.
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
  createApiTokens,
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
import { createStreams, type Stream } from "./hanging_streams.ts";
import { type Load, startLoad } from "./load.ts";
import { turns } from "./login_series.ts";
import { sleep } from "./sleep.ts";
import { median, spreadOf } from "./statistics.ts";

export const hangingRung: Rung = {
  name: "hanging",
  summary:
    "Logins of four kinds while introspection, a webhook or keys hang: 4 minutes",
  run: measure,
};

/** Those who have nothing to do with the stream; introspection has a memory. */
const KINDS = ["EdDSA", "HS256", "introspection", "API token"] as const;
/** Of each kind, at the same time. */
const AT_A_TIME = 12;
/** Of the kinds whose tokens are shown again and again. */
const TOKENS = 200;
/** Tokens of the stream that come in each second. */
const STREAM_PER_SECOND = 100;
/** Each may be open for as long as the server lets it wait. */
const STREAM_OPEN_MAX = 5 * STREAM_PER_SECOND;
/** Before anything is measured: the first ones are held for a second, and pile up. */
const STREAM_LEAD_MS = 500;
const STREAM_TAIL_MS = 250;
/** Longest time for which an endpoint that did not answer is left alone, and some more. */
const REST_MS_MAX = 12_000;

/** Of the others. */
interface OthersSample {
  /** By kind. */
  readonly perSecond: Readonly<Record<string, number>>;
  /** Of the kind that waits longest. */
  readonly p99: number;
  /** Of all programs that take part, for each login. */
  readonly cpuMs: number;
}

interface Sample extends OthersSample {
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
  const { issuers: { EdDSA, HS256 }, natsServer, scale } = bench;
  await using endpoint = await startTokenEndpoint();
  const { hanging, others, refused, ...asked } = createStreams(endpoint);
  const apiTokens = createApiTokens("api", TOKENS);
  await using service = await startService({
    natsServer,
    issuers: [EdDSA, HS256, asked.issuer],
    settings: async (folder) => ({
      ...asked.settings,
      "api_tokens": await apiTokens.settings(folder),
    }),
  });
  await using load = startLoad();
  for (const issuer of [EdDSA, HS256]) {
    await load.mint(issuer.algorithm, { issuer, flaw: "none" }, 20_000);
  }
  const remembered = opaqueTokens(asked.rememberedLabel, "good", TOKENS);
  await load.keep("introspection", remembered);
  await load.keep("API token", apiTokens.tokens);
  const scene = { load, service, endpoint, durationMs: scale.hangingMs };
  // Whoever has to be asked about those that are remembered is asked here.
  await logInOthers(scene);
  const all = [...others, refused, ...hanging]
    .map((stream): Series => ({ stream, samples: [] }));
  for (let round = 0; round < scale.rounds; round++) {
    bench.report(`hanging: round ${round + 1} of ${scale.rounds}`);
    for (const stream of [...others, ...turns(round, refused, ...hanging)]) {
      await revive(scene, stream);
      const series = all.find((each) => each.stream === stream);
      series?.samples.push(await sample(scene, stream));
    }
  }
  const counts = await checkCounts(service);
  const baseline = all.find(({ stream }) => stream === refused)?.samples ?? [];
  return {
    tables: [toTable(all, baseline), counts.table],
    findings: [
      ...all.filter(({ stream }) => hanging.includes(stream))
        .map((series) => toFinding(series, baseline)),
      ...counts.findings,
    ],
    samples: all,
  };
}

/** Lets the endpoint answer a question, so that it begins to hang anew. */
async function revive(
  { load, service }: Scene,
  { answered, name }: Stream,
): Promise<void> {
  if (answered === undefined) return;
  const startedAt = performance.now();
  for (;;) {
    await load.keep("one", [answered()]);
    const { admitted } = await load.logins({
      pool: "one",
      endpoint: service.endpoint("tcp"),
      atATime: 1,
      count: 1,
      durationMs: REST_MS_MAX,
    });
    if (admitted === 1) return;
    if (performance.now() - startedAt > REST_MS_MAX) {
      throw new Error(`${name}: the endpoint answers, and is not asked`);
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

/** All kinds at the same time, each as fast as it can. */
async function logInOthers(
  { endpoint, load, service, durationMs }: Scene,
): Promise<OthersSample> {
  const used = (): CpuTimes =>
    new Map([
      ...Object.values(service.consumed()).flatMap((times) => [...times]),
      ...cpuTimes(load.pid),
      ...cpuTimes(endpoint.pid),
    ]);
  const before = used();
  const outcomes = await Promise.all(KINDS.map(async (pool) => {
    const outcome = await load.logins({
      pool,
      endpoint: service.endpoint("tcp"),
      atATime: AT_A_TIME,
      durationMs,
    });
    const { failed, refused } = outcome;
    if (refused + failed > 0) {
      throw new Error(`${pool}: ${refused} refused, ${failed} failed`);
    }
    return { ...outcome, pool };
  }));
  const sum = sumOf(outcomes.map(({ admitted }) => admitted));
  return {
    perSecond: Object.fromEntries(
      outcomes.map((each) => [
        each.pool,
        each.admitted / each.elapsedMs * 1000,
      ]),
    ),
    p99: Math.max(...outcomes.map(({ latencyMs }) => latencyMs.p99)),
    cpuMs: cpuBetween(before, used()) / sum,
  };
}

/** Rates with a stream against those with tokens that are refused by their form. */
function ratiosOf(
  { samples }: Series,
  baseline: readonly Sample[],
  kind: string,
): number[] {
  // What is only shown was measured less often.
  const step = baseline.length / samples.length;
  return samples.map(({ perSecond }, index) =>
    (perSecond[kind] ?? NaN) / (baseline[index * step]?.perSecond[kind] ?? NaN)
  );
}

function toTable(all: readonly Series[], baseline: readonly Sample[]): Table {
  return {
    title:
      `Logins beside a stream of ${STREAM_PER_SECOND} tokens a second, TCP, ${AT_A_TIME} of each kind at a time: medians, and rates against those beside tokens that are refused by their form`,
    columns: [
      "the stream's tokens",
      "logins/s of all",
      ...KINDS,
      "CPU ms of all for one",
      "p99 ms",
      "tokens/s",
      "questions",
    ],
    rows: all.map((series) => {
      const { samples } = series;
      const of = (read: (sample: Sample) => number): number =>
        median(samples.map(read));
      return [
        series.stream.name,
        Math.round(of(({ perSecond }) => sumOf(Object.values(perSecond)))),
        ...KINDS.map((kind) => median(ratiosOf(series, baseline, kind))),
        of(({ cpuMs }) => cpuMs),
        of(({ p99 }) => p99),
        Math.round(of(({ streamed }) => streamed)),
        of(({ questions }) => questions),
      ];
    }),
  };
}

/** Of the kind that is left with least. */
function toFinding(series: Series, baseline: readonly Sample[]): Finding {
  const byKind = KINDS.map((kind) => {
    const ratios = ratiosOf(series, baseline, kind);
    return { kind, value: median(ratios), spread: spreadOf(ratios) };
  });
  const [least = { kind: "", value: NaN, spread: spreadOf([]) }] = byKind
    .toSorted((one, other) => one.value - other.value);
  return {
    what: `logins/s of the others while ${series.stream.name}: ${least.kind}`,
    value: least.value,
    spread: least.spread,
    unit: "x",
    must: atLeast(0.9),
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
