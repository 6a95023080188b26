/**
 * Sends answers, and keeps those that are made while the connection is lost for
 * as long as their servers wait: in a cluster the server that asked may well be
 * alive. The client library would keep them only until it next dials, and then
 * throw them away without a word (nats-core 3.4, `protocol.ts` resetOutbound).
 */
import type { NatsConnection } from "@nats-io/nats-core";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { Decision } from "../callout/authorize.ts";

export interface DueAnswer {
  /** Who asked. */
  readonly serverId: string;
  readonly reply: string;
  readonly bytes: Uint8Array;
  /** From then on nobody waits for it. */
  readonly deadline: MonotonicMs;
  readonly decision: Decision;
  readonly arrivedAt: MonotonicMs;
}

export interface UnsentAnswers {
  /** The connection is lost: from now on answers are kept. */
  hold(): void;
  /** The connection is there again. */
  release(): void;
  /** What becomes of it is told now or later, and once. */
  send(answer: DueAnswer): void;
  /** Throws away what is still unsent, and whatever comes. */
  stop(): void;
}

export interface UnsentAnswersOptions {
  /** Whether that server may be there: one that was started anew is another. */
  readonly isReachable: (serverId: string) => boolean;
  readonly monotonic: MonotonicClock;
  /** Told of every answer exactly once: why it could not be sent, nothing if it was. */
  readonly onSettled: (answer: DueAnswer, problem?: string) => void;
}

/** Answers kept: a second of logins. */
const HELD_MAX = 1_000;

const AWAY = "NATS was away";

export function createUnsentAnswers(
  connection: Pick<NatsConnection, "publish">,
  { isReachable, monotonic, onSettled }: UnsentAnswersOptions,
): UnsentAnswers {
  let isHolding = false;
  let isStopped = false;
  let held: DueAnswer[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function publish(answer: DueAnswer): void {
    if (!isReachable(answer.serverId)) {
      return onSettled(answer, "The server that asked is gone");
    }
    try {
      connection.publish(answer.reply, answer.bytes);
    } catch {
      // Closed meanwhile, or larger than what another server takes.
      return onSettled(answer, "The connection did not take it");
    }
    onSettled(answer);
  }

  /** Says of those that nobody waits for any more that they were not sent. */
  function expire(): void {
    const now = monotonic();
    const all = held;
    held = all.filter(({ deadline }) => now < deadline);
    for (const answer of all) {
      if (now >= answer.deadline) onSettled(answer, AWAY);
    }
    clearTimeout(timer);
    const [next] = held;
    timer = next && setTimeout(expire, Math.max(next.deadline - now, 1));
  }

  return {
    hold(): void {
      isHolding = true;
    },
    release(): void {
      expire();
      isHolding = false;
      clearTimeout(timer);
      const alive = held;
      held = [];
      alive.forEach(publish);
    },
    send(answer: DueAnswer): void {
      if (isStopped) return onSettled(answer, "The connection has ended");
      if (!isHolding) return publish(answer);
      if (held.length >= HELD_MAX) return onSettled(answer, AWAY);
      held.push(answer);
      if (held.length === 1) expire();
    },
    stop(): void {
      isStopped = true;
      clearTimeout(timer);
      const left = held;
      held = [];
      for (const answer of left) onSettled(answer, AWAY);
    },
  };
}
