/**
 * Finds values in subjects that no login that matches can fill: the rule's own
 * conditions say so, or what is certain of the issuers. Such a rule refuses
 * everybody.
 */
import { nameSome } from "../base/name_some.ts";
import { isSameClaim } from "./claim_reference.ts";
import { implies, isMissing, isWithin, VERIFIED } from "./claim_relation.ts";
import { type Condition, describeCondition, samplesOf } from "./condition.ts";
import { describeKnown, knownValue } from "./known_value.ts";
import { checkClaim, type ClaimPlaceholder } from "./placeholder.ts";
import type { RulesContext } from "./rule_context.ts";
import { DeadRule, Fault } from "./rule_fault.ts";
import { admits, tokensFor } from "./rule_reach.ts";
import type { SubjectTemplate } from "./subject_template.ts";

/** Who comes to a rule. */
export interface Reaching {
  readonly conditions: readonly Condition[];
  readonly issuers: readonly string[];
}

export function findUnfilled(
  templates: readonly SubjectTemplate[],
  { conditions, issuers }: Reaching,
  context: RulesContext,
): Fault | undefined {
  const placeholders = templates.flatMap(({ tokens }) =>
    tokens.flatMap((token) => token.kind === "value" ? [token.placeholder] : [])
  );
  for (const placeholder of placeholders) {
    if (placeholder.kind === "sub") continue;
    const { text } = placeholder;
    const fault = placeholder.kind === "issuer"
      ? findUnlabelled(text, issuers, context)
      : findContrary(placeholder, conditions) ??
        findMistyped(placeholder, { conditions, issuers }, context);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findUnlabelled(
  text: string,
  issuers: readonly string[],
  { issuerLabels }: RulesContext,
): Fault | undefined {
  const unlabelled = issuers.filter((issuer) => !issuerLabels.has(issuer));
  if (unlabelled.length === 0) return undefined;
  const whoever = unlabelled.length === issuers.length
    ? "whoever matches"
    : "whoever matches with its token";
  return new Fault(
    unfilled(text, `${nameSome(unlabelled)} has no label`, whoever),
    "write another value there, or give the issuer a label",
  );
}

/** The claim is what the rule itself asks for. */
function findContrary(
  placeholder: ClaimPlaceholder,
  conditions: readonly Condition[],
): Fault | undefined {
  for (const condition of conditions) {
    const faults = faultsBy(condition, placeholder);
    if (faults === undefined) continue;
    return new DeadRule(
      unfilled(
        placeholder.text,
        `${describeCondition(condition)}, so ${faults.join(", or ")}`,
      ),
      "write another value there, or correct the condition",
    );
  }
  return undefined;
}

/** The claim is what the tokens that come to the rule have. */
function findMistyped(
  { claim, text }: ClaimPlaceholder,
  { conditions, issuers }: Reaching,
  context: RulesContext,
): Fault | undefined {
  const tokens = tokensFor(conditions, context)
    ?.filter(({ issuer }) => issuers.includes(issuer)) ?? [];
  const unverified = claim.steps[0] === "email"
    ? tokens.filter((each) => !admits(VERIFIED, each))
    : [];
  const mistyped = tokens.filter((each) =>
    knownValue(claim, each)?.types.includes("string") === false
  );
  const [bad, wanted] = mistyped.length > 0
    ? [mistyped, { claim, test: { kind: "present" } } as const]
    : [unverified, VERIFIED];
  if (bad.length === 0) return undefined;
  const { remedy, text: reason } = describeKnown(
    wanted.claim,
    wanted.test,
    bad,
  );
  const whoever = bad.length === tokens.length
    ? "whoever matches"
    : "whoever matches with such a token";
  return new Fault(
    unfilled(text, reason, whoever),
    `write another value there${remedy}`,
  );
}

function unfilled(
  text: string,
  reason: string,
  whoever = "whoever matches",
): string {
  return `holds ${text}, and ${reason}: ${whoever} is refused`;
}

/** What keeps every claim that meets the condition from standing there; undefined if some can. */
function faultsBy(
  condition: Condition,
  placeholder: ClaimPlaceholder,
): readonly string[] | undefined {
  if (condition.kind !== "claim") return undefined;
  const { claim, test } = condition;
  const wanted = {
    claim: placeholder.claim,
    test: { kind: "present" },
  } as const;
  if (isMissing(wanted, condition)) return ["the claim is not there"];
  // Something is to be in it.
  if (test.kind !== "absent" && isWithin(claim, placeholder.claim)) {
    return ["the claim is not a string"];
  }
  if (test.kind === "present") return undefined;
  if (
    placeholder.claim.steps[0] === "email" &&
    isSameClaim(claim, VERIFIED.claim) && !implies(VERIFIED.test, test)
  ) return ["no email counts"];
  if (!isSameClaim(claim, placeholder.claim)) return undefined;
  const samples = samplesOf(test);
  const faults = samples.flatMap((value) =>
    checkClaim(placeholder, value) ?? []
  );
  return faults.length < samples.length ? undefined : [...new Set(faults)];
}
