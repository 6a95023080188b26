/**
 * How rules relate by what they ask for: which none can match, which match whoever
 * another one matches, and which match nobody in common. Says so only where the
 * rules themselves and the rest of the configuration leave no other possibility.
 */
import type { IssuerTokens } from "../base/known_claims.ts";
import { type AddressRange, isWithin } from "./address_range.ts";
import { isOnly, isSameClaim } from "./claim_reference.ts";
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
  passes,
} from "./condition.ts";
import { describeKnown, knownValue, mustPass } from "./known_value.ts";
import type { RulesContext } from "./rule_context.ts";
import { DeadRule, Fault } from "./rule_fault.ts";
import {
  admits,
  connectionTypesOf,
  issuersOf,
  tokensFor,
} from "./rule_reach.ts";

/** Why no login can match, whatever other rules there are; undefined if some can. */
export function findContradiction(
  rule: CompiledRule,
  context: RulesContext,
): Fault | undefined {
  const conditions = fullConditions(rule);
  const claims = findImpossible(
    // A refusal takes an email that is not verified as there and as not there.
    rule.outcome === "refuse"
      ? conditions.filter((condition) => !isOfEmail(condition))
      : conditions,
  );
  if (claims !== undefined) {
    const asked = claims.map(describeAsked);
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
  if (tokensFor(conditions, context)?.length !== 0) return undefined;
  const asked = conditions.filter((condition) =>
    condition.kind === "kind" || isAboutIssuer(condition)
  );
  const others = tokensFor(asked, context) ?? [];
  if (others.length > 0) return describeMistyped(conditions, others);
  const whose = asked.map(describeCondition).join(", and whose ");
  return new Fault(
    `can never match: no issuer is configured${whose && ` whose ${whose}`}`,
    "correct it, configure such an issuer, or remove the rule",
  );
}

/** @param tokens Each of which fails one of the conditions, by what is certain of its claims. */
function describeMistyped(
  conditions: readonly Condition[],
  tokens: readonly IssuerTokens[],
): Fault {
  const claims = conditions.filter(isClaim);
  const tokensByCondition = Map.groupBy(
    tokens,
    (each) => claims.find((condition) => !admits(condition, each)),
  );
  const reasons = [...tokensByCondition].flatMap(([condition, all]) => {
    if (condition === undefined) return [];
    const { remedy, text } = describeKnown(
      condition.claim,
      condition.test,
      all,
    );
    return [{ text: `${describeAsked(condition)}, and ${text}`, remedy }];
  });
  const remedy = reasons.find((each) => each.remedy !== "")?.remedy ?? "";
  return new Fault(
    `can never match: it asks for ${
      reasons.map(({ text }) => text).join("; and for ")
    }`,
    `correct it, or remove the rule${remedy}`,
  );
}

function describeAsked(condition: Condition): string {
  const why = condition === VERIFIED ? ", without which no email counts" : "";
  return `${describeCondition(condition)}${why}`;
}

/** What whoever matches meets, also where the rule does not say it. */
export function fullConditions(
  { conditions, outcome }: CompiledRule,
): readonly Condition[] {
  return outcome === "refuse" ? conditions : withVerified(conditions);
}

/** A rule, and which tokens can come to it, if that is known. */
export interface ReachedRule extends CompiledRule {
  readonly tokens: readonly IssuerTokens[] | undefined;
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
    if (!isClaim(condition)) {
      return condition.kind !== "source" ||
        isImplied(condition, later, context);
    }
    return isClaimAsked(condition, later.conditions) ||
      later.tokens?.some((each) => isCertain(condition, each)) === true;
  });
}

/** Whether every login there can be meets the condition. */
export function isMetByAll(
  condition: Condition,
  context: RulesContext,
): boolean {
  const { tokens } = context;
  return isImplied(condition, { conditions: [], tokens }, context);
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

/** Conditions, and which tokens can meet them, if that is known. */
export type Reach = Pick<ReachedRule, "conditions" | "tokens">;

/** Whether no login meets both. */
export function areApart(
  { conditions: one, tokens }: Reach,
  { conditions: other, tokens: others }: Reach,
  context: RulesContext,
): boolean {
  if (one.some((each) => other.some((its) => isApart(each, its)))) return true;
  if (tokens?.some((each) => others?.includes(each) ?? true) === false) {
    return true;
  }
  const both = [...one, ...other];
  return findImpossible(both) !== undefined ||
    connectionTypesOf(both, context).length === 0;
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
  { conditions: own, tokens }: Reach,
  context: RulesContext,
): boolean {
  switch (wanted.kind) {
    case "issuer": {
      const named = tokens === undefined
        ? own.find((each) => each.kind === "issuer")?.issuers
        : issuersOf(tokens);
      return named?.every((issuer) => wanted.issuers.includes(issuer)) ??
        false;
    }
    case "kind": {
      const kinds = tokens === undefined
        ? own.find((each) => each.kind === "kind")?.kinds
        : tokens.map(({ credential }) => credential);
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
      return isClaimImplied(wanted, own, tokens);
  }
}

function areWithin(
  inner: readonly AddressRange[],
  outer: readonly AddressRange[],
): boolean {
  return inner.every((range) => outer.some((other) => isWithin(range, other)));
}

function isClaimImplied(
  wanted: ClaimCondition,
  own: readonly Condition[],
  tokens: readonly IssuerTokens[] = [],
): boolean {
  return isClaimAsked(wanted, own) ||
    tokens.length > 0 && tokens.every((each) => isCertain(wanted, each));
}

function isClaimAsked(
  { claim, test }: ClaimCondition,
  own: readonly Condition[],
): boolean {
  if (test.kind === "present" && isAlwaysThere(claim)) return true;
  return own.filter(isClaim).some((each) =>
    isSameClaim(each.claim, claim) && implies(each.test, test)
  );
}

/** Whether every login with such a token meets the condition. */
function isCertain(
  { claim, test }: ClaimCondition,
  tokens: IssuerTokens,
): boolean {
  if (isOnly(claim, "iss")) return passes(test, tokens.issuer);
  const known = knownValue(claim, tokens);
  return known !== undefined && mustPass(test, known);
}
