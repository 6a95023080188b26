/**
 * Finds what a rule grants and its author may not have meant.
 */
import { nameSome } from "../base/name_some.ts";
import { isOnly } from "./claim_reference.ts";
import { type Condition, describeCondition } from "./condition.ts";
import type { ReadGrant } from "./grant_relation.ts";
import { findOdd } from "./odd_subjects.ts";
import { type RulesContext, withoutSurroundings } from "./rule_context.ts";
import { DeadRule, Fault, type Report } from "./rule_fault.ts";
import { findUnfilled } from "./rule_filling.ts";
import { areApart, isMetByAll } from "./rule_matching.ts";
import type { GrantOptions } from "./rule_options.ts";
import { onlyConditions } from "./rule_overlap.ts";
import {
  parseSubjectTemplate,
  type SubjectTemplate,
  templateText,
} from "./subject_template.ts";
import { judgeDenials } from "./vain_denials.ts";
import { findWide } from "./wide_subjects.ts";

/** A rule that grants. */
interface GrantingRule extends ReadGrant {
  readonly conditions: readonly Condition[];
  /** Whose users can come to it, past the rules before it; none if it is not known who there is. */
  readonly issuers: readonly string[];
}

export function judgeGrant(
  rule: GrantingRule,
  context: RulesContext,
  at: Report,
): void {
  const { conditions, grant, issuers, subjects } = rule;
  judgeOnly(rule, context, at.at("only"));
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
    findOdd(own).forEach((fault) => at.at(side).add(fault));
  }
  const { permissions } = rule.outcome;
  const mayAnswer = permissions.kind === "listed" &&
    permissions.responses !== undefined;
  judgeDenials(subjects, mayAnswer, at);
  at.take(findMeetingIssuers(
    {
      grant,
      conditions,
      filled: [...publish.allow, ...subscribe.allow, ...tags],
    },
    issuers,
    context,
  ));
}

/** Whether anybody who matches can meet what is asked for then. */
function judgeOnly(
  { conditions, outcome }: GrantingRule,
  context: RulesContext,
  at: Report,
): void {
  const anywhere = withoutSurroundings(context);
  const own = { conditions, tokens: undefined };
  for (const asked of onlyConditions(outcome.only)) {
    const wanted = { conditions: [asked], tokens: undefined };
    if (!areApart(own, wanted, context)) continue;
    const isDead = areApart(own, wanted, anywhere);
    const [name, what] = asked.kind === "source"
      ? ["sources", "address from"]
      : ["connections", "kind of connection by"];
    at.at(name).add(
      new (isDead ? DeadRule : Fault)(
        `has no ${what} which the rule can be matched: whoever matches is refused`,
        "correct it, or remove it",
      ),
    );
  }
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
  context: RulesContext,
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
  const asked = conditions.find((condition) =>
    isChosenByIssuer(condition) && !isMetByAll(condition, context)
  );
  const shared = filled.find((subject) => !isOwn(subject));
  if (asked === undefined) return undefined;
  if (grant.scoped_key === undefined && shared === undefined) return undefined;
  return new Fault(
    `goes by ${describeCondition(asked)}, and whoever any of ${
      nameSome(issuers)
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
