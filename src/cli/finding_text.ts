/**
 * Findings as lines for a person. What issuers, servers and their certificates say
 * stands in some of them: it must not move the cursor, begin a line of its own or
 * fill the screen.
 */
import type { Finding } from "./finding.ts";
import { printable } from "./printable.ts";

/** More than anything of ours has. */
const CHARS_MAX = 1_000;

const MARK: Readonly<Record<Finding["verdict"], string>> = {
  good: "✓",
  doubtful: "!",
  wrong: "✗",
  unknown: "?",
};

export function formatFinding(
  { verdict, where, what, remedy }: Finding,
): string {
  const line = `${MARK[verdict]} ${printable(where, CHARS_MAX)}: ${
    printable(what, CHARS_MAX)
  }`;
  return remedy === undefined
    ? line
    : `${line}\n    -> ${printable(remedy, CHARS_MAX)}`;
}

export function formatCounts(findings: readonly Finding[]): string {
  const count = (verdict: Finding["verdict"]): number =>
    findings.filter((each) => each.verdict === verdict).length;
  return `${count("good")} good, ${count("doubtful")} doubtful, ${
    count("wrong")
  } wrong, ${count("unknown")} not checked.`;
}
