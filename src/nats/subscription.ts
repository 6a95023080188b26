/**
 * The subscription to `$SYS.REQ.USER.AUTH`: takes requests in, has them judged
 * within their time and within bounds, and answers each at most once.
 *
 * This is the shell around `authorize()`: whatever is thrown inside of a request
 * ends here, without an answer that grants anything.
 */
import type { Msg, NatsConnection, Subscription } from "@nats-io/nats-core";
import { setImmediate } from "node:timers";
import { discarded } from "../base/outcome.ts";
import type { Clock, MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { Decision } from "../callout/authorize.ts";
import type { CalloutMessage } from "../callout/request.ts";
import { createRequestTime, type RequestTime } from "./request_time.ts";
import { createUnsentAnswers } from "./unsent_answers.ts";
import { createWaitingRequests, type Waiting } from "./waiting_requests.ts";

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
  /** Told of what was thrown inside of a request: a bug of ours. */
  readonly onInternalError: (error: unknown) => void;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
}

export interface CalloutSubscription {
  /** Whether requests reach us. */
  isActive(): boolean;
  /** Stops taking requests and finishes those that are here. */
  drain(graceMs: number): Promise<void>;
}

/** Requests begun before the event loop gets to read what else has arrived. */
const REQUESTS_PER_TURN = 8;

/** Time that an answer needs to get from here to the server's own deadline. */
const ANSWER_MARGIN_MS = 200;

const DRAIN_POLL_MS = 5;

export async function subscribeToCallouts(
  connection: NatsConnection,
  options: SubscriptionOptions,
): Promise<CalloutSubscription> {
  const { monotonic, onDecision } = options;
  const waiting = createWaitingRequests<Msg>({
    sizeMax: options.requestsWaitingMax,
    ageMaxMs: options.budgetMs,
  });
  const unsent = createUnsentAnswers(connection, monotonic);
  let inFlight = 0;
  let turnScheduled = false;
  let draining = false;

  function onMessage(error: Error | null, message: Msg): void {
    if (error !== null) return options.onInternalError(error);
    const now = monotonic();
    const dropped = waiting.add(message, now);
    if (dropped !== undefined) discard(dropped, "queue_full", now);
    scheduleTurn();
  }

  function scheduleTurn(): void {
    if (turnScheduled) return;
    turnScheduled = true;
    setImmediate(turn);
  }

  function turn(): void {
    turnScheduled = false;
    const now = monotonic();
    let expired = waiting.takeExpired(now);
    while (expired !== undefined) {
      discard(expired, "request_late", now);
      expired = waiting.takeExpired(now);
    }
    for (let begun = 0; begun < REQUESTS_PER_TURN; begun++) {
      if (inFlight >= options.requestsInFlightMax) return;
      const next = waiting.take(now);
      if (next === undefined) return;
      void handle(next);
    }
    if (waiting.size > 0) scheduleTurn();
  }

  async function handle({ item, arrivedAt }: Waiting<Msg>): Promise<void> {
    inFlight++;
    const time = createRequestTime(
      options.clock(),
      arrivedAt + options.budgetMs - monotonic(),
    );
    let decision: Decision;
    try {
      decision = await options.judge(toCalloutMessage(item), time);
      decision = publish(item, decision, arrivedAt);
    } catch (error) {
      options.onInternalError(error);
      decision = { end: discarded("internal_error") };
    } finally {
      inFlight--;
      time.end();
    }
    onDecision(decision, monotonic() - arrivedAt);
    if (waiting.size > 0) scheduleTurn();
  }

  /** Sends the answer, unless the server has stopped waiting for it. */
  function publish(
    message: Msg,
    decision: Decision,
    arrivedAt: MonotonicMs,
  ): Decision {
    const { answer, request } = decision;
    if (answer === undefined || request === undefined) return decision;
    const timeoutMs = request.timeoutSeconds * 1000 - ANSWER_MARGIN_MS;
    const deadline = arrivedAt +
      Math.min(options.budgetMs, timeoutMs) as MonotonicMs;
    if (monotonic() >= deadline) {
      return {
        request,
        end: discarded("request_late", "Judged too late to answer"),
      };
    }
    unsent.send(message.reply ?? "", answer, deadline);
    return decision;
  }

  function discard(
    { arrivedAt }: Waiting<Msg>,
    code: "queue_full" | "request_late" | "shutting_down",
    now: MonotonicMs,
  ): void {
    onDecision({ end: discarded(code) }, now - arrivedAt);
  }

  const subscription: Subscription = connection.subscribe(CALLOUT_SUBJECT, {
    queue: options.queueGroup,
    callback: onMessage,
  });
  // The server has read the subscription when it answers the ping behind it.
  await connection.flush();

  return {
    isActive(): boolean {
      return !draining && !subscription.isClosed() && unsent.isConnected();
    },
    async drain(graceMs: number): Promise<void> {
      draining = true;
      const deadline = monotonic() + graceMs;
      // Removes the interest and waits for what the server had already sent.
      let unsubscribed = false;
      subscription.drain().catch(() => {}).then(() => unsubscribed = true);
      while (!unsubscribed || waiting.size > 0 || inFlight > 0) {
        if (monotonic() >= deadline) break;
        await sleep(DRAIN_POLL_MS);
      }
      for (
        let left = waiting.take(monotonic());
        left;
        left = waiting.take(monotonic())
      ) {
        discard(left, "shutting_down", monotonic());
      }
      unsent.stop();
    },
  };
}

function toCalloutMessage(message: Msg): CalloutMessage {
  return {
    payload: message.data,
    reply: message.reply ?? "",
    serverXkeys: message.headers?.values(SERVER_XKEY_HEADER) ?? [],
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
