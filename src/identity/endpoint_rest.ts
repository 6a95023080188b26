/**
 * When an endpoint is left alone: for a while after several failures in a row,
 * or for as long as it asks for. Then one question decides for all; until it has
 * its answer the others are told at once that nobody is asked.
 *
 * A circuit breaker of cockatiel, which is told three things that it does not
 * know: the monotonic clock, what the endpoint asks for, and which answers are
 * older than the last rest.
 *
 * @see M. Nygard, Release It!, chapter 5, "Circuit Breaker"
 */
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleResultType,
} from "cockatiel";
import type { CircuitBreakerPolicy } from "cockatiel";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { Log } from "../telemetry/log.ts";
import { EndpointFault } from "./endpoint_fault.ts";

export interface RestDependencies {
  readonly log: Log;
  readonly monotonic: MonotonicClock;
}

/** Failures in a row after which the endpoint is left alone. */
const FAILURES_MAX = 5;

/** How long it is left alone; doubled for each probe that fails. */
const REST_MS_MIN = 1_000;
const REST_MS_MAX = 10_000;

/** The longest pause that an endpoint can ask for: its logins fail meanwhile. */
const RETRY_AFTER_MS_MAX = 30_000;

/** Thrown past the breaker, which then counts neither a failure nor an answer. */
class OlderThanRest extends Error {}

export class EndpointRest {
  readonly #issuer: string;
  readonly #dependencies: RestDependencies;
  readonly #breaker: CircuitBreakerPolicy;
  #rests = 0;
  #restMs = REST_MS_MIN;
  /** The end of the last one. */
  #until = 0 as MonotonicMs;

  /** `issuer` is whose endpoint it is. */
  constructor(issuer: string, dependencies: RestDependencies) {
    this.#issuer = issuer;
    this.#dependencies = dependencies;
    const failures = new ConsecutiveBreaker(FAILURES_MAX);
    this.#breaker = circuitBreaker(
      handleResultType(EndpointFault, ({ questionOnly }) => !questionOnly)
        // A probe that throws has found out nothing.
        .orWhen((error) => this.isFailing && !(error instanceof OlderThanRest)),
      {
        // Never too early by the wall clock: `isResting` has been looked at.
        halfOpenAfter: -Infinity,
        breaker: {
          state: undefined,
          success: () => failures.success(),
          // It is not told what failed: that is what failed last.
          failure: () =>
            retryAfterMs(this.#breaker.lastFailure) > 0 || failures.failure(),
        },
      },
    );
    this.#breaker.onBreak((reason) => {
      if (!("isolated" in reason)) this.#begin(retryAfterMs(reason));
    });
    this.#breaker.onReset(() => {
      this.#restMs = REST_MS_MIN;
      dependencies.log.info("an issuer answers again", { issuer });
    });
  }

  /** It was left alone, and has answered nobody since. */
  get isFailing(): boolean {
    const { state } = this.#breaker;
    return state === CircuitState.Open || state === CircuitState.HalfOpen;
  }

  /** Nobody may ask now. The breaker would let those who come during a probe wait for its answer. */
  get isResting(): boolean {
    const { state } = this.#breaker;
    return state === CircuitState.HalfOpen ||
      state === CircuitState.Open &&
        this.#dependencies.monotonic() < this.#until;
  }

  /** Asks once. Undefined: it is not asked now. */
  async ask<T>(
    attempt: () => Promise<T | EndpointFault>,
  ): Promise<T | EndpointFault | undefined> {
    if (this.isResting) return undefined;
    const restsBefore = this.#rests;
    let answer: T | EndpointFault | undefined;
    try {
      await this.#breaker.execute(async () => {
        answer = await attempt();
        if (restsBefore !== this.#rests) throw new OlderThanRest();
        return answer;
      });
    } catch (error) {
      if (!(error instanceof OlderThanRest)) throw error;
    }
    return answer;
  }

  /** What comes of questions from now on says nothing about the endpoint. */
  stop(): void {
    this.#breaker.isolate();
  }

  #begin(askedMs: number): void {
    const { log, monotonic } = this.#dependencies;
    const durationMs = askedMs > 0
      ? Math.min(askedMs, RETRY_AFTER_MS_MAX)
      : this.#restMs;
    if (askedMs === 0) this.#restMs = Math.min(2 * durationMs, REST_MS_MAX);
    this.#rests++;
    this.#until = monotonic() + durationMs as MonotonicMs;
    log.warn(
      askedMs > 0
        ? "an issuer asks to be left alone for a while"
        : "an issuer does not answer and is left alone for a while",
      { code: "endpoint_resting", issuer: this.#issuer, durationMs },
    );
  }
}

/** 0 if the endpoint did not ask for a pause. */
function retryAfterMs(failure: CircuitBreakerPolicy["lastFailure"]): number {
  return failure !== undefined && "value" in failure &&
      failure.value instanceof EndpointFault
    ? failure.value.retryAfterMs ?? 0
    : 0;
}
