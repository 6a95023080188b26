/**
 * `explain`: what a bearer token, or made-up claims, would be granted, and the
 * way to it. Signs nothing, asks no NATS, prints no secret.
 */
import { parseArgs } from "node:util";
import { formatDuration } from "../base/duration.ts";
import type { Identity } from "../base/identity.ts";
import { decodeJsonObject, JsonFault } from "../base/json.ts";
import { JSON_DEPTH_MAX, JSON_MEMBERS_MAX } from "../base/limits.ts";
import { rejected } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import { systemClock } from "../base/time.ts";
import { findBearerToken } from "../callout/bearer_token.ts";
import type { Config } from "../config/config.ts";
import { ConfigError, formatConfigError } from "../config/config_error.ts";
import { configurationFile, loadConfig, loadRules } from "../config/load.ts";
import type { AuthenticationOutcome } from "../identity/authenticate.ts";
import type { LoginFacts } from "../permissions/grant.ts";
import { createLog } from "../telemetry/log.ts";
import {
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  print,
  printError,
} from "./terminal.ts";
import {
  explainDecision,
  type ExplainedLogin,
  explainRefusal,
  formatAsJson,
  formatExplanation,
} from "./explanation.ts";
import { LoginFault, readFacts, readIdentity } from "./made_up_login.ts";
import { createIdentities } from "./service.ts";
import { UsageError, withUsage } from "./usage.ts";

const USAGE = `Explains what a bearer token would be granted, and why.

Usage: deno task explain --token TOKEN [options]
       deno task explain --claims '{"sub":"alice"}' [options]

  --token TOKEN      a bearer token; - reads it from standard input, where other
                     users of the machine do not see it
  --claims JSON      claims in the place of a token: needs no keys
  --issuer ISSUER    who issued the claims; iss, or whoever issues that kind, or the
                     only one that there is unless given
  --kind KIND        what kind of token the claims are of; the issuer's unless given
  --connection TYPE  nats, websocket, mqtt or leafnode; nats unless given
  --source ADDRESS   where the client is connected from; 127.0.0.1 unless given
  --at TIME          when, as in 2026-03-02T12:00:00Z; now unless given
  --json             as JSON
  --help             this text

CALLOUT_CONFIG names the configuration, config/callout.yaml unless set.
Exit code 1 if the login is refused, 2 if the configuration cannot be used.`;

const JSON_LIMITS = { depthMax: JSON_DEPTH_MAX, membersMax: JSON_MEMBERS_MAX };

/** Every token that is accepted says when it ends. */
const EXPIRES = true;

/** A provider that does not answer must not keep a person waiting. */
const JUDGE_TIMEOUT_MS = 10_000;

interface Options {
  readonly token?: string | undefined;
  readonly claims?: string | undefined;
  readonly issuer?: string | undefined;
  readonly kind?: string | undefined;
  readonly connection?: string | undefined;
  readonly source?: string | undefined;
  readonly at?: string | undefined;
  readonly json?: boolean | undefined;
}

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, async () => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        token: { type: "string" },
        claims: { type: "string" },
        issuer: { type: "string" },
        kind: { type: "string" },
        connection: { type: "string" },
        source: { type: "string" },
        at: { type: "string" },
        json: { type: "boolean" },
      },
    });
    try {
      return await explain(values);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      printError(formatConfigError(error));
      return EXIT_USAGE;
    }
  });
}

async function explain(options: Options): Promise<number> {
  const { claims, token } = options;
  if ((token === undefined) === (claims === undefined)) {
    throw new UsageError("Explain what? Give either --token or --claims");
  }
  const facts = readFacts(options, systemClock());
  if (facts instanceof LoginFault) throw new UsageError(`--${facts.problem}`);
  const login = token === undefined
    ? explainClaims(options, facts)
    : await explainToken(token, options, facts);
  print(
    options.json ? formatAsJson(login) : formatExplanation(login),
  );
  return login.outcome === "granted" ? EXIT_OK : EXIT_FAILED;
}

