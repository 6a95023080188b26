/**
 * The second rung: `authorize()`, from the bytes of a request to those of the
 * answer, within this program and without NATS.
 */
import { monotonicClock, systemClock } from "../../src/base/time.ts";
import { authorize, type Stages } from "../../src/callout/authorize.ts";
import { createReplayGuard } from "../../src/callout/replay.ts";
import { createVerifier } from "../../src/callout/request.ts";
import type { CalloutMessage } from "../../src/callout/request.ts";
import { createResponder } from "../../src/callout/response.ts";
import { createUserJwtIssuer } from "../../src/callout/user_jwt.ts";
import type { Config } from "../../src/config/config.ts";
import { createOperator, type Operator } from "../../src/dev/operator.ts";
import { createJwtBearer } from "../../src/identity/jwt_bearer.ts";
import { signingKeyFromSeed } from "../../src/nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../../src/nats_jwt/xkeys.ts";
import { createRequestMaker, type RequestMaker } from "./asked_requests.ts";
import { type Algorithm, type Flaw, mintTokens } from "./bearer_tokens.ts";
import { atMost, type Bench, type Rung, type RungOutcome } from "./bench.ts";
import { grant, readKeys } from "./null_responder.ts";
import { loadServiceConfig, writeServiceFiles } from "./service_files.ts";
import { SILENT } from "./silent_log.ts";
import { costOfEach, costsInTurns } from "./timing.ts";

export const authorizeRung: Rung = {
  name: "authorize",
  summary: "authorize(), bytes to bytes, for each algorithm and for refusals",
  run: measure,
};

interface Case {
  readonly algorithm: Algorithm;
  readonly flaw: Flaw;
}

const CASES: readonly Case[] = [
  { algorithm: "HS256", flaw: "none" },
  { algorithm: "EdDSA", flaw: "none" },
  { algorithm: "ES256", flaw: "none" },
  { algorithm: "RS256", flaw: "none" },
  { algorithm: "HS256", flaw: "forged" },
  { algorithm: "EdDSA", flaw: "forged" },
  { algorithm: "ES256", flaw: "forged" },
  { algorithm: "RS256", flaw: "forged" },
  { algorithm: "EdDSA", flaw: "expired" },
  { algorithm: "EdDSA", flaw: "foreign issuer" },
  { algorithm: "EdDSA", flaw: "malformed" },
];

async function measure(bench: Bench): Promise<RungOutcome> {
  const operator = createOperator("APP");
  const config = await loadConfigOf(bench, operator);
  const calloutXkey = xkeyFromSeed(operator.calloutXkeySeed);
  const maker = createRequestMaker(
    operator.calloutAccount.publicKey,
    calloutXkey.publicKey,
  );
  const stages = await createStages(config, maker.serverId);
  const count = bench.scale.authorizeRequests;
  const operations = CASES.map((it) => async () => {
    const messages = ask(bench, maker, it, count);
    return await costOfEach(
      messages,
      (message) => expectEnd(stages, message, it.flaw),
    );
  });
  const granted: Case = { algorithm: "EdDSA", flaw: "none" };
  operations.push(() =>
    costOfEach(ask(bench, maker, granted, count), nullGrant(operator))
  );
  bench.report(`authorize(): ${CASES.length} cases`);
  const costs = await costsInTurns(operations, bench.scale.rounds);
  return toOutcome(costs);
}

