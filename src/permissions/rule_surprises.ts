/**
 * Finds what rules allow and their author may not have meant.
 */
import { isOnly } from "./claim_reference.ts";
import type { CompiledRule } from "./compiled_rule.ts";
import { compileSubjects, type RuleSubjects } from "./compile_subjects.ts";
import { type Condition, describeCondition } from "./condition.ts";
import type { RulesContext } from "./rule_context.ts";
import { DeadRule, Fault, Report, type RuleIssue } from "./rule_fault.ts";
import { toList } from "./rule_options.ts";
import type { GrantOptions, RuleOptions } from "./rule_options.ts";
import { findUnfilled } from "./rule_filling.ts";
import { findContradiction, isMetByAll } from "./rule_matching.ts";
import { findNeedless, findOverlap, type ReadRule } from "./rule_overlap.ts";
import { connectionsOf, issuersOf } from "./rule_reach.ts";
import { findLeft, findTakers } from "./rule_takers.ts";
import {
  parseSubjectTemplate,
  type SubjectTemplate,
  templateText,
} from "./subject_template.ts";
import { findWide } from "./wide_subjects.ts";

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
    const contradiction = findContradiction(conditions, context);
    if (contradiction !== undefined) {
      at.at("when").add(contradiction);
      continue;
    }
    const own = readRule(rule, option, context);
    const takers = findTakers(own, earlier, context);
    if (takers !== undefined) {
      const isDead = findTakers(
        { ...rule, issuers: undefined },
        earlier,
        anywhere,
      ) !== undefined;
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
        const { grant, subjects } = own.read;
        const issuers = findLeft(own, earlier, context);
        judgeGrant(
          { ...option, conditions, grant, issuers, subjects },
          context,
          at,
        );
      }
    }
    earlier.push(own);
  }
  return report.issues;
}

/** So many earlier rules are named at most. */
const NAMED_MAX = 5;

function describeTakers(takers: readonly CompiledRule[]): string {
  const names = takers.slice(0, NAMED_MAX).map(({ name }) => name).join(", ");
  if (takers.length === 1) return `rule ${names} before it matches`;
  const others = takers.length > NAMED_MAX ? " and others" : "";
  return `rules ${names}${others} before it together match`;
}

/** What else is configured may be another matter where the same rules are used, too. */
function withoutSurroundings(context: RulesContext): RulesContext {
  return { ...context, issuers: undefined, connectionTypes: undefined };
}

function readRule(
  rule: CompiledRule,
  { gives_way_to: first, grant }: RuleOptions,
  context: RulesContext,
): ReadRule {
  const { conditions, outcome } = rule;
  const own = {
    ...rule,
    issuers: issuersOf(conditions, context),
    givesWayTo: toList(first),
  };
  if (outcome === "refuse" || grant === undefined) {
    return { ...own, read: undefined };
  }
  const subjects = compileSubjects(grant, new Report());
  return { ...own, read: { grant, outcome, subjects } };
}

interface GrantingRule extends RuleOptions {
  readonly grant: GrantOptions;
  readonly conditions: readonly Condition[];
  readonly subjects: RuleSubjects;
  /** Whose users can come to it, past the rules before it; none if it is not known who there is. */
  readonly issuers: readonly string[];
}

function judgeGrant(
  rule: GrantingRule,
  context: RulesContext,
  report: Report,
): void {
  const { conditions, grant, issuers, subjects } = rule;
  const at = report.at("grant");
  if (connectionsOf(rule, context).length === 0) {
    const isDead =
      connectionsOf(rule, withoutSurroundings(context)).length === 0;
    at.at("only", "connections").add(
      new (isDead ? DeadRule : Fault)(
        "has no kind of connection by which the rule can be matched: whoever matches is refused",
        "correct it, or remove it",
      ),
    );
  }
  const { inbox, publish, subscribe, written } = subjects;
  const tags = tagTemplates(grant);
  at.take(findUnfilled(
    [
      ...[publish, subscribe].flatMap(({ allow, deny }) => [...allow, ...deny]),
      ...tags,
      ...(inbox === undefined ? [] : [inbox]),
    ],
    { conditions, issuers },
    context,
  ));
  const isForEverybody = conditions.every((condition) =>
    isUnselective(condition) || isMetByAll(condition, context)
  );
  for (const side of ["publish", "subscribe"] as const) {
    const [all, own] = [subjects[side], written[side]];
    findWide({ all, written: own, side, isForEverybody })
      .forEach((fault) => at.at(side).add(fault));
  }
  at.take(findMeetingIssuers(
    {
      grant,
      conditions,
      filled: [...publish.allow, ...subscribe.allow, ...tags],
    },
    issuers,
  ));
}

/** Whether it tells no user from another: programs' tokens are given to a few. */
function isUnselective(condition: Condition): boolean {
  return condition.kind === "issuer" || condition.kind === "connection" ||
    condition.kind === "kind" &&
      condition.kinds.some((kind) =>
        !["api_token", "kubernetes"].includes(kind)
      );
}

interface Granting {
  readonly grant: GrantOptions;
  readonly conditions: readonly Condition[];
  /** What its users get. */
  readonly filled: readonly SubjectTemplate[];
}

/** Equal claims of two issuers need not mean the same (ASVS 10.3.3). */
function findMeetingIssuers(
  { conditions, filled, grant }: Granting,
  issuers: readonly string[],
): Fault | undefined {
  if (issuers.length < 2) return undefined;
  const fromClaim = filled.find(hasClaimAlone);
  if (fromClaim !== undefined) {
    return new Fault(
      `fills ${
        templateText(fromClaim)
      } from a claim, which two issuers may both give to different people`,
      "name one issuer in when, or put ${issuer} or ${sub} into the subject",
    );
  }
  const asked = conditions.find(isChosenByIssuer);
  const shared = filled.find((subject) => !isOwn(subject));
  if (asked === undefined) return undefined;
  if (grant.scoped_key === undefined && shared === undefined) return undefined;
  return new Fault(
    `goes by ${describeCondition(asked)}, and whoever any of ${
      issuers.join(", ")
    } lets choose that claim gets it`,
    "name an issuer under when",
  );
}

/** Whether the condition asks for a claim that says what its issuer lets it say. */
function isChosenByIssuer(condition: Condition): boolean {
  return condition.kind === "claim" && !isOnly(condition.claim, "iss") &&
    condition.test.kind !== "absent" &&
    !(isOnly(condition.claim, "sub") && condition.test.kind === "present");
}

function tagTemplates(
  { tags = {} }: GrantOptions,
): readonly SubjectTemplate[] {
  return Object.values(tags).flatMap((text) => {
    const template = parseSubjectTemplate(text);
    return template instanceof Fault ? [] : [template];
  });
}

function hasClaimAlone({ tokens }: SubjectTemplate): boolean {
  return tokens.some(({ kind }) => kind === "value") && !isOwn({ tokens });
}

/** Whether no two users, or no two issuers, have it in common. */
function isOwn({ tokens }: SubjectTemplate): boolean {
  return tokens.some((token) =>
    token.kind === "value" && ["sub", "issuer"].includes(token.placeholder.kind)
  );
}
