/**
 * What is worth knowing of the rules that a configuration has, beside what its
 * warnings say; and in their form.
 */
import type { Rules } from "../permissions/rules.ts";
import type { Finding } from "./finding.ts";

export function judgeRules({ cautions }: Rules): readonly Finding[] {
  return cautions.map(({ caution, index, rule }) => ({
    verdict: "doubtful",
    where: `rules[${index}]`,
    what: `Rule ${rule}: ${caution}`,
  }));
}
