/**
 * What stands between logins and an endpoint that may hang, break or be flooded:
 * a time for each question, a number of questions at a time and of those that
 * wait, one more try where it may help, and no questions at all for a while after
 * several failures in a row. The only place that knows cockatiel.
 *
 * @see checklist of OWASP ASVS 13.2.6; M. Nygard, Release It!, chapter 5
 */
import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
} from "cockatiel";
import type { BulkheadPolicy, TimeoutPolicy } from "cockatiel";
import {
  QUESTIONS_IN_FLIGHT_MAX,
  QUESTIONS_WAITING_MAX,
} from "../base/limits.ts";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { Log } from "../telemetry/log.ts";
import { EndpointFault } from "./endpoint_fault.ts";

export interface GuardOptions {
  /** Whose endpoint it is. */
  readonly issuer: string;
  /** For one try, all in all. Two of them are the longest that a question takes. */
  readonly timeoutMs: number;
  readonly questionsInFlightMax?: number;
  readonly questionsWaitingMax?: number;
}

export interface GuardDependencies {
  readonly log: Log;
  readonly monotonic: MonotonicClock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
}

/** One try. */
type Attempt<T> = (signal: AbortSignal) => Promise<T | EndpointFault>;

/** Failures in a row after which the endpoint is left alone. */
const FAILURES_MAX = 5;

/** How long it is left alone; doubled for each probe that fails. */
const REST_MS_MIN = 1_000;
const REST_MS_MAX = 10_000;

/** Before the second try, so that the instances of this program do not come back all at once. */
const PAUSE_MS_MIN = 50;
const PAUSE_MS_MAX = 150;

const TIMEOUT_OPTIONS = {
  strategy: TimeoutStrategy.Aggressive,
  abortOnReturn: false,
} as const;

export class EndpointGuard {
  readonly #options: GuardOptions;
  readonly #dependencies: GuardDependencies;
  readonly #whole: TimeoutPolicy;
  readonly #single: TimeoutPolicy;
  readonly #places: BulkheadPolicy;
  readonly #breaker = circuitBreaker(
    handleWhenResult((result) =>
      result instanceof EndpointFault && !result.questionOnly
    ),
    {
      breaker: new ConsecutiveBreaker(FAILURES_MAX),
      // It would go by the wall clock; the rest is ours, by the monotonic one.
      halfOpenAfter: -Infinity,
    },
  );
  #rests = 0;
  #restsUntil = 0 as MonotonicMs;

  constructor(options: GuardOptions, dependencies: GuardDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#whole = timeout(2 * options.timeoutMs, TIMEOUT_OPTIONS);
    this.#single = timeout(options.timeoutMs, TIMEOUT_OPTIONS);
    this.#places = bulkhead(
      options.questionsInFlightMax ?? QUESTIONS_IN_FLIGHT_MAX,
      options.questionsWaitingMax ?? QUESTIONS_WAITING_MAX,
    );
    this.#breaker.onBreak(() => this.#beginRest());
    this.#breaker.onReset(() => {
      this.#rests = 0;
      dependencies.log.info("an issuer answers again", {
        issuer: options.issuer,
      });
    });
  }

  /** No questions are asked for now. */
  get isResting(): boolean {
    return this.#breaker.state === CircuitState.Open &&
      this.#dependencies.monotonic() < this.#restsUntil;
  }

  /** Has the question asked: once, twice, or not at all. Never rejects. */
  async ask<T>(
    attempt: Attempt<T>,
    stopped: AbortSignal,
  ): Promise<T | EndpointFault> {
    if (this.isResting) return resting();
    const startedAt = this.#dependencies.monotonic();
    try {
      return await this.#whole.execute((whole) =>
        this.#places.execute(
          ({ signal }) => this.#askTwice(attempt, signal, startedAt),
          whole.signal,
        ), stopped);
    } catch (error) {
      if (error instanceof BulkheadRejectedError) {
        return new EndpointFault("too many questions wait for an answer");
      }
      if (error instanceof BrokenCircuitError) return resting();
      if (error instanceof TaskCancelledError) return this.#unanswered();
      throw error;
    }
  }

  async #askTwice<T>(
    attempt: Attempt<T>,
    signal: AbortSignal,
    startedAt: MonotonicMs,
  ): Promise<T | EndpointFault> {
    const first = await this.#askOnce(attempt, signal);
    if (!(first instanceof EndpointFault) || !first.again) return first;
    const { monotonic, random } = this.#dependencies;
    const pauseMs = first.retryAfterMs ??
      PAUSE_MS_MIN + random() * (PAUSE_MS_MAX - PAUSE_MS_MIN);
    // A second try that cannot come to its end is a burden and nothing else.
    const doneBy = monotonic() - startedAt + pauseMs;
    if (doneBy > this.#options.timeoutMs || this.isResting) return first;
    await pause(pauseMs, signal);
    return signal.aborted ? first : await this.#askOnce(attempt, signal);
  }

  #askOnce<T>(
    attempt: Attempt<T>,
    signal: AbortSignal,
  ): Promise<T | EndpointFault> {
    return this.#breaker.execute(async () => {
      try {
        return await this.#single.execute((one) => attempt(one.signal), signal);
      } catch (error) {
        if (error instanceof TaskCancelledError) return this.#unanswered();
        throw error;
      }
    }, signal);
  }

  #beginRest(): void {
    const { log, monotonic } = this.#dependencies;
    const restMs = Math.min(REST_MS_MIN * 2 ** this.#rests, REST_MS_MAX);
    this.#rests = Math.min(this.#rests + 1, 30);
    this.#restsUntil = monotonic() + restMs as MonotonicMs;
    log.warn("an issuer does not answer and is left alone for a while", {
      issuer: this.#options.issuer,
      durationMs: restMs,
    });
  }

  #unanswered(): EndpointFault {
    return new EndpointFault(`no answer within ${this.#options.timeoutMs} ms`);
  }
}

function resting(): EndpointFault {
  return new EndpointFault(
    `it is not asked for now, as ${FAILURES_MAX} questions in a row have failed`,
  );
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
