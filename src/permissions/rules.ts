/**
 * The rules: the first that matches decides what an identity is granted. No rule
 * that matches is a refusal, and so is a rule that matches and cannot be filled
 * or asks for more: a later rule is never a way around an earlier one.
 */
import type { Identity } from "../base/identity.ts";
import type { Rejected } from "../base/outcome.ts";
import type { CompiledRule } from "./compiled_rule.ts";
import { compileRules } from "./compile_rules.ts";
import type { ScopedKeyUse } from "./compile_scoped.ts";
import {
  describeActual,
  describeCondition,
  holds,
  isAboutIssuer,
  type Login,
  toLogin,
} from "./condition.ts";
import { decide } from "./decide.ts";
import type { Grant, LoginFacts, Permit } from "./grant.ts";
import type { IssuerLabels } from "./placeholder.ts";
import type { RulesContext } from "./rule_context.ts";
import { type RuleIssue, RulesFault } from "./rule_fault.ts";
import type { RuleOptions } from "./rule_options.ts";
import { connectionsOf } from "./rule_reach.ts";
import { concerns, describeNeed, type RuleNeed } from "./server_need.ts";
import { joinParts } from "./subject_filling.ts";

export interface Rules {
  readonly permit: Permit;
  /** The same decision, with the way to it. */
  explain(identity: Identity, facts: LoginFacts): Explanation;
  /** Whether it matters to any of them who issued a token. */
  readonly askForIssuer: boolean;
  /** What is allowed and may not be meant. */
  readonly warnings: readonly RuleIssue[];
  /** What nats-server must be able to do, so that nobody gets more than the rules say. */
  readonly needs: readonly RuleNeed[];
  readonly scopedKeyUses: readonly ScopedKeyUse[];
  /** What an operator should know of rules before handing out what they grant. */
  readonly cautions: readonly RuleCaution[];
}

export interface RuleCaution {
  readonly rule: string;
  /** Of the rule, from 0. */
  readonly index: number;
  readonly caution: string;
}

export interface Explanation {
  /** The rules that were tried, in their order; the last one matched, if any did. */
  readonly tried: readonly RuleTrace[];
  readonly outcome: Grant | Rejected;
  /** What clients set as the beginning of their inboxes, if there is a place for replies. */
  readonly inboxPrefix?: string;
  /** What an operator should know about what is granted. */
  readonly notes: readonly string[];
}

export interface RuleTrace {
  readonly rule: string;
  readonly matched: boolean;
  readonly conditions: readonly ConditionTrace[];
}

export interface ConditionTrace {
  /** In words: `claim "groups" contains "ops"`. */
  readonly condition: string;
  readonly holds: boolean;
  /** What the login has; of a claim only what kind of value. */
  readonly actual: string;
}

/** Everybody's own subtree, and nothing else: what there is without rules. */
export const DEFAULT_RULES: readonly RuleOptions[] = [{
  "name": "own_subtree",
  "grant": {
    "publish": ["users.${sub}.>"],
    "subscribe": ["users.${sub}.>"],
    "inbox": "private",
  },
}];

/** Reads the rules, or tells all that is wrong with them. */
export function createRules(
  options: readonly RuleOptions[],
  context: RulesContext,
): Rules | RulesFault {
  const compiled = compileRules(options, context);
  if (compiled instanceof RulesFault) return compiled;
  const { needs, rules, warnings } = compiled;
  const { issuerLabels } = context;
  return {
    askForIssuer: rules.some(({ conditions }) =>
      conditions.some(isAboutIssuer)
    ),
    warnings,
    needs,
    scopedKeyUses: options.flatMap((option, index) =>
      usesOf(option, rules[index]?.outcome, context)
    ),
    cautions: rules.flatMap(({ name: rule, outcome }, index) =>
      outcome === "refuse"
        ? []
        : outcome.cautions.map((caution) => ({ rule, index, caution }))
    ),
    permit(identity, facts): Grant | Rejected {
      const login = toLogin(identity, facts);
      return decide(findRule(rules, login), login, issuerLabels);
    },
    explain(identity, facts): Explanation {
      const login = toLogin(identity, facts);
      const rule = findRule(rules, login);
      const outcome = decide(rule, login, issuerLabels);
      const tried = rule === undefined ? rules.length : rules.indexOf(rule) + 1;
      return {
        tried: rules.slice(0, tried).map((each) => trace(each, login)),
        outcome,
        ...(outcome.kind === "grant"
          ? describeGrant(rule, login, issuerLabels)
          : { notes: [] }),
      };
    },
  };
}

function usesOf(
  option: RuleOptions,
  outcome: CompiledRule["outcome"] | undefined,
  context: RulesContext,
): readonly ScopedKeyUse[] {
  if (outcome === undefined || outcome === "refuse") return [];
  const { account, permissions } = outcome;
  if (permissions.kind !== "scoped") return [];
  const { key, tags } = permissions;
  return [{
    rule: option.name,
    account,
    key,
    tags: tags.map(({ name }) => name),
    connections: connectionsOf(option, context),
  }];
}

function findRule(
  rules: readonly CompiledRule[],
  login: Login,
): CompiledRule | undefined {
  // Loops and no callbacks: at each login, for every rule.
  for (const rule of rules) {
    if (matches(rule, login)) return rule;
  }
  return undefined;
}

function matches({ conditions, outcome }: CompiledRule, login: Login): boolean {
  for (const condition of conditions) {
    if (!holds(condition, login, outcome === "refuse")) return false;
  }
  return true;
}

function trace(rule: CompiledRule, login: Login): RuleTrace {
  return {
    rule: rule.name,
    matched: matches(rule, login),
    conditions: rule.conditions.map((condition) => ({
      condition: describeCondition(condition),
      holds: holds(condition, login, rule.outcome === "refuse"),
      actual: describeActual(condition, login),
    })),
  };
}

const LEAF_NOTE =
  "denies $MQTT.> to leaf nodes: nats-server up to 2.14 lets them use it, whatever is allowed";

function describeGrant(
  rule: CompiledRule | undefined,
  { facts, identity }: Login,
  labels: IssuerLabels,
): Pick<Explanation, "inboxPrefix" | "notes"> {
  if (rule === undefined || rule.outcome === "refuse") return { notes: [] };
  const { needs, permissions, placeholders } = rule.outcome;
  const isLeaf = facts.connectionType === "leafnode" &&
    permissions.kind === "listed" &&
    [permissions.publish, permissions.subscribe].some(({ leafDeny }) =>
      leafDeny.length > 0
    );
  const notes = [
    ...(isLeaf ? [LEAF_NOTE] : []),
    ...rule.outcome.cautions,
    ...rule.outcome.notes,
    ...needs.filter((need) => concerns(need, facts.connectionType))
      .map(describeNeed),
  ];
  const inbox = permissions.kind === "listed" ? permissions.inbox : undefined;
  const values = placeholders.fill(identity, labels);
  if (inbox === undefined || "code" in values) return { notes };
  return { notes, inboxPrefix: joinParts(inbox, values) };
}
