/**
 * Finds what rules allow and their author may not have meant.
 */
import { isOnly } from "./claim_reference.ts";
import type { CompiledRule } from "./compile_rules.ts";
import { compileSubjects, type RuleSubjects } from "./compile_subjects.ts";
import { type Condition, describeCondition } from "./condition.ts";
import type { RulesContext } from "./rule_context.ts";
import { Fault, Report, type RuleIssue } from "./rule_fault.ts";
import type { GrantOptions, RuleOptions } from "./rule_options.ts";
import { issuersOf } from "./rule_reach.ts";
import {
  parseSubjectTemplate,
  type SubjectTemplate,
  templateText,
} from "./subject_template.ts";

/** @param rules What was made of the options, without faults. */
export function findSurprises(
  options: readonly RuleOptions[],
  rules: readonly CompiledRule[],
  context: RulesContext,
): readonly RuleIssue[] {
  const report = new Report();
  let catchAll: string | undefined;
  for (const [index, rule] of options.entries()) {
    const at = report.at(index);
    if (catchAll !== undefined) {
      at.add(
        new Fault(
          `can never match: rule ${catchAll} before it matches everybody`,
          "move it up, or remove it",
        ),
      );
    }
    if (isCatchAll(rule)) catchAll ??= rule.name;
    const { grant } = rule;
    if (grant === undefined) continue;
    const subjects = compileSubjects(grant, new Report());
    findWide(subjects, at.at("grant"));
    const { conditions } = rules[index] ?? { conditions: [] };
    at.at("grant").take(findMeetingIssuers(
      { grant, subjects, conditions },
      issuersOf(conditions, context) ?? [],
    ));
  }
  return report.issues;
}

function isCatchAll({ when = {} }: RuleOptions): boolean {
  const { claims = {}, ...others } = when;
  return Object.keys(claims).length === 0 &&
    Object.values(others).every((condition) => condition === undefined);
}

function findWide({ publish, subscribe }: RuleSubjects, report: Report): void {
  const sides = [["publish", publish], ["subscribe", subscribe]] as const;
  for (const [name, { allow }] of sides) {
    for (const subject of allow) {
      const [first] = subject.tokens;
      if (first?.kind === "rest") {
        report.at(name).add(
          new Fault(
            "allows everything in the account, other users' replies and JetStream included",
            "name the subjects that are needed",
          ),
        );
      } else if (first?.kind === "value") {
        report.at(name).add(
          new Fault(
            `begins with a value, as ${templateText(subject)}`,
            "whoever can get the value users gets everybody's subjects: put a word of your own first",
          ),
        );
      }
    }
  }
}

interface Granting {
  readonly grant: GrantOptions;
  readonly subjects: RuleSubjects;
  readonly conditions: readonly Condition[];
}

/** Equal claims of two issuers need not mean the same (ASVS 10.3.3). */
function findMeetingIssuers(
  { conditions, grant, subjects }: Granting,
  issuers: readonly string[],
): Fault | undefined {
  if (issuers.length < 2) return undefined;
  const filled = [
    ...subjects.publish.allow,
    ...subjects.subscribe.allow,
    ...tagTemplates(grant),
  ];
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
    const template = parseSubjectTemplate(text, { queue: false });
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
