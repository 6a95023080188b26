/**
 * Finds values in subjects that no login that matches can fill: the rule's own
 * conditions, or the issuers' labels, say so. Such a rule refuses everybody.
 */
import { isSameClaim } from "./claim_reference.ts";
import { type Condition, describeCondition } from "./condition.ts";
import type { Placeholder } from "./placeholder.ts";
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
    default: {
      const contrary = conditions.find((condition) =>
        condition.kind === "claim" && condition.test.kind !== "present" &&
        isSameClaim(condition.claim, placeholder.claim) &&
        samplesOf(condition.test).every((value) =>
          typeof value !== "string" || value === ""
        )
      );
      return contrary &&
        `${describeCondition(contrary)}, so it is no text`;
    }
  }
}
