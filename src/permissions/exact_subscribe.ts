/**
 * Keeps a permission to subscribe to what it says. nats-server lets a client
 * that may subscribe to `news.*` also subscribe to `news.>`, and delivers
 * `news.a.b` to it: the `*` of the permission matches the `>` of the
 * subscription. Denying `news.*.>` beside it holds the deeper messages back.
 *
 * @see nats-server `client.go` canSubscribeInternal, checkDenySub
 */
import { Fault } from "./rule_fault.ts";
import {
  ANY,
  REST,
  type SubjectTemplate,
  templateText,
} from "./subject_template.ts";
import { covers, mayMeet } from "./template_relation.ts";

/** A denied subject that nobody wrote, and the allowed one that needs it. */
export interface GeneratedDeny {
  readonly deny: SubjectTemplate;
  readonly because: SubjectTemplate;
}

/** What has to be denied, so that nothing more is received than these allow. */
export function closeOpenEnds(
  allowed: readonly SubjectTemplate[],
): readonly (GeneratedDeny | Fault)[] {
  const closed: (GeneratedDeny | Fault)[] = [];
  for (const because of allowed) {
    if (because.tokens.at(-1)?.kind !== "any") continue;
    const end = closeOpenEnd(because, allowed);
    if (end !== undefined) closed.push(end);
  }
  return closed;
}

function closeOpenEnd(
  because: SubjectTemplate,
  allowed: readonly SubjectTemplate[],
): GeneratedDeny | Fault | undefined {
  // A queue group's permission gives nothing to those outside of the group.
  const same = allowed.filter(({ queue }) =>
    queue === undefined || queue === because.queue
  );
  let { tokens } = because;
  // What is allowed one token deeper need not be denied: `news.*` and `news.*.*`.
  for (;;) {
    const deeper = [...tokens, ANY];
    if (!same.some((other) => covers(other.tokens, deeper))) break;
    const open = [...tokens, REST];
    if (same.some((other) => covers(other.tokens, open))) return undefined;
    tokens = deeper;
  }
  const deny = { tokens: [...tokens, REST] };
  const other = allowed.find((other) => mayMeet(other.tokens, deny.tokens));
  if (other === undefined) return { deny, because };
  const wide = templateText({
    ...because,
    tokens: [...because.tokens.slice(0, -1), REST],
  });
  return new Fault(
    `allows ${templateText(because)} beside ${
      templateText(other)
    }, which NATS cannot keep apart`,
    `NATS lets a client that may subscribe to ${
      templateText(because)
    } subscribe to ${wide} as well, and what would hold that back (a deny of ${
      templateText(deny)
    }) would also hold back ${
      templateText(other)
    }. Allow ${wide}, or write the subjects that begin alike with the same number of tokens`,
  );
}
