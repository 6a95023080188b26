/**
 * Finds values in subjects that no login that matches can fill: the rule's own
 * conditions, or the issuers' labels, say so. Such a rule refuses everybody.
 */
import { isSameClaim } from "./claim_reference.ts";
import { type Condition, describeCondition } from "./condition.ts";
import {
  checkClaim,
  type ClaimPlaceholder,
  type Placeholder,
} from "./placeholder.ts";
import type { RulesContext } from "./rule_context.ts";
import { DeadRule, Fault } from "./rule_fault.ts";
import { samplesOf } from "./rule_matching.ts";
import { issuersOf } from "./rule_reach.ts";
import type { SubjectTemplate } from "./subject_template.ts";

export function findUnfilled(
  templates: readonly SubjectTemplate[],
  conditions: readonly Condition[],
  context: RulesContext,
): Fault | undefined {
  const placeholders = templates.flatMap(({ tokens }) =>
    tokens.flatMap((token) => token.kind === "value" ? [token.placeholder] : [])
  );
  for (const placeholder of placeholders) {
    const reason = whyUnfilled(placeholder, conditions, context);
    if (reason === undefined) continue;
    // A label can be given; what a claim has to be stands in the rule.
    return new (placeholder.kind === "issuer" ? Fault : DeadRule)(
      `holds ${placeholder.text}, and ${reason}: whoever matches is refused`,
      "write another value there, or correct the condition",
    );
  }
  return undefined;
}

function whyUnfilled(
  placeholder: Placeholder,
  conditions: readonly Condition[],
  context: RulesContext,
): string | undefined {
  switch (placeholder.kind) {
    case "sub":
      return undefined;
    case "issuer": {
      const issuers = issuersOf(conditions, context) ?? [];
      const isUnnamed = issuers.length > 0 &&
        issuers.every((issuer) => !context.issuerLabels.has(issuer));
      return isUnnamed ? `${issuers.join(", ")} has no label` : undefined;
    }
    default:
      for (const condition of conditions) {
        const faults = faultsBy(condition, placeholder);
        if (faults === undefined) continue;
        return `${describeCondition(condition)}, so ${faults.join(", or ")}`;
      }
      return undefined;
  }
}

/** What keeps every claim that meets the condition from standing there; undefined if some can. */
function faultsBy(
  condition: Condition,
  placeholder: ClaimPlaceholder,
): readonly string[] | undefined {
  if (
    condition.kind !== "claim" || condition.test.kind === "present" ||
    !isSameClaim(condition.claim, placeholder.claim)
  ) return undefined;
  const samples = samplesOf(condition.test);
  const faults = samples.flatMap((value) =>
    checkClaim(placeholder, value) ?? []
  );
  return faults.length < samples.length ? undefined : [...new Set(faults)];
}
