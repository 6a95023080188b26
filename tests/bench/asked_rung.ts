/**
 * Tokens that somebody is asked about: what a login costs whose answer is
 * remembered, and how often a token is asked about that a thousand clients show
 * at once. API tokens, which are judged here, and EdDSA stand beside them.
 */
import {
  atMost,
  type Bench,
  type Finding,
  type Rung,
  type RungOutcome,
  type Table,
} from "./bench.ts";
import {
  createApiTokens,
  introspectionSettings,
  opaqueTokens,
  startTokenEndpoint,
  type TokenEndpoint,
  webhookSettings,
} from "./asked_service.ts";
import { mintTokens } from "./bearer_tokens.ts";
import { type Contender, startService } from "./contender.ts";
import { checkCounts } from "./counts.ts";
import { type Load, startLoad } from "./load.ts";
import { medianOf, type Sample, sample } from "./login_series.ts";

export const askedRung: Rung = {
  name: "asked",
  summary: "Opaque tokens, webhook and API tokens, with a hit in the cache",
  run: measure,
};

const AT_A_TIME = 50;
/** Of each kind; each is shown again and again. */
const TOKENS = 200;
const SAME_TOKEN_LOGINS = 1000;
/** Long enough for many clients to come while the question is under way. */
const SAME_TOKEN_ANSWERS_AFTER_MS = 400;
const DEADLINE_MS = 20_000;

interface Series {
  readonly kind: string;
  readonly tokens: readonly string[];
  readonly samples: Sample[];
}

async function measure(bench: Bench): Promise<RungOutcome> {
  const { issuers: { EdDSA }, natsServer, scale } = bench;
  await using endpoint = await startTokenEndpoint();
  const apiTokens = createApiTokens("api", TOKENS);
  const of = (label: string, answersAfter: number) => ({
    label,
    endpoint,
    answersAfter,
  });
  await using service = await startService({
    natsServer,
    issuers: [EdDSA],
    settings: async (folder) => ({
      introspection: [
        introspectionSettings(of("opaque", 0)),
        introspectionSettings(of("slow", SAME_TOKEN_ANSWERS_AFTER_MS)),
      ],
      webhook: webhookSettings(of("app", 0)),
      "api_tokens": await apiTokens.settings(folder),
    }),
  });
  await using load = startLoad();
  const eddsa = { issuer: EdDSA, flaw: "none" } as const;
  const all: readonly Series[] = [
    ["EdDSA", mintTokens(eddsa, TOKENS)] as const,
    ["introspection", opaqueTokens("opaque", "good", TOKENS)] as const,
    ["webhook", opaqueTokens("app", "good", TOKENS)] as const,
    ["API token", apiTokens.tokens] as const,
  ].map(([kind, tokens]) => ({ kind, tokens, samples: [] }));
  // Whoever has to be asked is asked here.
  const count = Math.ceil(scale.logins.warmUp / all.length);
  for (const series of all) await logIn(load, service, series, count);

  const questionsBefore = await endpoint.questions();
  // Each is measured twice a round, as what is compared elsewhere.
  for (let round = 0; round < 2 * scale.rounds; round++) {
    bench.report(`asked: ${round + 1} of ${2 * scale.rounds}`);
    // The order turns round, so that none always follows the same one.
    for (const series of round % 2 === 0 ? all : all.toReversed()) {
      series.samples.push(
        await logIn(load, service, series, scale.logins.count),
      );
    }
  }
  const questions = await endpoint.questions() - questionsBefore;
  const atOnce = await showAtOnce(bench, { load, service, endpoint });
  const counts = await checkCounts(service);
  return {
    tables: [toTable(all), atOnce.table, counts.table],
    findings: [
      ...costFindings(all),
      {
        what: "questions about tokens that were remembered",
        value: questions,
        unit: "",
        must: atMost(0),
        exact: true,
      },
      ...atOnce.findings,
      ...counts.findings,
    ],
    samples: all.map(({ kind, samples }) => ({ kind, samples })),
  };
}

async function logIn(
  load: Load,
  service: Contender,
  { tokens }: Series,
  count: number,
): Promise<Sample> {
  await load.keep("measured", tokens);
  return await sample(load, service, {
    pool: "measured",
    transport: "tcp",
    atATime: AT_A_TIME,
    count,
    expected: "admitted",
  });
}

/** A thousand clients with the same token, which nobody has shown before. */
async function showAtOnce(
  bench: Bench,
  { endpoint, load, service }: {
    readonly load: Load;
    readonly service: Contender;
    readonly endpoint: TokenEndpoint;
  },
): Promise<{ readonly table: Table; readonly findings: readonly Finding[] }> {
  bench.report(`asked: ${SAME_TOKEN_LOGINS} with one token`);
  await load.keep("same", opaqueTokens("slow", "good", 1));
  const before = await endpoint.questions();
  const outcome = await load.crowd({
    pool: "same",
    endpoint: service.endpoint("tcp"),
    count: SAME_TOKEN_LOGINS,
    attempts: "once",
    deadlineMs: DEADLINE_MS,
  });
  const questions = await endpoint.questions() - before;
  return {
    table: {
      title: "Clients with the same opaque token at once",
      columns: ["clients", "questions", "in", "all in after s"],
      rows: [[
        SAME_TOKEN_LOGINS,
        questions,
        outcome.admitted,
        outcome.elapsedMs / 1000,
      ]],
    },
    findings: [
      {
        what: `questions about a token that ${SAME_TOKEN_LOGINS} show at once`,
        value: questions,
        unit: "",
        must: atMost(1),
        exact: true,
      },
      {
        what: `${SAME_TOKEN_LOGINS} with one token at once: not in`,
        value: SAME_TOKEN_LOGINS - outcome.admitted,
        unit: "",
        must: atMost(0),
      },
    ],
  };
}

function toTable(all: readonly Series[]): Table {
  return {
    title:
      `Logins whose answer is remembered, TCP, ${AT_A_TIME} at a time: medians`,
    columns: [
      "token",
      "CPU ms",
      "against EdDSA",
      "nats-server",
      "load",
      "logins/s",
      "p50 ms",
      "p99 ms",
    ],
    rows: all.map(({ kind, samples }) => [
      kind,
      medianOf(samples, "responderMs"),
      medianOf(samples, "responderMs") /
      medianOf(all[0]?.samples ?? [], "responderMs"),
      medianOf(samples, "natsServerMs"),
      medianOf(samples, "loadMs"),
      Math.round(medianOf(samples, "perSecond")),
      medianOf(samples, "p50"),
      medianOf(samples, "p99"),
    ]),
  };
}

function costFindings(all: readonly Series[]): Finding[] {
  return all.slice(1).map(({ kind, samples }) => ({
    what: `CPU of the service for a login, ${kind}`,
    value: medianOf(samples, "responderMs"),
    unit: "ms",
    must: atMost(0.4),
    aim: atMost(0.3),
  }));
}
