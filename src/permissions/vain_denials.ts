/**
 * Finds where what a rule denies and what it allows do not belong together: of one
 * subject nothing is left, or of another nothing is taken.
 */
import { nameSome } from "../base/name_some.ts";
import type { RuleSubjects } from "./compile_subjects.ts";
import { DeadRule, Fault, type Report } from "./rule_fault.ts";
import {
  ANY,
  REST,
  type SubjectTemplate,
  templateText,
} from "./subject_template.ts";
import { covers, mayMeet } from "./template_relation.ts";

/** @param mayAnswer Whether the rule lets its users answer, whatever it denies. */
export function judgeDenials(
  subjects: RuleSubjects,
  mayAnswer: boolean,
  at: Report,
): void {
  const isNothing = !mayAnswer &&
    [subjects.publish, subjects.subscribe].every(({ allow, deny }) =>
      allow.every((subject) => findCover(subject, deny) !== undefined)
    );
  for (const side of ["publish", "subscribe"] as const) {
    const { allow, deny } = subjects[side];
    const coverOf = (subject: SubjectTemplate): SubjectTemplate | undefined =>
      findCover(subject, deny);
    for (const [cover, covered] of Map.groupBy(allow, coverOf)) {
      if (cover === undefined) continue;
      const names = covered.map((subject) => describe(subject, side, subjects));
      at.at(side).add(
        new (isNothing ? DeadRule : Fault)(
          `allows ${nameSome(names)} and denies all of ${
            covered.length === 1 ? "it" : "them"
          }, by ${templateText(cover)}`,
          "remove the one or the other",
        ),
      );
    }
    const open = side === "subscribe" ? allow.map(withOpenEnd) : allow;
    for (const denied of subjects.written[side].deny) {
      if (open.some(({ tokens }) => mayMeet(tokens, denied.tokens))) continue;
      at.at(side).add(
        new Fault(
          `denies ${templateText(denied)}, of which it allows nothing`,
          "correct it, or leave it out",
        ),
      );
    }
  }
}

/** With what allows it, unless the author wrote it. */
function describe(
  subject: SubjectTemplate,
  side: "publish" | "subscribe",
  { inbox, written }: RuleSubjects,
): string {
  const text = templateText(subject);
  if (written[side].allow.includes(subject)) return text;
  const isInbox = side === "subscribe" && inbox !== undefined &&
    covers([...inbox.tokens, REST], subject.tokens);
  return `${text} (${isInbox ? "the inbox" : "of a preset"})`;
}

function findCover(
  subject: SubjectTemplate,
  denied: readonly SubjectTemplate[],
): SubjectTemplate | undefined {
  return denied.find(({ tokens }) => covers(tokens, subject.tokens));
}

/** What NATS lets in by it, were nothing denied: see `closeOpenEnds()`. */
function withOpenEnd(subject: SubjectTemplate): SubjectTemplate {
  const { tokens } = subject;
  return tokens.at(-1) === ANY
    ? { tokens: [...tokens.slice(0, -1), REST] }
    : subject;
}
