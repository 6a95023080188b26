/**
 * Finds rules that give way to earlier ones although neither was made for the
 * other: who meets both gets what the earlier one says, and nothing of the later.
 * A rule for some before one for more is the usual order, and so is a refusal
 * before a grant; of these nothing is said.
 */
import { NAMED_MAX, nameSome } from "../base/name_some.ts";
import { withVerified } from "./claim_relation.ts";
import type { CompiledOnly } from "./compile_grant.ts";
import { type Condition, describeCondition } from "./condition.ts";
import { grantsAll, type ReadGrant } from "./grant_relation.ts";
import type { RulesContext } from "./rule_context.ts";
import { Fault } from "./rule_fault.ts";
import {
  areApart,
  conditionsBeyond,
  isBehind,
  type ReachedRule,
} from "./rule_matching.ts";

/** A rule, and what it grants; undefined if it refuses. */
export interface ReadRule extends ReachedRule {
  readonly read: ReadGrant | undefined;
  /** Names of rules that are meant to decide about who meets both. */
  readonly givesWayTo: readonly string[];
}

/** @param earlier The rules before it, in their order, without those that never match. */
export function findOverlap(
  rule: ReadRule,
  earlier: readonly ReadRule[],
  context: RulesContext,
): Fault | undefined {
  const met: ReadRule[] = [];
  for (const [index, other] of earlier.entries()) {
    if (rule.givesWayTo.includes(other.name)) continue;
    if (!takesFrom(other, rule, context)) continue;
    const both = [...other.conditions, ...meantFor(rule)];
    const meeting = {
      ...rule,
      conditions: both,
      tokens: rule.tokens?.filter((each) =>
        other.tokens?.includes(each) ?? true
      ),
    };
    // A rule before both decides about who meets both.
    if (
      earlier.slice(0, index).some((each) => isBehind(meeting, each, context))
    ) {
      continue;
    }
    met.push(other);
    if (met.length > NAMED_MAX) break;
  }
  const [first] = met;
  return first && describe(rule, [first, ...met.slice(1)], context);
}

/** Names in `gives_way_to` that say nothing, and might hide what is not meant once rules change. */
export function findNeedless(
  rule: ReadRule,
  earlier: readonly ReadRule[],
  context: RulesContext,
): Fault | undefined {
  const needless = earlier.find((other) =>
    rule.givesWayTo.includes(other.name) && !takesFrom(other, rule, context)
  );
  return needless && new Fault(
    `need not name rule ${needless.name}: nothing would be said without it`,
    "leave it out",
  );
}

/** Whether the earlier rule decides about some, but not because it is for a part of those that the other is for. */
function takesFrom(
  earlier: ReadRule,
  rule: ReadRule,
  context: RulesContext,
): boolean {
  if (earlier.read === undefined) return false;
  if (isBehind(earlier, rule, context)) return false;
  const own = { ...earlier, conditions: withVerified(earlier.conditions) };
  const wanted = { ...rule, conditions: meantFor(rule) };
  if (areApart(own, wanted, context)) return false;
  // Last: it costs the most, and most rules are apart.
  return rule.read === undefined || !grantsAll(earlier.read, rule.read);
}

/** Whom the rule says something else of than that they are refused, or its refusal is about. */
function meantFor({ conditions, read }: ReadRule): readonly Condition[] {
  if (read === undefined) return conditions;
  return [...withVerified(conditions), ...onlyConditions(read.outcome.only)];
}

/** What a grant asks of where its users are, as `when` would ask it. */
export function onlyConditions(
  { connections, sources }: CompiledOnly,
): readonly Condition[] {
  return [
    ...(connections === undefined
      ? []
      : [{ kind: "connection", types: connections } as const]),
    ...(sources === undefined
      ? []
      : [{ kind: "source", ranges: sources, text: "only.sources" } as const]),
  ];
}

function describe(
  rule: ReadRule,
  [first, ...others]: readonly [ReadRule, ...ReadRule[]],
  context: RulesContext,
): Fault {
  const { name, read } = rule;
  const asked = [
    ...conditionsBeyond(first, rule, context),
    ...conditionsBeyond(rule, first, context),
  ].map(describeCondition).join(" and ");
  const those = others.length === 0
    ? `rule ${first.name}: who meets both (${asked})`
    : `rules ${
      nameSome([first, ...others].map((each) => each.name))
    }: who meets one of them too (as with ${first.name}: ${asked})`;
  return read === undefined
    ? new Fault(
      `gives way to ${those} gets what that one grants and is not refused`,
      `move it before rule ${first.name}; if the order is meant, name that in gives_way_to`,
    )
    : new Fault(
      `gives way to ${those} gets what that one grants and nothing of ${name}`,
      `put a rule for both before rule ${first.name}, or let the conditions exclude each other; if the order is meant, name that in gives_way_to`,
    );
}
