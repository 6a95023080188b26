/**
 * How conditions for claims relate: which follows from which, and which no login
 * meets together, whoever its token is from.
 */
import {
  type ClaimReference,
  INDEX_REGEXP,
  isOnly,
  isSameClaim,
} from "./claim_reference.ts";
import {
  type ClaimTest,
  type Condition,
  passes,
  samplesOf,
} from "./condition.ts";

export type ClaimCondition = Condition & { readonly kind: "claim" };

export function isClaim(condition: Condition): condition is ClaimCondition {
  return condition.kind === "claim";
}

/** `sub` and `iss` are there in every login, and are texts. */
export function isAlwaysThere(claim: ClaimReference): boolean {
  return isOnly(claim, "sub") || isOnly(claim, "iss");
}

export function isOfEmail(condition: Condition): boolean {
  return isClaim(condition) && condition.claim.steps[0] === "email";
}

/** Where an email counts to a rule that grants. */
export const VERIFIED: ClaimCondition = {
  kind: "claim",
  claim: { text: "email_verified", steps: ["email_verified"] },
  test: { kind: "equals", value: true },
};

/** What whoever matches a rule that grants by these conditions meets. */
export function withVerified(
  conditions: readonly Condition[],
): readonly Condition[] {
  const needsEmail = conditions.some((condition) =>
    isOfEmail(condition) && isClaim(condition) &&
    condition.test.kind !== "absent"
  );
  return needsEmail ? [...conditions, VERIFIED] : conditions;
}

/** Whether a claim that passes the one test passes the other. */
export function implies(own: ClaimTest, wanted: ClaimTest): boolean {
  if (own.kind === "present") return wanted.kind === "present";
  return samplesOf(own).every((value) => passes(wanted, value));
}

/** Conditions for one claim, or for one and what is in it, that none meets together. */
export function findImpossible(
  conditions: readonly Condition[],
): readonly ClaimCondition[] | undefined {
  const claims = conditions.filter(isClaim);
  for (const outer of claims) {
    const same = claims.filter(({ claim }) => isSameClaim(claim, outer.claim));
    if (!isPossible(same)) return same;
    const inner = claims.find((each) => isMissing(each, outer));
    if (inner !== undefined) return [outer, inner];
  }
  return undefined;
}

/** Whether some claim meets all of these conditions, which are for one and the same. */
function isPossible(conditions: readonly ClaimCondition[]): boolean {
  const [first] = conditions;
  if (first === undefined) return true;
  const tests = conditions.map(({ test }) => test);
  const isText = isAlwaysThere(first.claim);
  const exact = tests.find(({ kind }) =>
    kind === "equals" || kind === "one of"
  );
  if (exact !== undefined) {
    return samplesOf(exact).some((value) =>
      tests.every((test) => passes(test, value)) &&
      !(isText && (typeof value !== "string" || value === ""))
    );
  }
  const kinds = tests.map(({ kind }) => kind);
  if (kinds.includes("absent")) {
    return !isText && kinds.every((kind) => kind === "absent");
  }
  return !isText || !kinds.some((kind) => kind.startsWith("contains"));
}

type Asked = Pick<ClaimCondition, "claim" | "test">;

/** Whether the one is to be in the other claim, which is to be such that nothing of that name can be in it. */
export function isMissing(inner: Asked, outer: Asked): boolean {
  if (inner.test.kind === "absent") return false;
  // These may be another value than the token's own.
  if (isAlwaysThere(outer.claim) || outer.claim.steps[0] === "email") {
    return false;
  }
  if (!isWithin(inner.claim, outer.claim)) return false;
  switch (outer.test.kind) {
    case "present":
      return false;
    case "absent":
    case "equals":
    case "one of":
      return true;
    default:
      // A list, or words of a scope.
      return !INDEX_REGEXP.test(
        inner.claim.steps[outer.claim.steps.length] ?? "",
      );
  }
}

/** Whether the one claim is in the other, at whatever depth. */
export function isWithin(
  { steps: inner }: ClaimReference,
  { steps }: ClaimReference,
): boolean {
  return inner.length > steps.length &&
    steps.every((step, index) => step === inner[index]);
}
