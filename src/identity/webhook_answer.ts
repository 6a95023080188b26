/**
 * What a webhook says about a token: `accepted` with whom it stands for and until
 * when, or `refused`. Judged when the answer arrives and again for every login
 * that it serves.
 *
 * @see docs/webhook.openapi.yaml
 */
import type { Identity } from "../base/identity.ts";
import { isJsonObject, member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { EpochMs } from "../base/time.ts";
import { readName } from "./named_claims.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { checkRequiredClaims } from "./required_claims.ts";
import type { RequiredClaim } from "./required_claims.ts";
import { vouch } from "./token_memory.ts";
import type { Vouched } from "./token_memory.ts";
import { checkLifetime } from "./token_lifetime.ts";
import type { LifetimeRule } from "./token_lifetime.ts";

/** What a backend's answer must say. */
export interface WebhookRules extends LifetimeRule {
  /** Of the identities. */
  readonly issuer: string;
  readonly requiredClaims?: readonly RequiredClaim[];
}

/** An answer that accepts, in the form that it has to have. */
export interface WebhookAcceptance {
  readonly sub: string;
  /** Seconds since the Unix epoch, perhaps with a fraction. */
  readonly expiresAt: number;
  readonly claims: JsonObject;
}

/** Why the backend refused, if it says so: a word for the log, too plain to hold a token. */
const REASON_REGEXP = /^[a-z_]{1,40}$/;

/** Takes the answer apart; whatever is not exactly one of the two answers is none. */
export function readWebhookAnswer(
  answer: JsonObject,
  chars: number,
): Vouched<WebhookAcceptance> | Rejected | EndpointFault {
  const result = member(answer, "result");
  if (result === "refused") {
    const reason = member(answer, "reason");
    return rejected(
      "bearer_token_inactive",
      typeof reason === "string" && REASON_REGEXP.test(reason)
        ? `The webhook refused: ${reason}`
        : "The webhook refused",
    );
  }
  if (result !== "accepted") {
    return malformed('has no "accepted" or "refused" in "result"');
  }
  const sub = readName(answer, "sub");
  if (sub.kind === "rejected") {
    return malformed(`names nobody in "sub": ${sub.detail}`);
  }
  const expiresAt = member(answer, "expires_at");
  if (typeof expiresAt !== "number") {
    return malformed('has no number of seconds in "expires_at"');
  }
  const claims = member(answer, "claims");
  if (claims !== undefined && !isJsonObject(claims)) {
    return malformed('has no object in "claims"');
  }
  const cacheSeconds = member(answer, "cache_seconds");
  if (
    cacheSeconds !== undefined &&
    (typeof cacheSeconds !== "number" || cacheSeconds < 0)
  ) {
    return malformed('has no number of seconds in "cache_seconds"');
  }
  const content = { sub: sub.text, expiresAt, claims: claims ?? {} };
  return vouch(content, chars, cacheSeconds);
}

/** Turns an answer that accepts into an identity. */
export function judgeWebhookAnswer(
  { sub, expiresAt, claims: given }: WebhookAcceptance,
  rules: WebhookRules,
  now: EpochMs,
): Identity | Rejected {
  const lifetime = checkLifetime({ exp: expiresAt }, rules, now);
  if (lifetime.kind === "rejected") return lifetime;
  const claims = { ...given, sub };
  const mistyped = checkRequiredClaims(claims, rules.requiredClaims ?? []);
  if (mistyped !== undefined) return mistyped;
  return {
    kind: "identity",
    credential: "webhook",
    issuer: rules.issuer,
    sub,
    claims,
    expiresAt: lifetime.expiresAt,
  };
}

function malformed(problem: string): EndpointFault {
  return new EndpointFault(`the answer ${problem}`, { questionOnly: true });
}
