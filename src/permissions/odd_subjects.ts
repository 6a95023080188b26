/**
 * Finds words of subjects that NATS takes as they stand and that their author
 * hardly meant so.
 */
import type { SubjectLists } from "./compile_subjects.ts";
import { Fault } from "./rule_fault.ts";
import { type SubjectTemplate, templateText } from "./subject_template.ts";

/** Of what a rule's author wrote. */
export function findOdd({ allow, deny }: SubjectLists): readonly Fault[] {
  return [...allow, ...deny].flatMap((subject) => [
    ...judgeCommas(subject),
    ...judgeBareNames(subject),
  ]);
}

/** Elsewhere in the configuration a list may be one text with commas. */
function judgeCommas(subject: SubjectTemplate): readonly Fault[] {
  if (!wordsOf(subject).some((word) => word.includes(","))) return [];
  return [
    new Fault(
      `has a comma in ${
        templateText(subject)
      }, which NATS takes as one subject with a comma in it`,
      "write a list if several are meant, as in [orders.create, orders.cancel]",
    ),
  ];
}

/** As shells take them, and rules do not. */
const BARE_NAME_REGEXP = /^\$(sub|issuer|claims)$/i;

function judgeBareNames(subject: SubjectTemplate): readonly Fault[] {
  return wordsOf(subject).flatMap((word) => {
    const name = BARE_NAME_REGEXP.exec(word)?.[1]?.toLowerCase();
    if (name === undefined) return [];
    return [
      new Fault(
        `takes ${word} in ${
          templateText(subject)
        } for a word like any other, the same for everybody`,
        `write ${
          name === "claims" ? "${claims.NAME}" : `\${${name}}`
        }, with braces, for what a login brings`,
      ),
    ];
  });
}

function wordsOf({ tokens }: SubjectTemplate): readonly string[] {
  return tokens.flatMap((token) =>
    token.kind === "literal" ? [token.text] : []
  );
}
