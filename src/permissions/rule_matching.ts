/**
 * How rules relate by what they ask for: which none can match, which match whoever
 * another one matches, and which match nobody in common. Says so only where the
 * rules themselves and the rest of the configuration leave no other possibility.
 */
import { type AddressRange, isWithin } from "./address_range.ts";
import { isSameClaim } from "./claim_reference.ts";
import {
  type ClaimCondition,
  findImpossible,
  implies,
  isAlwaysThere,
  isClaim,
  isOfEmail,
  VERIFIED,
  withVerified,
} from "./claim_relation.ts";
import type { CompiledRule } from "./compiled_rule.ts";
import {
  type Condition,
  describeCondition,
  isAboutIssuer,
} from "./condition.ts";
import type { RulesContext } from "./rule_context.ts";
import { DeadRule, Fault } from "./rule_fault.ts";
import { describeKnown, knownValue, mustPass } from "./known_value.ts";
import {
  admits,
  connectionTypesOf,
  issuersOf,
  sourcesOf,
} from "./rule_reach.ts";

/** Why no login can match, whatever other rules there are; undefined if some can. */
export function findContradiction(
  { conditions, outcome }: CompiledRule,
  context: RulesContext,
): Fault | undefined {
  const claims = findImpossible(
    outcome === "refuse" ? conditions : withVerified(conditions),
  );
  if (claims !== undefined) {
    const asked = claims.map((each) =>
      `${describeCondition(each)}${
        each === VERIFIED ? ", without which no email counts" : ""
      }`
    );
    return new DeadRule(
      `can never match: it asks for ${asked.join(", and for ")}`,
      "correct it, or remove the rule",
    );
  }
  const types = connectionTypesOf(conditions, context);
  if (types.length === 0) {
    return new Fault(
      "can never match: callout.connection_types has none of its kinds of connection",
      "add one there, or remove the rule",
    );
  }
  if (sourcesOf(conditions, context)?.length !== 0) return undefined;
  const mistyped = findMistyped(conditions, context);
  if (mistyped !== undefined) return mistyped;
  const asked = conditions.filter((condition) =>
    condition.kind === "kind" || isAboutIssuer(condition)
  );
  return new Fault(
    `can never match: no issuer is configured whose ${
      asked.map(describeCondition).join(", and whose ")
    }`,
    "correct it, configure such an issuer, or remove the rule",
  );
}

/** A claim that whoever else could come to the rule never has as it is asked for. */
function findMistyped(
  conditions: readonly Condition[],
  context: RulesContext,
): Fault | undefined {
  const others = conditions.filter((condition) =>
    !isClaim(condition) || isAboutIssuer(condition)
  );
  const sources = sourcesOf(others, context) ?? [];
  if (sources.length === 0) return undefined;
  const wrong = conditions.filter(isClaim).find((condition) =>
    !isAboutIssuer(condition) &&
    !sources.some((source) => admits(condition, source, context))
  );
  if (wrong === undefined) return undefined;
  const { remedy, text } = describeKnown(wrong.claim, sources, context);
  return new Fault(
    `can never match: it asks for ${describeCondition(wrong)}, and ${text}`,
    `correct it, or remove the rule${remedy}`,
  );
}

/** A rule, and whose tokens can come to it, if that is known. */
export interface ReachedRule extends CompiledRule {
  readonly issuers: readonly string[] | undefined;
}

/** Whether every login that matches the later rule has matched the earlier one. */
export function isBehind(
  later: ReachedRule,
  earlier: CompiledRule,
  context: RulesContext,
): boolean {
  // It takes an email that is not verified, which a grant does not.
  if (
    later.outcome === "refuse" && earlier.outcome !== "refuse" &&
    earlier.conditions.some(isOfEmail)
  ) return false;
  return earlier.conditions.every((condition) =>
    isImplied(condition, later, context)
  );
}

/**
 * Whether the earlier rule may match all logins of some issuers, kinds of token and
 * of connection that match the later one. Quicker, and errs on the side of yes.
 */
