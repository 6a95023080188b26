/**
 * What the example client does once it is connected: three small things that
 * show what a bearer token is worth here.
 */
import {
  type NatsConnection,
  PermissionViolationError,
} from "@nats-io/nats-core";
import { printable } from "./printable.ts";

/** One thing that was tried. */
export interface Step {
  readonly what: string;
  readonly outcome: string;
  /** Whether it went as it should. */
  readonly good: boolean;
}

/** How long an answer may take; on one machine it takes a millisecond. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Where this client's replies go: into its own subtree, where nobody else reads them. */
export function inboxPrefix(id: string): string {
  return `users.${id}._INBOX`;
}

/** Tries everything in turn and tells each outcome as it comes. */
export async function* tour(
  connection: NatsConnection,
  id: string,
): AsyncGenerator<Step> {
  yield await subscribeToEverybody(connection);
  yield await subscribeAndPublish(connection, id);
  yield await requestAndReply(connection, id);
}

async function subscribeToEverybody(connection: NatsConnection): Promise<Step> {
  const what = "subscribe users.>";
  let problem: Error | undefined;
  const subscription = connection.subscribe("users.>", {
    callback(error): void {
      if (error) problem = error;
    },
  });
  // The server answers in order: a refusal arrives before the flush is done.
  await connection.flush();
  subscription.unsubscribe();
  if (problem instanceof PermissionViolationError) {
    return { what, outcome: "refused: others' subjects are in it", good: true };
  }
  return problem === undefined
    ? { what, outcome: "allowed, and it must not be", good: false }
    : { what, outcome: `failed: ${problem.message}`, good: false };
}

async function subscribeAndPublish(
  connection: NatsConnection,
  id: string,
): Promise<Step> {
  const all = `users.${id}.>`;
  const subject = `users.${id}.hello`;
  const what = `subscribe ${all}`;
  const received = Promise.withResolvers<string>();
  const timer = setTimeout(
    () => received.reject(new Error("own message did not come back")),
    ANSWER_TIMEOUT_MS,
  );
  const subscription = connection.subscribe(all, {
    callback(error, message): void {
      if (error) received.reject(error);
      else if (message.subject === subject) received.resolve(message.string());
    },
  });
  connection.publish(subject, `hello from ${id}`);
  try {
    const text = await received.promise;
    return {
      what,
      outcome: `allowed: published to ${subject} and received "${text}"`,
      good: true,
    };
  } catch (error) {
    return { what, outcome: `failed: ${messageOf(error)}`, good: false };
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}

async function requestAndReply(
  connection: NatsConnection,
  id: string,
): Promise<Step> {
  const subject = `users.${id}.echo`;
  const what = `request ${subject}`;
  let replySubject = "";
  const responder = connection.subscribe(subject, {
    callback(error, message): void {
      if (error) return;
      replySubject = message.reply ?? "";
      message.respond(message.data);
    },
  });
  try {
    const reply = await connection.request(subject, "ping", {
      timeout: ANSWER_TIMEOUT_MS,
    });
    const prefix = inboxPrefix(id);
    const good = reply.string() === "ping" &&
      replySubject.startsWith(`${prefix}.`);
    return { what, outcome: `answered, the reply under ${prefix}.>`, good };
  } catch (error) {
    return { what, outcome: `failed: ${messageOf(error)}`, good: false };
  } finally {
    responder.unsubscribe();
  }
}

/** A server, or a certificate, may have said it. */
export function messageOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}
