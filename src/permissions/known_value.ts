/**
 * What is certain of the value that a rule means by a claim, before a login has
 * come: from what is certain of the issuers' tokens.
 */
import {
  type ClaimType,
  hasType,
  type IssuerTokens,
  type KnownClaim,
} from "../base/known_claims.ts";
import { nameSome } from "../base/name_some.ts";
import { type ClaimReference, INDEX_REGEXP } from "./claim_reference.ts";
import { isAlwaysThere } from "./claim_relation.ts";
import { type ClaimTest, passes, samplesOf } from "./condition.ts";

export type KnownValue = Omit<KnownClaim, "path">;

/** What was found, by the claim's text: rules are compared with each other, and ask the same ever again. */
const found = new WeakMap<IssuerTokens, Map<string, KnownValue | undefined>>();

/** Undefined if nothing is certain. */
export function knownValue(
  claim: ClaimReference,
  tokens: IssuerTokens,
): KnownValue | undefined {
  const values = found.get(tokens) ?? new Map<string, KnownValue | undefined>();
  found.set(tokens, values);
  if (!values.has(claim.text)) values.set(claim.text, find(claim, tokens));
  return values.get(claim.text);
}

function find(
  claim: ClaimReference,
  { claims }: IssuerTokens,
): KnownValue | undefined {
  // The identity's own, whatever the token says.
  if (isAlwaysThere(claim)) return undefined;
  let all: KnownValue | undefined;
  for (const known of claims) {
    const value = valueFrom(known, claim);
    if (value !== undefined) all = all === undefined ? value : both(all, value);
  }
  return all;
}

function both(one: KnownValue, other: KnownValue): KnownValue {
  return {
    ...one,
    ...other,
    types: one.types.filter((type) => other.types.includes(type)),
    isRequired: one.isRequired || other.isRequired,
  };
}

/** Whether a claim of which this is certain may pass the test. */
export function mayPass(
  test: ClaimTest,
  { isRequired, types, values }: KnownValue,
): boolean {
  switch (test.kind) {
    case "present":
      return types.length > 0;
    case "absent":
      return !isRequired;
    default:
      return samplesOf(test).some((value) =>
        types.some((type) => hasType(value, type)) &&
        (values === undefined ||
          typeof value === "string" && values.includes(value))
      );
  }
}

/** Whether every claim of which this is certain passes the test. */
export function mustPass(
  test: ClaimTest,
  { isRequired, types, values }: KnownValue,
): boolean {
  switch (test.kind) {
    case "present":
      return isRequired;
    case "absent":
      return types.length === 0;
    default:
      return isRequired &&
        values?.every((value) => passes(test, value)) === true;
  }
}

/** What follows from the one claim for the other: the same, one around it, or one within. */
function valueFrom(
  known: KnownClaim,
  { steps }: ClaimReference,
): KnownValue | undefined {
  const { path, types } = known;
  const length = Math.min(path.length, steps.length);
  if (path.slice(0, length).some((name, at) => name !== steps[at])) {
    return undefined;
  }
  // An email that is not verified counts as not there.
  const isRequired = known.isRequired && path[0] !== "email";
  if (steps.length < path.length) {
    return known.isRequired
      ? { ...known, types: ["object"], isRequired }
      : undefined;
  }
  const [inner, ...further] = steps.slice(length);
  if (inner === undefined) return { ...known, isRequired };
  if (types.includes("object")) return undefined;
  const mayBeElement = types.includes("strings") &&
    further.length === 0 && INDEX_REGEXP.test(inner);
  return {
    ...known,
    types: mayBeElement ? ["string"] : [],
    isRequired: false,
  };
}

/** In words, why no claim of these tokens passes the test, and what to do about it outside of the rules. */
export function describeKnown(
  claim: ClaimReference,
  test: ClaimTest,
  tokens: readonly IssuerTokens[],
): { readonly text: string; readonly remedy: string } {
  const known = tokens.flatMap((each) => {
    const value = knownValue(claim, each);
    return value === undefined ? [] : [{ ...value, issuer: each.issuer }];
  });
  const issuersByFact = Map.groupBy(
    known,
    (value) => describeValue(value, test),
  );
  const facts = [...issuersByFact].map(([fact, all]) => {
    const issuers = new Set(all.map(({ issuer }) => issuer));
    return `${fact} in tokens of ${nameSome([...issuers])}`;
  });
  const settings = [...new Set(known.flatMap(({ setting }) => setting ?? []))];
  return {
    text: `claim "${claim.text}" is ${facts.join(", and ")}`,
    remedy: settings.length > 0
      ? `, or correct the issuer's ${settings.join(" and ")}`
      : "",
  };
}

function describeValue(
  { types, values }: KnownValue,
  test: ClaimTest,
): string {
  if (test.kind === "absent") return "always there";
  if (values !== undefined) return `one of ${values.join(", ")}`;
  return types.map((type) => WORDS[type]).join(" or ") || "never there";
}

const WORDS: Readonly<Record<ClaimType, string>> = {
  "string": "a string",
  "number": "a number",
  "boolean": "true or false",
  "strings": "a list of strings",
  "object": "an object",
};
