/**
 * What the configured service would do with a bearer token: judged by the same
 * code, against the same issuers, and explained with the settings that decided.
 */
import { member } from "../base/json.ts";
import { API_TOKENS_FILE_BYTES_MAX } from "../base/limits.ts";
import type { RejectionCode } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import { connectionRefused } from "../callout/authorize.ts";
import { findBearerToken } from "../callout/bearer_token.ts";
import type { LoginConfig } from "../config/config.ts";
import { FileFault, readTextFile } from "../config/text_file.ts";
import type { Identity } from "../base/identity.ts";
import {
  ApiTokenFileFault,
  parseApiTokenFile,
} from "../identity/api_token_file.ts";
import type {
  AuthenticationOutcome,
  AuthenticatorStatus,
} from "../identity/authenticate.ts";
import type { LoginFacts } from "../permissions/grant.ts";
import { createLog } from "../telemetry/log.ts";
import { findRemedy } from "./endpoint_remedies.ts";
import {
  explainDecision,
  type ExplainedLogin,
  type ExplainedToken,
  explainRefusal,
} from "./explanation.ts";
import {
  describeServiceAccount,
  type PresentedToken,
  readPresentedToken,
} from "./presented_token.ts";
import { printable } from "./printable.ts";
import { createIdentities } from "./service.ts";
import { describeSource, type Facts } from "./source_settings.ts";
import { printError } from "./terminal.ts";

/** A provider that does not answer must not keep a person waiting. */
const JUDGE_TIMEOUT_MS = 10_000;

/** Every token that is accepted says when it ends. */
const EXPIRES = true;

/** Prints warnings of whoever judges. */
export async function explainToken(
  text: string,
  config: LoginConfig,
  facts: LoginFacts,
): Promise<ExplainedLogin> {
  const { connectionType, now } = facts;
  if (!config.callout.connectionTypes.includes(connectionType)) {
    return explainRefusal(connectionRefused(connectionType), { now });
  }
  const bearerToken = findBearerToken({
    authToken: text === "" ? undefined : new Secret(text),
    password: undefined,
  }, config.callout.bearerTokenBytesMax);
  if (!(bearerToken instanceof Secret)) {
    return explainRefusal(bearerToken, { now });
  }
  const { outcome, source } = await judge(bearerToken, config, facts);
  const presented = readPresentedToken(text);
  const context = {
    token: describeToken(presented, outcome, { config, source }),
    ...(source === undefined ? {} : {
      judge: {
        kind: source.credential,
        issuer: source.issuer,
        settings: describeSource(config, source),
      },
    }),
  };
  return outcome.kind === "identity"
    ? explainDecision(outcome, facts, {
      ...context,
      explanation: config.rules.explain(outcome, facts),
      sessionSecondsMax: config.permissions.sessionSecondsMax,
      expires: EXPIRES,
      more: describeOrigins(outcome, presented, config),
    })
    : explainRefusal(outcome, {
      ...context,
      configured: { "issuers": jwtIssuers(config).join(", ") },
      remedy: source && findRemedy(outcome, config, source.issuer),
      now,
    });
}

/** Whose JWTs are accepted. */
function jwtIssuers(config: LoginConfig): readonly string[] {
  const { introspection = [], issuers, kubernetes = [], webhooks = [] } =
    config;
  const asked = [...introspection, ...webhooks]
    .filter(({ jwts = "none" }) => jwts !== "none");
  return [...issuers, ...kubernetes, ...asked].map(({ issuer }) => issuer);
}

interface Judged {
  readonly outcome: AuthenticationOutcome;
  /** Whoever judged it; undefined if the token belongs to nobody. */
  readonly source: AuthenticatorStatus | undefined;
}

