/**
 * When a request is judged, and when it has to be done with. Most requests never
 * wait for anything, so the signal and its timer are made when first asked for.
 */
import type { EpochMs, Moment, MonotonicMs } from "../base/time.ts";
import type { RequestTime } from "../callout/authorize.ts";

export interface RequestTimeOptions {
  readonly arrivedAt: MonotonicMs;
  /** Longest time from arrival to answer. The server's own time-out may be shorter. */
  readonly budgetMs: number;
}

/** Time that an answer needs to get from here to the server's own deadline. */
const ANSWER_MARGIN_MS = 200;

/** What is left, when there is no verdict, for saying so. */
const REFUSAL_MARGIN_MS = 50;

export class BoundedTime implements RequestTime {
  readonly now: EpochMs;
  readonly monotonicNow: MonotonicMs;
  readonly arrivedAt: MonotonicMs;
  readonly #budgetMs: number;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    { monotonicNow, now }: Moment,
    { arrivedAt, budgetMs }: RequestTimeOptions,
  ) {
    this.now = now;
    this.monotonicNow = monotonicNow;
    this.arrivedAt = arrivedAt;
    this.#budgetMs = budgetMs;
  }

  /** From then on no answer is sent to a server that waits for so many seconds. */
  answerBy(timeoutSeconds: number): MonotonicMs {
    // Whole seconds: a server that waits for less than one says none.
    const timeoutMs = Math.max(timeoutSeconds, 1) * 1000 - ANSWER_MARGIN_MS;
    const waitedMs = Math.min(this.#budgetMs, timeoutMs);
    return this.arrivedAt + waitedMs as MonotonicMs;
  }

  signal(timeoutSeconds: number): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      const leftMs = this.answerBy(timeoutSeconds) - REFUSAL_MARGIN_MS -
        this.monotonicNow;
      this.#controller = controller;
      this.#timer = setTimeout(() => controller.abort(), Math.max(leftMs, 0));
    }
    return this.#controller.signal;
  }

  /** Nobody waits for the signal any more. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
