/**
 * What is certain of the value that a rule means by a claim, before a login has
 * come: from what is certain of the issuers' tokens.
 */
import type { CredentialKind } from "../base/identity.ts";
import {
  type ClaimType,
  hasType,
  type KnownClaim,
} from "../base/known_claims.ts";
import {
  type ClaimReference,
  INDEX_REGEXP,
  isOnly,
} from "./claim_reference.ts";
import { type ClaimTest, samplesOf } from "./condition.ts";
import type { RulesContext } from "./rule_context.ts";

/** An issuer's tokens of one kind. */
export interface TokenSource {
  readonly issuer: string;
  readonly kind: CredentialKind;
}

export type KnownValue = Omit<KnownClaim, "path">;

/** Undefined if nothing is certain. */
export function knownValue(
  claim: ClaimReference,
  { issuer, kind }: TokenSource,
  { knownClaims = [] }: RulesContext,
): KnownValue | undefined {
  // These are the identity's own, whatever the token says.
  if (isOnly(claim, "sub") || isOnly(claim, "iss")) return undefined;
  for (const each of knownClaims) {
    if (each.issuer !== issuer || each.credential !== kind) continue;
    for (const known of each.claims) {
      const value = valueFrom(known, claim);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/** Whether a claim of which this is certain may pass the test. */
export function mayPass(
  test: ClaimTest,
  { isRequired, types }: KnownValue,
): boolean {
  switch (test.kind) {
    case "present":
      return types.length > 0;
    case "absent":
      return !isRequired;
    default:
      return samplesOf(test).some((value) =>
        types.some((type) => hasType(value, type))
      );
  }
}

/** Whether every claim of which this is certain passes the test. */
export function mustPass(
  test: ClaimTest,
  { isRequired, types }: KnownValue,
): boolean {
  switch (test.kind) {
    case "present":
      return isRequired;
    case "absent":
      return types.length === 0;
    default:
      return false;
  }
}

/** What follows from the one claim for the other: the same, one around it, or one within. */
function valueFrom(
  known: KnownClaim,
  { steps }: ClaimReference,
): KnownValue | undefined {
  const { isRequired, path, types } = known;
  const length = Math.min(path.length, steps.length);
  if (path.slice(0, length).some((name, at) => name !== steps[at])) {
    return undefined;
  }
  if (steps.length < path.length) {
    return isRequired ? { ...known, types: ["object"] } : undefined;
  }
  const [inner, ...further] = steps.slice(length);
  if (inner === undefined) {
    // An email that is not verified counts as not there.
    return { ...known, isRequired: isRequired && steps[0] !== "email" };
  }
  if (types.includes("object")) return undefined;
  const mayBeElement = types.includes("strings") &&
    further.length === 0 && INDEX_REGEXP.test(inner);
  return {
    ...known,
    types: mayBeElement ? ["string"] : [],
    isRequired: false,
  };
}

/** What is certain for all of these, in words, and what to do about it outside of the rules. */
export function describeKnown(
  claim: ClaimReference,
  sources: readonly TokenSource[],
  context: RulesContext,
): { readonly text: string; readonly remedy: string } {
  const all = sources.map((source) => ({
    types: [],
    ...knownValue(claim, source, context),
    ...source,
  }));
  const texts = all.map(({ issuer, types }) => {
    const words = types.map((type) => WORDS[type]).join(" or ");
    return `is ${words || "never there"} in tokens of ${issuer}`;
  });
  return {
    text: `claim "${claim.text}" ${[...new Set(texts)].join(", and ")}`,
    remedy: all.some(({ isConfigured }) => isConfigured)
      ? ", or correct the issuer's required_claims"
      : "",
  };
}

const WORDS: Readonly<Record<ClaimType, string>> = {
  "string": "a string",
  "number": "a number",
  "boolean": "true or false",
  "strings": "a list",
  "object": "an object",
};
