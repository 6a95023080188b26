/**
 * Reads the rules, once, into what is tried at each login; or tells all that is
 * wrong with them.
 */
import { RULES_MAX } from "../base/limits.ts";
import { compileGrant } from "./compile_grant.ts";
import { checkNotEmpty, compileWhen } from "./compile_when.ts";
import type { CompiledRule } from "./compiled_rule.ts";
import type { RulesContext } from "./rule_context.ts";
import { Fault, Report, type RuleIssue, RulesFault } from "./rule_fault.ts";
import { stepTo, toList } from "./rule_options.ts";
import type { RuleOptions } from "./rule_options.ts";
import { connectionsOf } from "./rule_reach.ts";
import { concerns, type RuleNeed, type ServerNeed } from "./server_need.ts";
import { findSurprises } from "./rule_surprises.ts";

export interface CompiledRules {
  readonly rules: readonly CompiledRule[];
  /** What is allowed and may not be meant. */
  readonly warnings: readonly RuleIssue[];
  /** What they need of nats-server, beside what every rule needs. */
  readonly needs: readonly RuleNeed[];
}

const NAME_REGEXP = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

export function compileRules(
  options: readonly RuleOptions[],
  context: RulesContext,
): CompiledRules | RulesFault {
  const report = new Report();
  if (options.length === 0 || options.length > RULES_MAX) {
    report.add(
      new Fault(
        `must be 1 to ${RULES_MAX} rules`,
        "leave rules out to grant everybody users.<sub>.> and nothing else",
      ),
    );
  }
  const names = new Set<string>();
  const rules: CompiledRule[] = [];
  for (const [index, rule] of options.entries()) {
    checkGivesWay(rule, names, report.at(index, "gives_way_to"));
    checkName(rule, names, report.at(index, "name"));
    rules.push(compileRule(rule, context, report.at(index)));
  }
  if (report.issues.length > 0) return new RulesFault(report.issues);
  return {
    rules,
    warnings: findSurprises(options, rules, context),
    needs: options.flatMap((rule, index) =>
      needsOf(rule, rules[index]?.outcome, context)
        .map((need) => ({ ...need, rule: rule.name, index }))
    ),
  };
}

/** Without those of connections that nobody comes to the rule by. */
function needsOf(
  rule: RuleOptions,
  outcome: CompiledRule["outcome"] | undefined,
  context: RulesContext,
): readonly ServerNeed[] {
  if (outcome === undefined || outcome === "refuse") return [];
  const connections = connectionsOf(rule, context);
  return outcome.needs.filter((need) =>
    connections.some((connection) => concerns(need, connection))
  );
}

function checkName(
  { name }: RuleOptions,
  names: Set<string>,
  report: Report,
): void {
  if (!NAME_REGEXP.test(name)) {
    report.add(
      new Fault(
        "is no name",
        "write letters, digits, - _ and ., 64 at most: it stands in the log",
      ),
    );
  } else if (names.has(name)) {
    report.add(
      new Fault("is the name of an earlier rule", "give each its own"),
    );
  }
  names.add(name);
}

function checkGivesWay(
  { gives_way_to: first }: RuleOptions,
  earlier: ReadonlySet<string>,
  report: Report,
): void {
  for (const [index, name] of toList(first).entries()) {
    if (earlier.has(name)) continue;
    report.at(...stepTo(first, index)).add(
      new Fault(
        "names no earlier rule",
        "write the name of a rule that stands before this one, or leave it out",
      ),
    );
  }
}

function compileRule(
  rule: RuleOptions,
  context: RulesContext,
  report: Report,
): CompiledRule {
  const { grant, name, refuse = false, when = {} } = rule;
  checkNotEmpty(rule.when, report.at("when"));
  const conditions = compileWhen(when, context, report.at("when"));
  if (grant === undefined || refuse) {
    if (grant !== undefined || !refuse) {
      report.add(
        new Fault(
          "has not exactly one of grant and refuse",
          "say what whoever matches is granted, or write refuse: true",
        ),
      );
    }
    return { name, conditions, outcome: "refuse" };
  }
  return {
    name,
    conditions,
    outcome: compileGrant(grant, context, report.at("grant")),
  };
}
