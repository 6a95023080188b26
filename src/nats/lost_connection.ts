/**
 * Why a connection that was lost does not come back. The client library tries for
 * ever and hands on what a server says, but not what ended an attempt before that,
 * TLS above all: an attempt of our own beside its, now and then, finds out. One
 * that is under way when the service ends is over when its time is.
 */
import type { NatsConnection, Status } from "@nats-io/nats-core";
import { monotonicClock, type MonotonicMs } from "../base/time.ts";
import { isRefusal, isUnreachable } from "./connection_fault.ts";

export interface LostConnection {
  /** Why there is none, as far as is known. */
  fault(): unknown;
  /** Sees what becomes of it, for as long as it lives. */
  follow(connection: Pick<NatsConnection, "status">): Promise<void>;
}

export interface LostConnectionOptions {
  /** Tries on its own account: the error that it ends with, if it does. */
  readonly attempt: () => Promise<unknown>;
  /** Says that the server is there and does not let us in. */
  readonly tell: (error: unknown) => void;
  /** From the loss, and from one attempt of our own to the next. */
  readonly everyMs: number;
}

export function createLostConnection(
  { attempt, everyMs, tell }: LostConnectionOptions,
): LostConnection {
  let isLost = false;
  let fault: unknown;
  let askedAt: MonotonicMs | undefined;

  function learn(error: unknown): void {
    askedAt = monotonicClock();
    fault = error;
    // Of one that is not there nothing is said but that it is lost.
    if (!isUnreachable(error)) tell(error);
  }

  async function ask(): Promise<void> {
    // One at a time.
    askedAt = undefined;
    const error = await attempt();
    if (isLost) learn(error);
  }

  function take(status: Status): void {
    switch (status.type) {
      case "disconnect":
        if (isLost) return;
        isLost = true;
        askedAt = monotonicClock();
        return;
      case "error":
        if (isRefusal(status.error)) learn(status.error);
        return;
      case "reconnecting":
        if (askedAt === undefined) return;
        if (monotonicClock() - askedAt >= everyMs) void ask();
        return;
      case "reconnect":
      case "close":
        isLost = false;
        fault = undefined;
    }
  }

  return {
    fault: () => fault,
    async follow(connection): Promise<void> {
      for await (const status of connection.status()) take(status);
    },
  };
}
