/**
 * Sends answers, and keeps those that are made while the connection is lost for
 * as long as their servers wait: in a cluster the server that asked may well be
 * alive. The client library would keep them for ever and send them all.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";

export interface UnsentAnswers {
  /** The connection is lost: from now on answers are kept. */
  hold(): void;
  /** The connection is there again. */
  release(): void;
  send(reply: string, answer: Uint8Array, deadline: MonotonicMs): void;
  /** Throws away what is still unsent. */
  stop(): void;
}

interface Unsent {
  readonly reply: string;
  readonly answer: Uint8Array;
  readonly deadline: MonotonicMs;
}

/** Answers kept: a second of logins. */
const UNSENT_MAX = 1_000;

export function createUnsentAnswers(
  connection: NatsConnection,
  monotonic: MonotonicClock,
  onUnsent: (count: number) => void,
): UnsentAnswers {
  let isHolding = false;
  let unsent: Unsent[] = [];

  return {
    hold(): void {
      isHolding = true;
    },
    release(): void {
      isHolding = false;
      const now = monotonic();
      const kept = unsent;
      unsent = [];
      const alive = kept.filter(({ deadline }) => now < deadline);
      for (const { reply, answer } of alive) connection.publish(reply, answer);
      if (alive.length < kept.length) onUnsent(kept.length - alive.length);
    },
    send(reply: string, answer: Uint8Array, deadline: MonotonicMs): void {
      if (!isHolding) connection.publish(reply, answer);
      else if (unsent.length < UNSENT_MAX) {
        unsent.push({ reply, answer, deadline });
      } else onUnsent(1);
    },
    stop(): void {
      if (unsent.length > 0) onUnsent(unsent.length);
      unsent = [];
    },
  };
}
