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
import type { Vouched } from "./token_memory.ts";
import { checkLifetime } from "./token_lifetime.ts";
import type { LifetimeRule } from "./token_lifetime.ts";

export interface WebhookRules extends LifetimeRule {
  /** Of the identities. */
  readonly issuer: string;
  readonly requiredClaims?: readonly RequiredClaim[];
}

/** Why the backend refused, if it says so: a word for the log, too plain to hold a token. */
const REASON_REGEXP = /^[a-z_]{1,40}$/;

/** Takes the answer apart; whatever is not exactly one of the two answers is none. */
export function readWebhookAnswer(
  answer: JsonObject,
  chars: number,
): Vouched<JsonObject> | Rejected | EndpointFault {
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
  const cacheSeconds = member(answer, "cache_seconds") ?? Infinity;
  if (typeof cacheSeconds !== "number" || cacheSeconds < 0) {
    return malformed('has no number of seconds in "cache_seconds"');
  }
  const claims = member(answer, "claims") ?? {};
  if (!isJsonObject(claims)) return malformed('has no object in "claims"');
  return {
    kind: "vouched",
    content: answer,
    // Two bytes a character, and as much again for the objects.
    bytes: 4 * chars,
    secondsMax: cacheSeconds,
  };
}

/** Turns an answer that accepts into an identity. */
export function judgeWebhookAnswer(
  answer: JsonObject,
  rules: WebhookRules,
  now: EpochMs,
): Identity | Rejected {
  const expiresAt = member(answer, "expires_at");
  if (typeof expiresAt !== "number") {
    return rejected("claim_missing", 'Member "expires_at" is not a number');
  }
  const lifetime = checkLifetime({ exp: expiresAt }, rules, now);
  if (lifetime.kind === "rejected") return lifetime;
  const sub = readName(answer, "sub");
  if (sub.kind === "rejected") return sub;
  const given = member(answer, "claims");
  const claims = {
    ...(isJsonObject(given) ? given : {}),
    "sub": sub.text,
  };
  const mistyped = checkRequiredClaims(claims, rules.requiredClaims ?? []);
  if (mistyped !== undefined) return mistyped;
  return {
    kind: "identity",
    credential: "webhook",
    issuer: rules.issuer,
    sub: sub.text,
    claims,
    expiresAt: lifetime.expiresAt,
  };
}

function malformed(problem: string): EndpointFault {
  return new EndpointFault(`the answer ${problem}`, { questionOnly: true });
}