function explainClaims(options: Options, facts: LoginFacts): ExplainedLogin {
  const claims = decodeJsonObject(options.claims ?? "", JSON_LIMITS);
  if (claims instanceof JsonFault) {
    throw new UsageError(`--claims ${claims.problem}`);
  }
  const { permissions, rules, ...accepted } = loadRules({
    path: configurationFile(),
    environment: Deno.env,
  });
  const identity = readIdentity({ ...options, claims }, facts, accepted);
  if (identity instanceof LoginFault) {
    throw new UsageError(`--${identity.problem}`);
  }
  if (identity.kind === "rejected") return explainRefusal(identity, []);
  const checks = [
    "nothing: these are claims, no token",
    ...(Object.hasOwn(claims, "exp")
      ? []
      : ["they have no exp, so the rule alone ends the session"]),
    ...(accepted.sources.length > 0
      ? []
      : ["no issuer is configured here, so any name is taken for one"]),
  ];
  return explainDecision(identity, facts, rules.explain(identity, facts), {
    checks,
    expires: Object.hasOwn(claims, "exp"),
    sessionSecondsMax: permissions.sessionSecondsMax,
  });
}

async function explainToken(
  token: string,
  { issuer, kind }: Options,
  facts: LoginFacts,
): Promise<ExplainedLogin> {
  if (issuer !== undefined || kind !== undefined) {
    throw new UsageError(
      "--issuer and --kind go with --claims: a token has its own",
    );
  }
  const text = token === "-" ? await readStandardInput() : token;
  const { config } = loadConfig({
    path: configurationFile(),
    environment: Deno.env,
  });
  if (!config.callout.connectionTypes.includes(facts.connectionType)) {
    return explainRefusal(
      rejected(
        "connection_type_not_allowed",
        "callout.connection_types does not name it",
      ),
      ["type of connection"],
    );
  }
  const bearerToken = findBearerToken({
    authToken: text === "" ? undefined : new Secret(text),
    password: undefined,
  });
  if (!(bearerToken instanceof Secret)) {
    return explainRefusal(bearerToken, ["length of the token"]);
  }
  const outcome = await authenticate(bearerToken, config, facts);
  if (outcome.kind !== "identity") {
    return explainRefusal(outcome, ["form, issuer, signature and claims"]);
  }
  const explanation = config.rules.explain(outcome, facts);
  const checks = describeChecks(outcome, config);
  return explainDecision(outcome, facts, explanation, {
    checks,
    expires: EXPIRES,
    sessionSecondsMax: config.permissions.sessionSecondsMax,
  });
}

/** What the token had to be. */
function describeChecks(
  { issuer }: Identity,
  { issuers }: Config,
): readonly string[] {
  const options = issuers.find((each) => each.issuer === issuer);
  if (options === undefined) return ["by its kind: see docs/TOKENS.md"];
  const { audiences, clientIds, requiredScopes, typ } = options;
  return [
    `signature: ${
      options.algorithms.join(", ")
    }, keys from ${options.keys.kind}`,
    `audience: ${audiences.join(" or ")}`,
    `lifetime: ${
      formatDuration(options.lifetimeSecondsMax)
    } at most, clocks ${options.clockToleranceSeconds} s apart at most`,
    ...(typ === undefined ? [] : [`typ: ${typ.join(" or ")}`]),
    ...(clientIds === undefined
      ? []
      : [`OAuth client: ${clientIds.join(" or ")}`]),
    ...(requiredScopes === undefined
      ? []
      : [`scopes: ${requiredScopes.join(" and ")}`]),
  ];
}

async function authenticate(
  bearerToken: Secret,
  config: Config,
  { connectionType: type, host, now }: LoginFacts,
): Promise<AuthenticationOutcome> {
  const log = createLog({ format: "text", level: "warn", write: printError });
  const identities = createIdentities(config, { log, clock: () => now });
  try {
    await identities.start();
    return await identities.authenticate(bearerToken, {
      now,
      signal: AbortSignal.timeout(JUDGE_TIMEOUT_MS),
      connection: { host, type },
    });
  } finally {
    identities.stop();
    await log.close();
  }
}

async function readStandardInput(): Promise<string> {
  const text = await new Response(Deno.stdin.readable).text();
  return text.trim();
}