async function judge(
  bearerToken: Secret,
  config: LoginConfig,
  { connectionType: type, host, now }: LoginFacts,
): Promise<Judged> {
  const log = createLog({ format: "text", level: "warn", write: printError });
  const identities = createIdentities(config, { log, clock: () => now });
  try {
    // Nobody waits for issuers that the token is not of, or reads warnings about them.
    await identities.startFor(bearerToken);
    const outcome = await identities.authenticate(bearerToken, {
      now,
      signal: AbortSignal.timeout(JUDGE_TIMEOUT_MS),
      connection: { host, type },
    });
    return { outcome, source: identities.sourceOf(bearerToken) };
  } finally {
    identities.stop();
    await log.close();
  }
}

/** Refusals that come after the signature of a JWT was found right. */
const VERIFIED_BY_THEN: readonly RejectionCode[] = [
  "token_type_not_accepted",
  "audience_mismatch",
  "bearer_token_expired",
  "bearer_token_not_yet_valid",
  "bearer_token_lifetime_too_long",
  "bearer_token_inactive",
  "sender_constrained_token",
  "oauth_client_not_allowed",
  "namespace_not_allowed",
  "scope_missing",
  "claim_missing",
  "claim_invalid",
];

function describeToken(
  { claims, form, says }: PresentedToken,
  outcome: AuthenticationOutcome,
  { config, source }: { readonly config: LoginConfig } & Pick<Judged, "source">,
): ExplainedToken {
  if (form === "api token") {
    return { form, says: { ...says, ...describeEntry(says, outcome, config) } };
  }
  if (form === "opaque" || Object.keys(says).length === 0) {
    return { form, says };
  }
  return {
    form,
    verified: isVerified(outcome, source),
    says: source?.credential === "kubernetes"
      ? { ...says, ...describeServiceAccount(claims) }
      : says,
  };
}

/** Nobody but the keys that we have ourselves says so of a token that is refused. */
function isVerified(
  outcome: AuthenticationOutcome,
  source: AuthenticatorStatus | undefined,
): boolean {
  switch (outcome.kind) {
    case "identity":
      return true;
    case "unavailable":
      return outcome.dependency === "userinfo";
    default:
      return source?.keyCount !== undefined &&
        VERIFIED_BY_THEN.includes(outcome.code);
  }
}

/** What the file says of an API token. */
function describeEntry(
  { id = "" }: Facts,
  outcome: AuthenticationOutcome,
  { apiTokens }: LoginConfig,
): Facts {
  if (apiTokens === undefined || id === "") return {};
  const text = readTextFile({
    path: apiTokens.file,
    secret: true,
    bytesMax: API_TOKENS_FILE_BYTES_MAX,
  });
  if (text instanceof FileFault) return {};
  const records = parseApiTokenFile(text);
  if (records instanceof ApiTokenFileFault) return {};
  const entry = records.get(id)?.entry;
  if (entry === undefined) return { "entry": "there is none with this id" };
  const { description } = entry;
  const isOther = outcome.kind === "rejected" &&
    outcome.code === "bearer_token_unknown";
  if (isOther) {
    return { "entry": "there is one with this id, and another secret" };
  }
  return {
    "expires_at": entry.expires_at,
    ...(description === undefined
      ? {}
      : { "description": printable(description) }),
  };
}

/** What of an identity does not stand in the token itself, and where it is from. */
function describeOrigins(
  { claims, credential, issuer }: Identity,
  presented: PresentedToken,
  { issuers }: LoginConfig,
): Facts {
  if (credential === "introspection") {
    const exp = member(claims, "exp");
    return {
      "expiry_from": exp === undefined
        ? "seconds_without_exp, as the answer has no exp"
        : "exp of the answer",
    };
  }
  const asked = issuers.find((each) => each.issuer === issuer)?.userinfo;
  const added = (asked?.claims ?? []).filter((name) =>
    Object.hasOwn(claims, name) && !Object.hasOwn(presented.claims, name)
  );
  return asked === undefined ? {} : {
    "claims_from_userinfo": added.length === 0 ? "no claim" : added.join(", "),
  };
}
