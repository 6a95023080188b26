/**
 * `explain`: what a bearer token, or made-up claims, would be granted, and the
 * way to it. Signs nothing, asks no NATS, prints no secret.
 */
import { parseArgs } from "node:util";
import { decodeJsonObject, JsonFault } from "../base/json.ts";
import { JSON_LIMITS } from "../base/limits.ts";
import { systemClock } from "../base/time.ts";
import { loadLogin, loadRules, ownConfiguration } from "../config/load.ts";
import type { TokenSource } from "../config/token_sources.ts";
import type { LoginFacts } from "../permissions/grant.ts";
import { explainToken } from "./explain_token.ts";
import {
  explainDecision,
  type ExplainedLogin,
  explainRefusal,
  type RefusalContext,
} from "./explanation.ts";
import { formatAsJson, formatExplanation } from "./explanation_text.ts";
import {
  LoginFault,
  type MadeUpLogin,
  namedIssuer,
  readFacts,
  readIdentity,
} from "./made_up_login.ts";
import { describeClaims, describeServiceAccount } from "./presented_token.ts";
import { describeTokenSource } from "./source_settings.ts";
import {
  EXIT_FAILED,
  EXIT_OK,
  EXIT_UNAVAILABLE,
  print,
  tokenOf,
} from "./terminal.ts";
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

CALLOUT_CONFIG names the configuration, config/callout.yaml unless set. NATS and
the keys that sign for it are not needed.
Exit code 1 if the login is refused, 2 if the configuration cannot be used, 3 if
the login could not be judged.`;

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
  return await withUsage(USAGE, args, () => {
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
    return explain(values);
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
    : await explainPresented(token, options, facts);
  print(
    options.json ? formatAsJson(login) : formatExplanation(login),
  );
  return EXIT_CODES[login.outcome];
}

const EXIT_CODES: Readonly<Record<ExplainedLogin["outcome"], number>> = {
  "granted": EXIT_OK,
  "refused": EXIT_FAILED,
  "could not be judged": EXIT_UNAVAILABLE,
};

function explainClaims(options: Options, facts: LoginFacts): ExplainedLogin {
  const claims = decodeJsonObject(options.claims ?? "", JSON_LIMITS);
  if (claims instanceof JsonFault) {
    throw new UsageError(`--claims ${claims.problem}`);
  }
  const loaded = loadRules(ownConfiguration());
  const { permissions, rules, sources } = loaded;
  const made = { ...options, claims };
  const identity = readIdentity(made, facts, loaded);
  if (identity instanceof LoginFault) {
    throw new UsageError(`--${identity.problem}`);
  }
  if (identity.kind === "rejected") {
    const { now } = facts;
    return explainRefusal(identity, {
      ...describeMadeUp(made, identity.source, sources),
      now,
    });
  }
  const expires = Object.hasOwn(claims, "exp");
  return explainDecision(identity, facts, {
    explanation: rules.explain(identity, facts),
    sessionSecondsMax: permissions.sessionSecondsMax,
    expires,
    notes: [
      "made-up claims: signature, audience, OAuth client, scopes and required claims were not looked at",
      ...(expires ? [] : ["without exp, no token ends the session"]),
      ...(sources.length > 0 ? [] : [
        "no issuer is configured here (is OIDC_ISSUER set?): any name is taken for one",
      ]),
    ],
  });
}

/** Whose claims they are, and what of them was judged by which settings. */
function describeMadeUp(
  login: MadeUpLogin,
  source: TokenSource | undefined,
  sources: readonly TokenSource[],
): Pick<RefusalContext, "judge" | "says"> {
  const iss = namedIssuer(login);
  const claims = { ...login.claims, ...(iss === undefined ? {} : { iss }) };
  const says = describeClaims(claims);
  if (source === undefined) return { says };
  const { credential: kind, issuer } = source;
  return {
    judge: {
      kind,
      issuer,
      // Where none is configured, there are no settings of it either.
      settings: sources.length === 0 ? {} : describeTokenSource(source),
    },
    says: kind === "kubernetes"
      ? { ...says, ...describeServiceAccount(claims) }
      : says,
  };
}

async function explainPresented(
  token: string,
  { issuer, kind }: Options,
  facts: LoginFacts,
): Promise<ExplainedLogin> {
  if (issuer !== undefined || kind !== undefined) {
    throw new UsageError(
      "--issuer and --kind go with --claims: a token has its own",
    );
  }
  const text = await tokenOf(token);
  const config = loadLogin(ownConfiguration());
  return await explainToken(text, config, facts);
}
