/**
 * Finds values in subjects that no login that matches can fill: the rule's own
 * conditions say so, or what is certain of the issuers. Such a rule refuses
 * everybody.
 */
import { isSameClaim } from "./claim_reference.ts";
import { type Condition, describeCondition, samplesOf } from "./condition.ts";
import { describeKnown, knownValue } from "./known_value.ts";
import { checkClaim, type ClaimPlaceholder } from "./placeholder.ts";
import type { RulesContext } from "./rule_context.ts";
import { DeadRule, Fault } from "./rule_fault.ts";
import { issuersOf, sourcesOf } from "./rule_reach.ts";
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
    if (placeholder.kind === "sub") continue;
    const { text } = placeholder;
    const fault = placeholder.kind === "issuer"
      ? findUnlabelled(text, conditions, context)
      : findContrary(placeholder, conditions) ??
        findMistyped(placeholder, conditions, context);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findUnlabelled(
  text: string,
  conditions: readonly Condition[],
  context: RulesContext,
): Fault | undefined {
  const issuers = issuersOf(conditions, context) ?? [];
  const isUnnamed = issuers.length > 0 &&
    issuers.every((issuer) => !context.issuerLabels.has(issuer));
  return isUnnamed
    ? new Fault(
      unfilled(text, `${issuers.join(", ")} has no label`),
      "write another value there, or give the issuer a label",
    )
    : undefined;
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
  conditions: readonly Condition[],
  context: RulesContext,
): Fault | undefined {
  const sources = sourcesOf(conditions, context) ?? [];
  const isNoText = sources.length > 0 &&
    sources.every((source) =>
      knownValue(claim, source, context)?.types.includes("string") === false
    );
  if (!isNoText) return undefined;
  const { remedy, text: reason } = describeKnown(claim, sources, context);
  return new Fault(
    unfilled(text, reason),
    `write another value there${remedy}`,
  );
}

function unfilled(text: string, reason: string): string {
  return `holds ${text}, and ${reason}: whoever matches is refused`;
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
