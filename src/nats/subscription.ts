/**
 * The subscription to `$SYS.REQ.USER.AUTH`: takes requests in and has them judged
 * within bounds.
 */
import type { Msg, NatsConnection } from "@nats-io/nats-core";
import {
  REQUEST_BYTES_MAX,
  REQUEST_ENVELOPE_BYTES_MAX,
  REQUESTS_WAITING_BYTES_MAX,
} from "../base/limits.ts";
import { untilAborted } from "../base/until_aborted.ts";
import { CALLOUT_SUBJECT } from "../callout/request.ts";
import type { Log } from "../telemetry/log.ts";
import { followConnection } from "./connection_state.ts";
import { createJudging, type JudgingOptions } from "./judging.ts";
import { createRequestLoop } from "./request_loop.ts";

export interface SubscriptionOptions extends JudgingOptions {
  readonly queueGroup: string;
  /** Requests that wait for something outside, an issuer's keys for instance. */
  readonly requestsInFlightMax: number;
  readonly requestsWaitingMax: number;
  readonly log: Log;
  /** Gives up subscribing. */
  readonly signal: AbortSignal;
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
 * @throws {DOMException} AbortError, if the signal is aborted meanwhile.
 */
export async function subscribeToCallouts(
  connection: NatsConnection,
  options: SubscriptionOptions,
): Promise<CalloutSubscription> {
  const { monotonic } = options;
  const judging = createJudging(connection, options);
  const state = followConnection(connection, {
    log: options.log,
    onLost: judging.answers.hold,
    onRegained: judging.answers.release,
    onEnded: judging.answers.stop,
  });
  const loop = createRequestLoop<Msg>({
    inFlightMax: options.requestsInFlightMax,
    waitingMax: options.requestsWaitingMax,
    waitingBytesMax: REQUESTS_WAITING_BYTES_MAX,
    bytesOf,
    ageMaxMs: options.budgetMs,
    handle: judging.begin,
    onDropped: judging.drop,
    monotonic,
  });
  let draining = false;
  let givenUp = false;
  const refused = Promise.withResolvers<SubscriptionRefusedError>();
  const subscription = connection.subscribe(CALLOUT_SUBJECT, {
    queue: options.queueGroup,
    callback(error: Error | null, message: Msg): void {
      if (error !== null) refused.resolve(refusal(options.queueGroup, error));
      // Not even put into the queue.
      else if (isTooLarge(message)) {
        judging.drop("request_too_large", monotonic());
      } else if (givenUp) judging.drop("shutting_down", monotonic());
      else loop.add(message);
    },
  });
  // A server that stands still is given up by the library after 20 s and more.
  await untilAborted(connection.flush(), options.signal);
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
      // The server may not have heard of it yet, and go on sending.
      givenUp = true;
      loop.abandon();
      judging.stop();
    },
  };
}

/** Of the whole message: its subjects, headers and payload. */
function bytesOf(message: Msg): number {
  // The library's class has it, its interface does not name it.
  return "size" in message && typeof message.size === "function"
    ? Number(message.size())
    : message.data.length;
}

function isTooLarge(message: Msg): boolean {
  const payload = message.data.length;
  if (payload > REQUEST_BYTES_MAX) return true;
  return bytesOf(message) - payload > REQUEST_ENVELOPE_BYTES_MAX;
}

function refusal(queueGroup: string, cause: Error): SubscriptionRefusedError {
  return new SubscriptionRefusedError(
    `NATS refused the subscription: the service's user must be allowed to subscribe to "${CALLOUT_SUBJECT} ${queueGroup}"`,
    { cause },
  );
}
