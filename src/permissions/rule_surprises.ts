/**
 * Finds what rules allow and their author may not have meant.
 */
import { compileSubjects, type RuleSubjects } from "./compile_subjects.ts";
import type { RulesContext } from "./rule_context.ts";
import { Fault, Report, type RuleIssue } from "./rule_fault.ts";
import { type RuleOptions, toList } from "./rule_options.ts";
import { type SubjectTemplate, templateText } from "./subject_template.ts";

/** @param options Rules without faults. */
export function findSurprises(
  options: readonly RuleOptions[],
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
    if (rule.grant === undefined || rule.grant.scoped_key !== undefined) {
      continue;
    }
    const subjects = compileSubjects(rule.grant, new Report());
    findWide(subjects, at.at("grant"));
    findMeetingIssuers(rule, subjects, context, at.at("grant"));
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

/** Equal claims of two issuers need not mean the same (ASVS 10.3.3). */
function findMeetingIssuers(
  rule: RuleOptions,
  { publish, subscribe }: RuleSubjects,
  { issuers = [] }: RulesContext,
  report: Report,
): void {
  if (issuers.length < 2 || toList(rule.when?.issuer).length === 1) return;
  const subject = [...publish.allow, ...subscribe.allow].find(hasClaimAlone);
  if (subject === undefined) return;
  report.add(
    new Fault(
      `fills ${
        templateText(subject)
      } from a claim, which two issuers may both give to different people`,
      "name one issuer in when, or put ${issuer} or ${sub} into the subject",
    ),
  );
}

function hasClaimAlone({ tokens }: SubjectTemplate): boolean {
  const kinds = tokens.flatMap((token) =>
    token.kind === "value" ? [token.placeholder.kind] : []
  );
  if (kinds.includes("sub") || kinds.includes("issuer")) return false;
  return kinds.length > 0;
}
