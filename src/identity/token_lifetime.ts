/**
 * When a token is valid. `exp` is required, and whatever a token says about
 * time is a number or the token is refused: a wrong type never means "always".
 *
 * @see RFC 7519 sections 4.1.4 to 4.1.6
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { EpochMs, EpochSeconds } from "../base/time.ts";

/** How old and how long-lived a token may be. */
export interface LifetimeRule {
  /** Allowed difference of the issuer's clock and ours. */
  readonly clockToleranceSeconds: number;
  /** Longest `exp - iat`, and longest time that a token may have left. */
  readonly lifetimeSecondsMax: number;
}

export interface Lifetime {
  readonly kind: "lifetime";
  /** Whole seconds, and never further away than the longest lifetime allows. */
  readonly expiresAt: EpochSeconds;
}

export function checkLifetime(
  claims: JsonObject,
  rule: LifetimeRule,
  now: EpochMs,
): Lifetime | Rejected {
  const exp = member(claims, "exp");
  const nbf = member(claims, "nbf");
  const iat = member(claims, "iat");
  if (exp === undefined) {
    return rejected("claim_missing", 'Claim "exp" is missing');
  }
  if (typeof exp !== "number") return notANumber("exp");
  if (nbf !== undefined && typeof nbf !== "number") return notANumber("nbf");
  if (iat !== undefined && typeof iat !== "number") return notANumber("iat");

  const nowSeconds = now / 1000;
  const tolerance = rule.clockToleranceSeconds;
  // Fractions are legal; rounded so that they never stretch the lifetime.
  const expiresAt = Math.floor(exp) as EpochSeconds;
  if (nowSeconds >= expiresAt + tolerance) {
    return rejected("bearer_token_expired", 'Claim "exp" is in the past');
  }
  if (nbf !== undefined && nowSeconds + tolerance < nbf) {
    return rejected("bearer_token_not_yet_valid", 'Claim "nbf" is ahead');
  }
  if (iat !== undefined && nowSeconds + tolerance < iat) {
    return rejected("bearer_token_not_yet_valid", 'Claim "iat" is ahead');
  }
  if (iat !== undefined && expiresAt - iat > rule.lifetimeSecondsMax) {
    return tooLong('from "iat" to "exp"', rule);
  }
  if (expiresAt - nowSeconds > rule.lifetimeSecondsMax + tolerance) {
    return tooLong("from now", rule);
  }
  return { kind: "lifetime", expiresAt };
}

function notANumber(name: string): Rejected {
  return rejected("claim_invalid", `Claim "${name}" is not a number`);
}

function tooLong(span: string, rule: LifetimeRule): Rejected {
  return rejected(
    "bearer_token_lifetime_too_long",
    `Lifetime ${span} is longer than ${rule.lifetimeSecondsMax} seconds`,
  );
}