export function mayTakeSome(
  earlier: CompiledRule,
  later: ReachedRule,
  context: RulesContext,
): boolean {
  return earlier.conditions.every((condition) => {
    if (isClaim(condition)) {
      // What is certain of the tokens is another matter for each issuer.
      const { kind } = condition.test;
      if (kind === "present" || kind === "absent") return true;
    } else if (condition.kind !== "source") return true;
    return isImplied(condition, later, context);
  });
}

/** Whether every login there can be meets the condition. */
export function isMetByAll(
  condition: Condition,
  context: RulesContext,
): boolean {
  const all = { conditions: [], issuers: issuersOf([], context) };
  return isImplied(condition, all, context);
}

/** What the one rule asks for and the other does not. */
export function conditionsBeyond(
  one: ReachedRule,
  other: ReachedRule,
  context: RulesContext,
): readonly Condition[] {
  return one.conditions.filter((condition) =>
    !isImplied(condition, other, context)
  );
}

/** Whether no login meets both. */
export function areApart(
  one: readonly Condition[],
  other: readonly Condition[],
  context: RulesContext,
): boolean {
  if (one.some((each) => other.some((its) => isApart(each, its)))) return true;
  const both = [...one, ...other];
  return findImpossible(both) !== undefined ||
    connectionTypesOf(both, context).length === 0 ||
    issuersOf(both, context)?.length === 0;
}

/** Sources; issuers and kinds also where it is not known which there are. */
function isApart(one: Condition, other: Condition): boolean {
  if (one.kind === "source" && other.kind === "source") {
    // Ranges with a prefix lie in one another, or have nothing in common.
    return !one.ranges.some((range) =>
      other.ranges.some((its) => isWithin(range, its) || isWithin(its, range))
    );
  }
  if (one.kind === "issuer" && other.kind === "issuer") {
    return !one.issuers.some((issuer) => other.issuers.includes(issuer));
  }
  if (one.kind === "kind" && other.kind === "kind") {
    return !one.kinds.some((kind) => other.kinds.includes(kind));
  }
  return false;
}

function isImplied(
  wanted: Condition,
  { conditions: own, issuers }: Pick<ReachedRule, "conditions" | "issuers">,
  context: RulesContext,
): boolean {
  switch (wanted.kind) {
    case "issuer": {
      const named = issuers ??
        own.find((each) => each.kind === "issuer")?.issuers;
      return named?.every((issuer) => wanted.issuers.includes(issuer)) ??
        false;
    }
    case "kind": {
      const asked = own.find((each) => each.kind === "kind")?.kinds;
      const kinds = issuers
        ?.flatMap((issuer) => context.issuers?.get(issuer) ?? [])
        .filter((kind) => asked?.includes(kind) ?? true) ?? asked;
      return kinds?.every((kind) => wanted.kinds.includes(kind)) ?? false;
    }
    case "connection": {
      const types: readonly string[] = wanted.types;
      return connectionTypesOf(own, context).every((type) =>
        types.includes(type)
      );
    }
    case "source":
      return own.some((each) =>
        each.kind === "source" && areWithin(each.ranges, wanted.ranges)
      );
    default:
      return isClaimImplied(wanted, own, context);
  }
}

function areWithin(
  inner: readonly AddressRange[],
  outer: readonly AddressRange[],
): boolean {
  return inner.every((range) => outer.some((other) => isWithin(range, other)));
}

function isClaimImplied(
  { claim, test }: ClaimCondition,
  own: readonly Condition[],
  context: RulesContext,
): boolean {
  if (test.kind === "present" && isAlwaysThere(claim)) return true;
  const isAsked = own.filter(isClaim).some((each) =>
    isSameClaim(each.claim, claim) && implies(each.test, test)
  );
  return isAsked || isCertain({ claim, test }, own, context);
}

/** Whether the tokens that come to a rule with these conditions are so anyway. */
function isCertain(
  { claim, test }: Pick<ClaimCondition, "claim" | "test">,
  own: readonly Condition[],
  context: RulesContext,
): boolean {
  if (test.kind !== "present" && test.kind !== "absent") return false;
  const sources = sourcesOf(own, context) ?? [];
  return sources.length > 0 && sources.every((source) => {
    const known = knownValue(claim, source, context);
    return known !== undefined && mustPass(test, known);
  });
}
