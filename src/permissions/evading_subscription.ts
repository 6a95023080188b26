/**
 * Whether a client can subscribe past a deny. nats-server up to 2.11.15 and 2.12.6
 * holds denied messages back only from a client that has asked for all that is
 * denied: with `a.>` allowed and `a.secret.>` denied, `a.*.x` is not refused, since
 * it is more than the deny, and does not contain the deny either; the server then
 * delivers `a.secret.x`. Later versions ask whether the two overlap.
 *
 * @see nats-server `client.go` canSubscribe, loadMsgDenyFilterIfNeeded; nats-server
 *   2.11.2, subjectIsSubsetMatch there
 */
import { REST, type SubjectTemplate } from "./subject_template.ts";
import { isPath, isSame, mayBeEqual } from "./template_relation.ts";

type Tokens = SubjectTemplate["tokens"];

/**
 * Looks for a subscription that `allowed` lets through, that is wider than the
 * deny in one place and narrower in another. Errs on the side of yes.
 */
export function canEvade(allowed: Tokens, denied: Tokens): boolean {
  const kinds = denied.map(({ kind }) => kind);
  // One subject alone is denied: what overlaps with it contains it.
  if (!kinds.includes("any") && !kinds.includes("rest")) return false;
  const hasRest = allowed.at(-1)?.kind === "rest";
  let isWider = false;
  let isNarrower = false;
  for (let index = 0;; index++) {
    const denies = denied[index];
    const allows = allowed[index] ?? (hasRest ? REST : undefined);
    if (denies === undefined) {
      return index >= allowed.length && isWider && isNarrower;
    }
    if (allows === undefined) return false;
    // It can always stop somewhere behind.
    if (denies.kind === "rest") return isWider;
    // The same path of the same identity has the same length in both.
    if (isPath(allows) || isPath(denies)) {
      if (!isSame(allows, denies)) return true;
      continue;
    }
    // `*` at the end of a permission admits a `>` there.
    const isOpen = allows.kind === "rest" ||
      allows.kind === "any" && index === allowed.length - 1;
    if (denies.kind === "any") {
      if (isOpen && isNarrower && index < denied.length - 1) return true;
      isNarrower = true;
    } else if (allows.kind === "rest" || allows.kind === "any") {
      if (isOpen && isNarrower) return true;
      isWider = true;
    } else if (!mayBeEqual(allows, denies)) return false;
  }
}
