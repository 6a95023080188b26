/**
 * Subjects as nats-server understands them: which are valid, and which a
 * permission lets through.
 *
 * @see nats-server `sublist.go` IsValidSubject, `client.go` canSubscribeInternal,
 *   pubAllowedFullCheck
 */
import type { SubjectPermission } from "./grant.ts";

const ONE = "*";
const REST = ">";

/** White space to nats-server; in the middle of a permission, Unicode's other spaces split it as well. */
const SPACE_REGEXP = /[\t\n\f\r ]/;

/** nats-server's IsValidSubject: what a permission must be to count at all. */
export function isValidSubject(subject: string): boolean {
  const tokens = subject.split(".");
  const rest = tokens.indexOf(REST);
  if (rest !== -1 && rest !== tokens.length - 1) return false;
  return tokens.every((token) => token !== "" && !SPACE_REGEXP.test(token));
}

/**
 * Whether the pattern lets that subject through. As in nats-server, the subject
 * may itself be a subscription's pattern, of which `*` and `>` are then ordinary
 * tokens: `news.*` lets `news.>` through.
 */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split(".");
  const tokens = subject.split(".");
  for (const [index, token] of wanted.entries()) {
    if (token === REST) return tokens.length > index;
    if (index >= tokens.length) return false;
    if (token !== ONE && token !== tokens[index]) return false;
  }
  return tokens.length === wanted.length;
}

/** Whether the server lets a client with this permission publish there. */
export function mayPublish(
  { allow, deny }: SubjectPermission,
  subject: string,
): boolean {
  if (!allow.some((pattern) => subjectMatches(pattern, subject))) return false;
  return !deny.some((pattern) => subjectMatches(pattern, subject));
}

/** A subscription, and the queue group that it joins, if it does. */
export interface Subscription {
  readonly subject: string;
  readonly queue?: string | undefined;
}

/**
 * Whether the server accepts this subscription. What is then delivered may be
 * less: messages whose subject is denied are held back.
 */
export function maySubscribe(
  { allow, deny }: SubjectPermission,
  { subject, queue }: Subscription,
): boolean {
  const matching = allow.map(splitQueue)
    .filter((entry) => subjectMatches(entry.subject, subject));
  const queues = matching.flatMap((entry) => entry.queue ?? []);
  const allowed = queue !== undefined && queues.length > 0
    ? queues.includes(queue)
    : matching.some((entry) => entry.queue === undefined);
  return allowed && !deny.some((pattern) => subjectMatches(pattern, subject));
}

/** Whether a message on that subject reaches a client that asked for it. */
export function mayReceive(
  permission: SubjectPermission,
  subject: string,
): boolean {
  const { allow, deny } = permission;
  if (deny.some((pattern) => subjectMatches(pattern, subject))) return false;
  return allow.map(splitQueue).some((entry) =>
    subjectMatches(entry.subject, subject)
  );
}

/** A permission to subscribe: the subject, and the queue group behind a space. */
export function splitQueue(entry: string): Subscription {
  const [subject = "", queue] = entry.split(" ");
  return queue === undefined ? { subject } : { subject, queue };
}
