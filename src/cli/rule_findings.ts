/**
 * What is worth knowing of the rules that a configuration has, beside what its
 * warnings say.
 */
import type { Rules } from "../permissions/rules.ts";
import type { Finding } from "./finding.ts";

export function judgeRules({ cautions }: Rules): readonly Finding[] {
  return cautions.map(({ caution, rule }) => ({
    verdict: "doubtful",
    where: `rule ${rule}`,
    what: caution,
  }));
}
