/**
 * The subscription to `$SYS.REQ.USER.AUTH`: takes requests in, has them judged
 * within their time and within bounds, and answers each at most once.
 *
 * This is the shell around `authorize()`: whatever is thrown inside of a request
 * ends here, without an answer that grants anything.
 */
import type { Msg, NatsConnection } from "@nats-io/nats-core";
import { InvariantError } from "../base/assert.ts";
import { REQUEST_BYTES_MAX } from "../base/limits.ts";
import { discarded } from "../base/outcome.ts";
import type { Clock, MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { Decision, RequestTime } from "../callout/authorize.ts";
import type { CalloutMessage } from "../callout/request.ts";
import type { Log } from "../telemetry/log.ts";
import { followConnection } from "./connection_state.ts";
import { createRequestLoop } from "./request_loop.ts";
import { BoundedTime } from "./request_time.ts";
import { createUnsentAnswers, type UnsentAnswers } from "./unsent_answers.ts";

/** nats-server `auth_callout.go`, AuthCalloutSubject. */
const CALLOUT_SUBJECT = "$SYS.REQ.USER.AUTH";

/** nats-server `auth_callout.go`, AuthRequestXKeyHeader. */
const SERVER_XKEY_HEADER = "Nats-Server-Xkey";

export interface SubscriptionOptions {
  readonly queueGroup: string;
  /** Longest time from arrival to answer. The server's own time-out may be shorter. */
  readonly budgetMs: number;
  /** Requests that wait for something outside, an issuer's keys for instance. */
  readonly requestsInFlightMax: number;
  readonly requestsWaitingMax: number;
  readonly judge: (
    message: CalloutMessage,
    time: RequestTime,
  ) => Promise<Decision>;
  /** Told of every request exactly once. */
  readonly onDecision: (decision: Decision, durationMs: number) => void;
  /** Told how many answers could not be sent because the connection was lost. */
  readonly onUnsent: (count: number) => void;
  readonly log: Log;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
}

export interface CalloutSubscription {
  /** Whether requests reach us. */
  isActive(): boolean;
  /** Settles if the server takes the subscription away. */
  readonly refused: Promise<SubscriptionRefusedError>;
  /** Stops taking requests and finishes those that are here. */
  drain(graceMs: number): Promise<void>;
}

/** The server does not let the service's user subscribe: trying again does not help. */
export class SubscriptionRefusedError extends Error {
  override readonly name = "SubscriptionRefusedError";
}

const DRAIN_POLL_MS = 5;

/**
 * Resolves when the server has the subscription.
 *
 * @throws {SubscriptionRefusedError} If it does not take it.
 * @throws {Error} If the connection is lost meanwhile.
 */
export async function subscribeToCallouts(
  connection: NatsConnection,
  options: SubscriptionOptions,
): Promise<CalloutSubscription> {
  const { monotonic } = options;
  const answers = createUnsentAnswers(connection, monotonic, options.onUnsent);
  const state = followConnection(connection, {
    log: options.log,
    onLost: answers.hold,
    onRegained: answers.release,
  });
  const loop = createRequestLoop<Msg>({
    inFlightMax: options.requestsInFlightMax,
    waitingMax: options.requestsWaitingMax,
    ageMaxMs: options.budgetMs,
    handle: (message, arrivedAt) =>
      handle(message, arrivedAt, answers, options),
    onDropped: (code, waitedMs) =>
      options.onDecision({ end: discarded(code) }, waitedMs),
    monotonic,
  });
  let draining = false;
  const refused = Promise.withResolvers<SubscriptionRefusedError>();
  const subscription = connection.subscribe(CALLOUT_SUBJECT, {
    queue: options.queueGroup,
    callback(error: Error | null, message: Msg): void {
      if (error !== null) refused.resolve(refusal(options.queueGroup, error));
      // Not even put into the queue, whose bound is a count.
      else if (message.data.length > REQUEST_BYTES_MAX) {
        options.onDecision({ end: discarded("request_too_large") }, 0);
      } else loop.add(message);
    },
  });
  await connection.flush();
  if (subscription.isClosed()) throw await refused.promise;

  return {
    refused: refused.promise,
    isActive: () => !draining && !subscription.isClosed() && state.isUp(),
    async drain(graceMs: number): Promise<void> {
      draining = true;
      const deadline = monotonic() + graceMs;
      // Removes the interest and waits for what the server had already sent.
      let unsubscribed = false;
      subscription.drain().catch(() => {}).then(() => unsubscribed = true);
      while (!unsubscribed || !loop.isIdle()) {
        if (monotonic() >= deadline) break;
        await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
      }
      loop.abandon();
      answers.stop();
    },
  };
}

/** Sees one request through, whatever happens. */
async function handle(
  message: Msg,
  arrivedAt: MonotonicMs,
  answers: UnsentAnswers,
  options: SubscriptionOptions,
): Promise<void> {
  const { budgetMs, clock, monotonic } = options;
  const time = new BoundedTime(
    { now: clock(), monotonicNow: monotonic() },
    { arrivedAt, budgetMs },
  );
  let decision: Decision;
  try {
    decision = await options.judge(toCalloutMessage(message), time);
    decision = send(message, decision, time, answers, options);
  } catch (error) {
    decision = { end: discarded("internal_error", describe(error)) };
  } finally {
    time.end();
  }
  options.onDecision(decision, monotonic() - arrivedAt);
}

/** For our log: a message of ours, or the name alone of what a library threw. */
function describe(error: unknown): string {
  if (error instanceof InvariantError) return error.message;
  return error instanceof Error ? error.name : typeof error;
}

function refusal(queueGroup: string, cause: Error): SubscriptionRefusedError {
  return new SubscriptionRefusedError(
    `NATS refused the subscription: the service's user must be allowed to subscribe to "${CALLOUT_SUBJECT} ${queueGroup}"`,
    { cause },
  );
}

/** Sends the answer, unless the server has stopped waiting for it. */
function send(
  message: Msg,
  decision: Decision,
  time: BoundedTime,
  answers: UnsentAnswers,
  { monotonic }: SubscriptionOptions,
): Decision {
  const { answer, end, request } = decision;
  if (answer === undefined || request === undefined) return decision;
  const deadline = time.answerBy(request.timeoutSeconds);
  if (monotonic() >= deadline) {
    const detail = `Judged too late to answer: ${summarize(end)}`;
    return { request, end: discarded("request_late", detail) };
  }
  answers.send(message.reply ?? "", answer, deadline);
  return decision;
}

/** What an end that nobody learns of was, in a word or two. */
function summarize(end: Decision["end"]): string {
  if (end.kind === "granted") return end.kind;
  return end.kind === "unavailable"
    ? `${end.kind}, ${end.dependency}`
    : end.code;
}

function toCalloutMessage(message: Msg): CalloutMessage {
  return {
    payload: message.data,
    reply: message.reply ?? "",
    serverXkeys: message.headers?.values(SERVER_XKEY_HEADER) ?? [],
  };
}
