/**
 * What an introspection endpoint says about a token, and what has to be true of
 * it for the token to be accepted here. Judged when the answer arrives and again
 * for every login that it serves.
 *
 * @see RFC 7662 section 2.2
 */
import type { Identity } from "../base/identity.ts";
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { EpochMs } from "../base/time.ts";
import {
  checkAudience,
  checkOauthClient,
  checkUnbound,
  readName,
} from "./named_claims.ts";
import { checkRequiredClaims } from "./required_claims.ts";
import type { RequiredClaim } from "./required_claims.ts";
import { checkScopes } from "./scopes.ts";
import type { ScopeRule } from "./scopes.ts";
import { checkLifetime } from "./token_lifetime.ts";
import type { Lifetime, LifetimeRule } from "./token_lifetime.ts";

/** What an answer about a token must say. */
export interface IntrospectionRules extends LifetimeRule, ScopeRule {
  /** Of the identities; `iss`, where the answer has one, must be the same. */
  readonly issuer: string;
  /** `aud` must name one of these. `any`: also a token without `aud`, made for whomever. */
  readonly audiences: readonly string[] | "any";
  /** If given, `client_id` must be among these. */
  readonly clientIds?: readonly string[];
  readonly requiredClaims?: readonly RequiredClaim[];
  /**
   * Which member is the identity. One and the same for all tokens: a user who
   * may choose a name must not become somebody else's `sub`.
   */
  readonly subMember?: "sub" | "username" | "client_id";
  /** How long a token is good whose answer has no `exp`, counted from the answer. Refused without. */
  readonly secondsWithoutExp?: number;
}

/** Says that it is an access token; absent in most answers. */
const ACCESS_TOKEN_USES: readonly unknown[] = ["access", "access_token"];
/** How Keycloak names the purpose of a token. */
const ACCESS_TOKEN_TYPES: readonly unknown[] = ["bearer", "jwt", "at+jwt"];

/** What was said about a token, and its end where that is for us to set. */
export interface IntrospectionAnswer {
  readonly claims: JsonObject;
  /** Only where the answer has no `exp` and may have none. */
  readonly expiresAt?: number;
}

/** The answer's members, with an end where it has no `exp` and may have none. */
export function completeAnswer(
  claims: JsonObject,
  { secondsWithoutExp }: IntrospectionRules,
  now: EpochMs,
): IntrospectionAnswer {
  const exp = member(claims, "exp");
  return exp !== undefined || secondsWithoutExp === undefined
    ? { claims }
    : { claims, expiresAt: Math.floor(now / 1000) + secondsWithoutExp };
}

/** Turns an answer with `"active": true` into an identity. */
export function judgeAnswer(
  answer: IntrospectionAnswer,
  rules: IntrospectionRules,
  now: EpochMs,
): Identity | Rejected {
  const { claims } = answer;
  const { issuer, audiences } = rules;
  const iss = member(claims, "iss");
  if (iss !== undefined && iss !== issuer) {
    return rejected("issuer_untrusted", 'Claim "iss" is not the issuer');
  }
  const foreign = checkPurpose(claims);
  if (foreign !== undefined) return foreign;
  const elsewhere = audiences === "any"
    ? undefined
    : checkAudience(claims, audiences);
  if (elsewhere !== undefined) return elsewhere;
  const lifetime = checkEnd(answer, rules, now);
  if (lifetime.kind === "rejected") return lifetime;
  const bound = checkUnbound(claims);
  if (bound !== undefined) return bound;
  const uninvited = checkOauthClient(claims, ["client_id"], rules.clientIds);
  if (uninvited !== undefined) return uninvited;
  const lacking = checkScopes(claims, rules);
  if (lacking !== undefined) return lacking;
  const mistyped = checkRequiredClaims(claims, rules.requiredClaims ?? []);
  if (mistyped !== undefined) return mistyped;
  const sub = readName(claims, rules.subMember ?? "sub");
  if (sub.kind === "rejected") return sub;
  return {
    kind: "identity",
    credential: "introspection",
    issuer,
    sub: sub.text,
    claims,
    expiresAt: lifetime.expiresAt,
  };
}

/** An end that is ours says nothing about how long the issuer meant the token to live. */
function checkEnd(
  { claims, expiresAt }: IntrospectionAnswer,
  rules: IntrospectionRules,
  now: EpochMs,
): Lifetime | Rejected {
  return expiresAt === undefined
    ? checkLifetime(claims, rules, now)
    : checkLifetime({ ...claims, "exp": expiresAt }, {
      ...rules,
      lifetimeSecondsMax: Infinity,
    }, now);
}

/** Refresh tokens are active too, and so are tokens that need a proof of possession. */
function checkPurpose(answer: JsonObject): Rejected | undefined {
  const tokenType = member(answer, "token_type");
  if (tokenType !== undefined && lower(tokenType) !== "bearer") {
    return foreign("token_type");
  }
  const tokenUse = member(answer, "token_use");
  if (tokenUse !== undefined && !ACCESS_TOKEN_USES.includes(tokenUse)) {
    return foreign("token_use");
  }
  const typ = member(answer, "typ");
  if (typ !== undefined && !ACCESS_TOKEN_TYPES.includes(lower(typ))) {
    return foreign("typ");
  }
  return undefined;
}

function lower(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function foreign(name: string): Rejected {
  return rejected(
    "token_type_not_accepted",
    `Member "${name}" does not say that it is an access token of the type Bearer`,
  );
}
