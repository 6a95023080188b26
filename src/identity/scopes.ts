/**
 * The scopes of an access token: a set of exact names. `read` is not in
 * `read:all`, and never in `thread`.
 *
 * @see RFC 6749 section 3.3, RFC 9068 section 2.2.3
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";

/** Scopes that a token must have. */
export interface ScopeRule {
  /** Every one of these must be there. */
  readonly requiredScopes?: readonly string[];
  /**
   * `scope`, one string, unless configured. `scp` is what Okta (an array) and
   * Microsoft (one string) write.
   */
  readonly scopeClaim?: "scope" | "scp";
}

export function checkScopes(
  claims: JsonObject,
  { requiredScopes, scopeClaim = "scope" }: ScopeRule,
): Rejected | undefined {
  if (requiredScopes === undefined) return undefined;
  const value = member(claims, scopeClaim);
  if (value === undefined) {
    return rejected("claim_missing", `Claim "${scopeClaim}" is missing`);
  }
  const scopes = scopeClaim === "scp" && Array.isArray(value)
    ? value
    : splitScopes(value);
  if (scopes === undefined || !scopes.every(isScope)) {
    return rejected(
      "claim_invalid",
      `Claim "${scopeClaim}" is not a list of scopes`,
    );
  }
  return requiredScopes.every((scope) => scopes.includes(scope))
    ? undefined
    : rejected(
      "scope_missing",
      `Claim "${scopeClaim}" lacks a required scope`,
    );
}

/** On single spaces: two in a row leave an empty name, which is none. */
function splitScopes(value: unknown): readonly string[] | undefined {
  return typeof value === "string" ? value.split(" ") : undefined;
}

/** `NQCHAR` of RFC 6749, appendix A. */
const SCOPE_REGEXP = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

function isScope(value: unknown): value is string {
  return typeof value === "string" && SCOPE_REGEXP.test(value);
}
