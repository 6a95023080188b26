/**
 * What rules need of nats-server, so that nobody gets more than they say: older
 * versions do not hold back everything that is denied.
 */
import {
  isSince,
  type ServerVersions,
  versionsText,
} from "../base/server_version.ts";
import { canEvade } from "./evading_subscription.ts";
import { type SubjectTemplate, templateText } from "./subject_template.ts";

export interface ServerNeed {
  readonly since: ServerVersions;
  /** What servers before do. Continues a sentence that names the server. */
  readonly problem: string;
  /** How to do without. */
  readonly remedy: string;
}

/** A need, and the rule that has it. */
export interface RuleNeed extends ServerNeed {
  readonly rule: string;
}

/** Since then nats-server asks whether a subscription and a deny overlap (`client.go`, SubjectsCollide). */
const DENIES_ARE_EXACT: ServerVersions = [[2, 11, 16], [2, 12, 7]];

/** @param denied With those that nobody wrote. */
export function findSubscribeNeeds(
  allowed: readonly SubjectTemplate[],
  denied: readonly SubjectTemplate[],
): readonly ServerNeed[] {
  for (const allow of allowed) {
    const deny = denied.find(({ tokens }) => canEvade(allow.tokens, tokens));
    if (deny === undefined) continue;
    return [{
      since: DENIES_ARE_EXACT,
      problem: `delivers ${
        templateText(deny)
      }, which is denied, to a client that may subscribe to ${
        templateText(allow)
      } and subscribes to a part of it`,
      remedy:
        "write the subjects otherwise: none that ends in * behind another wildcard, and nothing denied that holds a wildcard",
    }];
  }
  return [];
}

export function isMet({ since }: ServerNeed, version: string): boolean {
  return isSince(version, since);
}

/** For who asks what a grant is. */
export function describeNeed({ problem, since }: ServerNeed): string {
  return `needs nats-server ${versionsText(since)}: an older one ${problem}`;
}

/** Why rules cannot be kept on a server, if so. */
export function describeUnmetRules(
  needs: readonly RuleNeed[],
  version: string,
): string | undefined {
  const unmet = needs.filter((need) => !isMet(need, version));
  if (unmet.length === 0) return undefined;
  const problems = unmet.map((need) =>
    `  rule ${need.rule}: ${describeUnmet(need, version)}`
  );
  return ["The rules cannot be kept on this server:", ...problems].join("\n");
}

/** What the server does, and both ways out. */
export function describeUnmet(
  { problem, remedy, since }: ServerNeed,
  version: string,
): string {
  return `nats-server ${version} ${problem}: use ${
    versionsText(since)
  }, or ${remedy}`;
}
