/**
 * Which issuer has which label in subjects. Equal subs of two issuers are two
 * people: at most one issuer goes without (ASVS 10.3.3).
 */
import type { IssuerLabels } from "./placeholder.ts";
import { ISSUER_LABEL_REGEXP } from "./subject_token.ts";

/** An issuer as it is named in one place; in another it may be named once more. */
export interface NamedIssuer {
  readonly issuer: string;
  readonly label?: string | undefined;
}

export interface LabelProblem {
  /** Place in the list. */
  readonly index: number;
  /** Continues a sentence that begins with the label. */
  readonly problem: string;
}

/** Label by issuer, and what is wrong with them. */
export function readIssuerLabels(
  named: readonly NamedIssuer[],
): {
  readonly labels: IssuerLabels;
  readonly problems: readonly LabelProblem[];
} {
  const labels = new Map<string, string>();
  const problems: LabelProblem[] = [];
  named.forEach(({ issuer, label }, index) => {
    if (label === undefined) return;
    if (!ISSUER_LABEL_REGEXP.test(label)) {
      problems.push({ index, problem: "is no label" });
    }
    if ((labels.get(issuer) ?? label) !== label) {
      problems.push({
        index,
        problem: "is not the one that the same issuer has elsewhere",
      });
    }
    labels.set(issuer, label);
  });
  const taken = new Set<string | undefined>();
  for (const issuer of new Set(named.map((each) => each.issuer))) {
    const label = labels.get(issuer);
    if (taken.has(label)) {
      problems.push({
        index: named.findIndex((each) => each.issuer === issuer),
        problem: label === undefined
          ? "is missing: another issuer goes without a label, and equal subs of both would be one user"
          : "is the label of another issuer too",
      });
    }
    taken.add(label);
  }
  return { labels, problems };
}
