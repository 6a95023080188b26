/**
 * Checks that several kinds of options have in common.
 */
import {
  CLOCK_TOLERANCE_SECONDS_MAX,
  TOKEN_LIFETIME_SECONDS_MAX,
} from "../base/limits.ts";
import { CLAIM_TYPES } from "../base/known_claims.ts";
import type { RequiredClaim } from "./required_claims.ts";
import type { LifetimeRule } from "./token_lifetime.ts";

/** Reports one problem: the option, and what is wrong with it. */
export type Report = (option: string, problem: string) => void;

/** A list that is given must say something: an empty one would allow nothing, or everything. */
export function checkList(
  option: string,
  names: readonly string[] | undefined,
  report: Report,
): void {
  if (names === undefined) return;
  if (names.length === 0) report(option, "is empty");
  if (names.includes("")) report(option, "contains an empty string");
  if (names.some(isPadded)) report(option, PADDED);
}

/** Compared as it stands: with white space around it, no token would be of it. */
export function checkIssuer(issuer: string, report: Report): void {
  if (issuer === "") report("issuer", "is empty");
  else if (isPadded(issuer)) report("issuer", PADDED);
  else if (METADATA_REGEXP.test(issuer)) {
    report("issuer", "is where its metadata are, not the name in them");
  }
}

const METADATA_REGEXP =
  /^https?:\/\/[^?#]*\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/;

const PADDED = "has white space at its beginning or its end";

function isPadded(text: string): boolean {
  return text.trim() !== text;
}

export function checkRange(
  option: string,
  value: number | undefined,
  { min, max }: { readonly min: number; readonly max: number },
  report: Report,
): void {
  if (value === undefined) return;
  // Also of a program without types: a text is compared as a number, and added as a text.
  if (typeof value === "number" && value >= min && value <= max) return;
  report(option, `is not between ${min} and ${max}`);
}

/** A path that leads nowhere would be there in every token. */
export function checkClaimPaths(
  required: readonly RequiredClaim[] | undefined,
  report: Report,
): void {
  for (const { path, type } of required ?? []) {
    if (!Array.isArray(path) || path.length === 0) {
      report("requiredClaims", "has a path that names nothing");
    }
    if (!CLAIM_TYPES.includes(type)) {
      report(
        "requiredClaims",
        `has a type that is none of ${CLAIM_TYPES.join(", ")}`,
      );
    }
  }
}

export function checkLifetimeRule(rule: LifetimeRule, report: Report): void {
  checkRange("clockToleranceSeconds", rule.clockToleranceSeconds, {
    min: 0,
    max: CLOCK_TOLERANCE_SECONDS_MAX,
  }, report);
  checkRange("lifetimeSecondsMax", rule.lifetimeSecondsMax, {
    min: 1,
    max: TOKEN_LIFETIME_SECONDS_MAX,
  }, report);
}