function toOutcome(costs: readonly number[]): RungOutcome {
  const nullCost = costs.at(-1) ?? NaN;
  const grantOf = new Map(
    CASES.map(({ algorithm, flaw }, index) =>
      [flaw === "none" ? algorithm : "", costs[index] ?? NaN] as const
    ),
  );
  const rows = CASES.map(({ algorithm, flaw }, index) => {
    const cost = costs[index] ?? NaN;
    const name = flaw === "none" ? "granted" : flaw;
    return [algorithm, name, cost, cost / (grantOf.get(algorithm) ?? NaN)];
  });
  const dearest = Math.max(
    ...CASES.map(({ algorithm, flaw }, index) =>
      flaw === "none"
        ? 0
        : (costs[index] ?? NaN) / (grantOf.get(algorithm) ?? NaN)
    ),
  );
  return {
    tables: [{
      title: "authorize(), ms of CPU for one request",
      columns: ["algorithm", "token", "cost", "against its grant"],
      rows: [...rows, [
        "-",
        "null responder",
        nullCost,
        nullCost / (grantOf.get("EdDSA") ?? NaN),
      ]],
    }],
    findings: [{
      what: "dearest refusal against the grant, authorize() alone",
      value: dearest,
      unit: "x",
      must: atMost(1),
      aim: atMost(0.5),
    }],
  };
}

function ask(
  { issuers }: Bench,
  maker: RequestMaker,
  { algorithm, flaw }: Case,
  count: number,
): CalloutMessage[] {
  return mintTokens({ issuer: issuers[algorithm], flaw }, count)
    .map((token) => maker.ask(token));
}

async function expectEnd(
  stages: Stages,
  message: CalloutMessage,
  flaw: Flaw,
): Promise<void> {
  const { end } = await authorize(stages, message, {
    now: systemClock(),
    monotonicNow: monotonicClock(),
    signal: () => NEVER,
  });
  const expected = flaw === "none" ? "granted" : "rejected";
  if (end.kind !== expected) throw new Error(`${end.kind}, not ${expected}`);
}

/** A key that is in memory is not waited for. */
const NEVER = new AbortController().signal;

async function loadConfigOf(
  { issuers }: Bench,
  operator: Operator,
): Promise<Config> {
  const folder = await Deno.makeTempDir({ prefix: "nats-auth-callout-bench-" });
  try {
    const file = await writeServiceFiles(
      { natsUrl: "nats://127.0.0.1:4222", operator },
      folder,
      Object.values(issuers),
    );
    return loadServiceConfig(file).config;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function createStages(
  { accounts, callout, issuers, rules }: Config,
  serverId: string,
): Promise<Stages> {
  const identities = createJwtBearer(issuers, {
    log: SILENT,
    clock: systemClock,
    monotonic: monotonicClock,
  });
  await identities.start();
  const xkey = callout.xkey === undefined
    ? {}
    : { xkey: xkeyFromSeed(callout.xkey) };
  return {
    verify: createVerifier({
      calloutAccount: callout.account,
      isTrustedServer: (id) => id === serverId,
      replays: createReplayGuard(),
      ...xkey,
    }),
    connectionTypes: new Set(callout.connectionTypes),
    bearerTokenBytesMax: callout.bearerTokenBytesMax,
    authenticate: identities.authenticate,
    permit: rules.permit,
    issueUserJwt: createUserJwtIssuer(
      new Map(accounts.map(({ name, publicKey, signingKey }) => [name, {
        publicKey,
        signingKey: signingKeyFromSeed(signingKey, "account"),
      }])),
      Math.random,
    ),
    respond: createResponder({
      calloutAccount: callout.account,
      signingKey: signingKeyFromSeed(callout.signingKey, "account"),
      ...xkey,
    }),
    responseBytesMax: () => 1024 * 1024,
  };
}

/** What the null responder does for a request, within this program too. */
function nullGrant(
  { applicationAccount, calloutAccount, calloutCreds, calloutXkeySeed }:
    Operator,
): (message: CalloutMessage) => void {
  const options = {
    natsUrl: "",
    creds: calloutCreds.reveal(),
    calloutAccount: calloutAccount.publicKey,
    calloutSeed: calloutAccount.signingSeed.reveal(),
    calloutXkeySeed: calloutXkeySeed.reveal(),
    applicationAccount: applicationAccount.publicKey,
    applicationSeed: applicationAccount.signingSeed.reveal(),
  };
  const keys = readKeys(options);
  return ({ payload, serverXkeys }) => {
    grant(options, keys, payload, serverXkeys[0] ?? "");
  };
}
