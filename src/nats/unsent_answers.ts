/**
 * Sends answers, and keeps those that are made while the connection is lost for
 * as long as their servers wait: in a cluster the server that asked may well be
 * alive. The client library would keep them for ever and send them all.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";

export interface UnsentAnswers {
  isConnected(): boolean;
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
): UnsentAnswers {
  let connected = true;
  let unsent: Unsent[] = [];

  async function follow(): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === "disconnect") connected = false;
      if (status.type === "reconnect") {
        connected = true;
        const now = monotonic();
        for (const { reply, answer, deadline } of unsent) {
          if (now < deadline) connection.publish(reply, answer);
        }
        unsent = [];
      }
    }
    connected = false;
  }
  void follow();

  return {
    isConnected(): boolean {
      return connected && !connection.isClosed();
    },
    send(reply: string, answer: Uint8Array, deadline: MonotonicMs): void {
      if (connected) connection.publish(reply, answer);
      else if (unsent.length < UNSENT_MAX) {
        unsent.push({ reply, answer, deadline });
      }
    },
    stop(): void {
      unsent = [];
    },
  };
}
