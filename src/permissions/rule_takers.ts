/**
 * Finds rules that decide about everybody whom a later one is for: one alone, or
 * several of which each takes some issuers, kinds of token or of connection.
 */
import type { CompiledRule } from "./compiled_rule.ts";
import type { RulesContext } from "./rule_context.ts";
import { isBehind, mayTakeSome, type ReachedRule } from "./rule_matching.ts";
import { connectionTypesOf, issuersOf } from "./rule_reach.ts";

/** Of the earlier rules, those that may take somebody from the later one: few, mostly. */
export function findNear(
  later: ReachedRule,
  earlier: readonly CompiledRule[],
  context: RulesContext,
): readonly CompiledRule[] {
  return earlier.filter((each) => mayTakeSome(each, later, context));
}

/** The rules near it that leave nobody to the later one; undefined if somebody may be left. */
export function findTakers(
  later: ReachedRule,
  near: readonly CompiledRule[],
  context: RulesContext,
): readonly CompiledRule[] | undefined {
  const alone = near.find((each) => isBehind(later, each, context));
  if (alone !== undefined) return [alone];
  const takers = new Set<CompiledRule>();
  for (const part of partsOf(later, context)) {
    const taker = near.find((each) => isBehind(part, each, context));
    if (taker === undefined) return undefined;
    takers.add(taker);
  }
  return near.filter((each) => takers.has(each));
}

/** Of these issuers, those of whose users somebody may be left to the later rule. */
export function findLeft(
  later: ReachedRule,
  near: readonly CompiledRule[],
  context: RulesContext,
): readonly string[] {
  return issuersOf(later.tokens).filter((issuer) => {
    const tokens = later.tokens?.filter((each) => each.issuer === issuer);
    return findTakers({ ...later, tokens }, near, context) === undefined;
  });
}

/** The rule, for one issuer, kind of token and kind of connection at a time. */
function* partsOf(
  rule: ReachedRule,
  context: RulesContext,
): Generator<ReachedRule> {
  const { conditions, tokens } = rule;
  for (const type of connectionTypesOf(conditions, context)) {
    const byType = [
      { kind: "connection", types: [type] } as const,
      ...conditions,
    ];
    if (tokens === undefined) yield { ...rule, conditions: byType };
    for (const each of tokens ?? []) {
      yield { ...rule, conditions: byType, tokens: [each] };
    }
  }
}
