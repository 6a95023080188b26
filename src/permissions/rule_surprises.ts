/**
 * Finds what rules say and their author may not have meant.
 */
import { nameSome } from "../base/name_some.ts";
import type { CompiledRule } from "./compiled_rule.ts";
import { compileSubjects } from "./compile_subjects.ts";
import { judgeGrant } from "./grant_surprises.ts";
import { type RulesContext, withoutSurroundings } from "./rule_context.ts";
import { DeadRule, Fault, Report, type RuleIssue } from "./rule_fault.ts";
import { findContradiction, fullConditions } from "./rule_matching.ts";
import { type RuleOptions, toList } from "./rule_options.ts";
import { findNeedless, findOverlap, type ReadRule } from "./rule_overlap.ts";
import { tokensFor } from "./rule_reach.ts";
import { findLeft, findNear, findTakers } from "./rule_takers.ts";

/** @param rules What was made of the options, without faults. */
export function findSurprises(
  options: readonly RuleOptions[],
  rules: readonly CompiledRule[],
  context: RulesContext,
): readonly RuleIssue[] {
  const report = new Report();
  const earlier: ReadRule[] = [];
  const anywhere = withoutSurroundings(context);
  for (const [index, rule] of rules.entries()) {
    const { conditions, name } = rule;
    const option = options[index] ?? { name };
    const at = report.at(index);
    const contradiction = findContradiction(rule, context);
    if (contradiction !== undefined) {
      at.at("when").add(contradiction);
      continue;
    }
    const own = readRule(rule, option, context);
    const near = findNear(own, earlier, context);
    const takers = findTakers(own, near, context);
    if (takers !== undefined) {
      const isDead =
        findTakers({ ...rule, tokens: undefined }, near, anywhere) !==
          undefined;
      at.add(
        new (isDead ? DeadRule : Fault)(
          `can never match: ${describeTakers(takers)} whoever it would match`,
          "move it up, or remove it",
        ),
      );
    } else {
      at.take(findOverlap(own, earlier, context));
      at.at("gives_way_to").take(findNeedless(own, earlier, context));
      if (own.read !== undefined) {
        const issuers = findLeft(own, near, context);
        judgeGrant(
          { ...own.read, conditions, issuers },
          context,
          at.at("grant"),
        );
      }
    }
    earlier.push(own);
  }
  return report.issues;
}

function describeTakers(takers: readonly CompiledRule[]): string {
  const names = nameSome(takers.map(({ name }) => name));
  return takers.length === 1
    ? `rule ${names} before it matches`
    : `rules ${names} before it together match`;
}

function readRule(
  rule: CompiledRule,
  { gives_way_to: first, grant }: RuleOptions,
  context: RulesContext,
): ReadRule {
  const { outcome } = rule;
  const own = {
    ...rule,
    tokens: tokensFor(fullConditions(rule), context),
    givesWayTo: toList(first),
  };
  if (outcome === "refuse" || grant === undefined) {
    return { ...own, read: undefined };
  }
  const subjects = compileSubjects(grant, new Report());
  return { ...own, read: { grant, outcome, subjects } };
}
