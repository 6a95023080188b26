/**
 * Everything that says whose tokens are accepted, put together and judged by the
 * same rules that it is used with.
 */
import type { IssuerTokens } from "../base/known_claims.ts";
import { authenticatorProblems } from "../identity/authenticator_problems.ts";
import type { AuthenticatorProblem } from "../identity/authenticator_problems.ts";
import { listIssuerTokens } from "../identity/issuer_tokens.ts";
import { readIssuerLabels } from "../permissions/issuer_labels.ts";
import type { IssuerLabels } from "../permissions/placeholder.ts";
import { buildApiTokens } from "./build_api_tokens.ts";
import { buildIntrospection } from "./build_introspection.ts";
import { buildIssuers } from "./build_issuers.ts";
import { buildCluster } from "./build_kubernetes.ts";
import { buildWebhook } from "./build_webhook.ts";
import type { Checking } from "./checking.ts";
import type { TokenConfig } from "./config.ts";
import { NO_ISSUER_PATHS } from "./config_error.ts";
import type { Settings } from "./schema.ts";
import { listSources } from "./token_sources.ts";

export interface BuiltTokens {
  readonly tokens: TokenConfig;
  /** The same, as rules know them, with those that cannot be used as they stand. */
  readonly issuerTokens: readonly IssuerTokens[];
  /** Label by issuer, for those that have one. */
  readonly labels: IssuerLabels;
}

/** Options, and the section of the settings that they come from. */
interface Placed<T> {
  readonly path: string;
  readonly options: T;
}

export function buildTokens(
  settings: Settings,
  checking: Checking,
): BuiltTokens {
  const tokens = buildKinds(settings, checking);
  const sources = listSources(settings);
  if (sources.length === 0) {
    checking.reportMissing(
      NO_ISSUER_PATHS,
      "set OIDC_ISSUER to the issuer of your tokens (and OIDC_JWKS_URL, if it publishes no metadata); for development only, DEV_ISSUER_JWKS_FILE (.dev/issuer/jwks.json is that of `deno task dev`)",
    );
  }
  const { labels, problems } = readIssuerLabels(sources);
  for (const { index, problem } of problems) {
    checking.report(
      `${sources[index]?.path}.label`,
      problem,
      "give each issuer a label of its own; at most one goes without",
    );
  }
  const known = listIssuerTokens(tokens);
  return {
    tokens,
    issuerTokens: sources.map(({ credential, issuer }) => ({
      issuer,
      credential,
      claims:
        known.find((each) =>
          each.credential === credential && each.issuer === issuer
        )?.claims ?? [],
    })),
    labels,
  };
}

function buildKinds(
  settings: Settings,
  checking: Checking,
): TokenConfig {
  const entries = buildIssuers(settings, checking);
  const introspection = settings.introspection.flatMap((each, index) => {
    const { issuer } = each;
    if (issuer === undefined) return [];
    const path = `introspection[${index}]`;
    return placed(
      path,
      buildIntrospection({ ...each, issuer }, path, checking),
    );
  });
  const kubernetes = settings.kubernetes.flatMap((each, index) => {
    const { issuer } = each;
    if (issuer === undefined) return [];
    const path = `kubernetes[${index}]`;
    return placed(path, buildCluster({ ...each, issuer }, path, checking));
  });
  const webhooks = placed("webhook", buildWebhook(settings.webhook, checking));
  const apiTokens = buildApiTokens(settings.api_tokens, checking);
  const tokens: TokenConfig = {
    issuers: entries.map(({ options }) => options),
    introspection: introspection.map(({ options }) => options),
    kubernetes: kubernetes.map(({ options }) => options),
    webhooks: webhooks.map(({ options }) => options),
    ...(apiTokens === undefined ? {} : { apiTokens }),
  };
  const paths = {
    issuers: entries.map(({ path }) => path),
    introspection: introspection.map(({ path }) => path),
    kubernetes: kubernetes.map(({ path }) => path),
    webhooks: ["webhook"],
    apiTokens: ["api_tokens"],
  };
  for (const problem of authenticatorProblems(tokens)) {
    const { index, option, section } = problem;
    // That they could not be had has been reported.
    const isWithoutKeys = section === "issuers" && option.startsWith("keys.") &&
      entries[index]?.hasKeys === false;
    if (!isWithoutKeys) reportProblem(problem, paths, checking);
  }
  return tokens;
}

function placed<T>(
  path: string,
  options: T | undefined,
): readonly Placed<T>[] {
  return options === undefined ? [] : [{ path, options }];
}

