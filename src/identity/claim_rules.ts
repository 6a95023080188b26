/**
 * What an issuer's tokens must say, once their signature is verified. Each line
 * is one way to use a genuine token where it does not belong.
 *
 * @see RFC 7519 section 4.1, RFC 8725 section 3, RFC 9068 section 4,
 *   OpenID Connect Core section 3.1.3.7
 */
import type { CredentialKind, Identity } from "../base/identity.ts";
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
import type { LifetimeRule } from "./token_lifetime.ts";
import { checkTokenType } from "./token_type.ts";
import type { TokenTypeRule } from "./token_type.ts";

/** What the claims of an issuer's JWTs must say. */
export interface ClaimRules extends LifetimeRule, TokenTypeRule, ScopeRule {
  /** `iss`, compared code point by code point: no slash, case or host name is folded. */
  readonly issuer: string;
  /** Claims that must be there and have the type that later readers rely on. */
  readonly requiredClaims?: readonly RequiredClaim[];
}

export interface ClaimContext {
  readonly now: EpochMs;
  /** What the claims were read from. */
  readonly credential: CredentialKind;
}

/** Which of the two there is depends on the issuer (RFC 9068 section 2.2, OpenID Connect Core section 2). */
const CLIENT_CLAIMS = ["azp", "client_id"] as const;

/** Turns verified claims into an identity. */
export function checkClaims(
  claims: JsonObject,
  typ: string | undefined,
  rules: ClaimRules,
  { now, credential }: ClaimContext,
): Identity | Rejected {
  if (member(claims, "iss") !== rules.issuer) {
    return rejected("issuer_untrusted", 'Claim "iss" is not the issuer');
  }
  const foreign = checkTokenType(claims, typ, rules);
  if (foreign !== undefined) return foreign;
  const elsewhere = checkAudience(claims, rules.audiences);
  if (elsewhere !== undefined) return elsewhere;
  const lifetime = checkLifetime(claims, rules, now);
  if (lifetime.kind === "rejected") return lifetime;
  const bound = checkUnbound(claims);
  if (bound !== undefined) return bound;
  const uninvited = checkOauthClient(claims, CLIENT_CLAIMS, rules.clientIds);
  if (uninvited !== undefined) return uninvited;
  const lacking = checkScopes(claims, rules);
  if (lacking !== undefined) return lacking;
  const mistyped = checkRequiredClaims(claims, rules.requiredClaims ?? []);
  if (mistyped !== undefined) return mistyped;

  const sub = readName(claims, "sub");
  if (sub.kind === "rejected") return sub;
  return {
    kind: "identity",
    credential,
    issuer: rules.issuer,
    sub: sub.text,
    claims,
    expiresAt: lifetime.expiresAt,
  };
}
