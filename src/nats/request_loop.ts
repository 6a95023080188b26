/**
 * Begins requests in turns: a few, then the event loop gets to read what else has
 * arrived. Without the pause the oldest would be worked off while newer ones
 * wait unseen in the socket; with it, what is too old is found and thrown away.
 */
import { setImmediate } from "node:timers";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import { createWaitingRequests, type Waiting } from "./waiting_requests.ts";

export interface RequestLoopOptions<T> {
  /** Requests that wait for something outside at a time; no others are begun meanwhile. */
  readonly inFlightMax: number;
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
  readonly bytesOf: (item: T) => number;
  /** From that age on a request is not worth beginning. */
  readonly ageMaxMs: number;
  /** Sees one request through. */
  readonly handle: (item: T, arrivedAt: MonotonicMs) => Promise<void>;
  readonly onDropped: (
    reason: "queue_full" | "request_late" | "shutting_down",
    arrivedAt: MonotonicMs,
  ) => void;
  readonly monotonic: MonotonicClock;
}

export interface RequestLoop<T> {
  add(item: T): void;
  /** Whether nothing waits and nothing is in flight. */
  isIdle(): boolean;
  /** Drops what still waits and what is in flight, whose end interests nobody any more. */
  abandon(): void;
}

/** Some 2 ms of work. */
const REQUESTS_PER_TURN = 8;

export function createRequestLoop<T>(
  options: RequestLoopOptions<T>,
): RequestLoop<T> {
  const { monotonic, onDropped } = options;
  const waiting = createWaitingRequests<T>({
    sizeMax: options.waitingMax,
    bytesMax: options.waitingBytesMax,
    bytesOf: options.bytesOf,
    ageMaxMs: options.ageMaxMs,
  });
  const inFlight = new Set<Waiting<T>>();
  let turnScheduled = false;

  function dropAll(
    reason: Parameters<typeof onDropped>[0],
    take: () => Waiting<T> | undefined,
  ): void {
    for (let dropped = take(); dropped; dropped = take()) {
      onDropped(reason, dropped.arrivedAt);
    }
  }

  function scheduleTurn(): void {
    if (turnScheduled || waiting.size === 0) return;
    turnScheduled = true;
    setImmediate(turn);
  }

  function turn(): void {
    turnScheduled = false;
    const now = monotonic();
    dropAll("request_late", () => waiting.takeExpired(now));
    for (let begun = 0; begun < REQUESTS_PER_TURN; begun++) {
      // Whoever ends makes the next turn.
      if (inFlight.size >= options.inFlightMax) return;
      const next = waiting.take(now);
      if (next === undefined) return;
      void begin(next);
    }
    scheduleTurn();
  }

  async function begin(request: Waiting<T>): Promise<void> {
    inFlight.add(request);
    try {
      await options.handle(request.item, request.arrivedAt);
    } finally {
      inFlight.delete(request);
      scheduleTurn();
    }
  }

  return {
    add(item: T): void {
      waiting.add(item, monotonic());
      dropAll("queue_full", waiting.takeExcess);
      scheduleTurn();
    },
    isIdle: () => waiting.size === 0 && inFlight.size === 0,
    abandon(): void {
      dropAll("shutting_down", () => waiting.take(monotonic()));
      for (const { arrivedAt } of inFlight) {
        onDropped("shutting_down", arrivedAt);
      }
    },
  };
}