/** Settings by the options that identity knows. */
const SETTING_BY_OPTION: Readonly<Record<string, string>> = {
  "apiServer.url": "api_server.url",
  "client.clientId": "client.id",
  "clientIds": "client_ids",
  "clockToleranceSeconds": "clock_tolerance_seconds",
  "keys.apiServer": "api_server.url",
  "keys.jwks": "jwks_file",
  "keys.jwksOrigins": "remote.jwks_origins",
  "keys.refreshSeconds": "remote.refresh_seconds",
  "keys.secrets": "shared_secrets",
  "keys.staleSecondsMax": "remote.stale_seconds_max",
  "keys.timeoutMs": "remote.timeout_ms",
  "keys.unknownKeyCooldownSeconds": "remote.unknown_key_cooldown_seconds",
  "keys.url": "jwks_url",
  "lifetimeSecondsMax": "lifetime_seconds_max",
  "requiredScopes": "required_scopes",
  "secondsWithoutExp": "seconds_without_exp",
  "tokenPrefix": "token_prefix",
};

const LOOPBACK_REMEDY =
  "remote.allow_loopback_http lets it go without TLS on this machine";

/** By option, or by section and option. */
const REMEDY_BY_OPTION: Readonly<Record<string, string>> = {
  "algorithms":
    "HS256, HS384 and HS512 belong to shared_secrets, all others to keys of the issuer",
  "apiServer.url": "write it like https://kubernetes.default.svc",
  "endpoint":
    `set it to the introspection endpoint, with https; ${LOOPBACK_REMEDY}`,
  "issuer": "give each kind of token an issuer of its own",
  "issuers issuer":
    "write it exactly as in the tokens' iss; if it publishes no metadata, say where its keys are: jwks_url (OIDC_JWKS_URL), jwks_file or shared_secrets",
  "jwts": "set it to none, or take the issuer out of issuers",
  "keys.apiServer": "write it like https://kubernetes.default.svc",
  "keys.jwks":
    "see whether it is the issuer's JWKS, with public keys for its algorithms",
  "kubernetes issuer":
    "name each cluster once, exactly as its tokens' iss does; if nothing public is at https there, set api_server.url",
  "secrets":
    'add one: echo "whsec_$(openssl rand -base64 32)"; or name a client certificate in webhook.tls',
  "tokenPrefix":
    "write how the tokens begin, so that each belongs to one and no other",
  "url": `use https; ${LOOPBACK_REMEDY}`,
  "userinfo.claims":
    "name claims that rules ask for; who somebody is, is for the token to say",
  "userinfo.endpoint":
    `set it to the UserInfo endpoint, with https; ${LOOPBACK_REMEDY}`,
};

/** By section, option and what is wrong; before those by option. */
const REMEDY_BY_PROBLEM: readonly [problem: RegExp, remedy: string][] = [
  [
    /^issuers (?:issuer|keys\.url) is not https/,
    "use https; remote.allow_loopback_http: true lets an issuer on this machine go without",
  ],
  [
    /^issuers issuer is configured twice/,
    "keep one of the two, with the settings of both",
  ],
  [
    / is where its metadata are/,
    "write the name that stands there, as the tokens' iss has it",
  ],
  [/ contains email\w* alone/, "name both there, or neither"],
  [/ has white space at its beginning or its end$/, "take it away"],
  [
    / algorithms is empty$/,
    leaveOutFor("HS256 with shared_secrets and else RS256, ES256 and EdDSA"),
  ],
  [/ audiences is empty$/, leaveOutFor("nats")],
  [/ clientIds is empty$/, leaveOutFor("all clients")],
  [/ namespaces is empty$/, leaveOutFor("all namespaces")],
  [/ requiredScopes is empty$/, leaveOutFor("tokens without scopes, too")],
  [/ typ is empty$/, leaveOutFor("none, JWT or at+jwt")],
];

/** @param meaning Of a list that is not there. */
function leaveOutFor(meaning: string): string {
  return `name at least one, or leave it out for ${meaning}: an empty list could mean none or any`;
}

function reportProblem(
  { section, index, option, problem }: AuthenticatorProblem,
  paths: Readonly<Record<AuthenticatorProblem["section"], readonly string[]>>,
  checking: Checking,
): void {
  const path = paths[section][index];
  if (path === undefined) return;
  const found = `${section} ${option} ${problem}`;
  checking.report(
    `${path}.${SETTING_BY_OPTION[option] ?? option}`,
    problem,
    REMEDY_BY_PROBLEM.find(([wrong]) => wrong.test(found))?.[1] ??
      REMEDY_BY_OPTION[`${section} ${option}`] ?? REMEDY_BY_OPTION[option] ??
      "correct it",
  );
}
