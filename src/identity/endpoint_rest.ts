/**
 * When an endpoint is left alone: for a while after several failures in a row,
 * or for as long as it asks for. Then one question decides for all; until it has
 * its answer the others are told at once that nobody is asked.
 *
 * @see M. Nygard, Release It!, chapter 5, "Circuit Breaker"
 */
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { Log } from "../telemetry/log.ts";

export interface RestDependencies {
  readonly log: Log;
  readonly monotonic: MonotonicClock;
}

/** Leave to ask once. What comes of it counts only if no rest has begun meanwhile. */
export interface Leave {
  readonly restsBefore: number;
}

/** Failures in a row after which the endpoint is left alone. */
const FAILURES_MAX = 5;

/** How long it is left alone; doubled for each probe that fails. */
const REST_MS_MIN = 1_000;
const REST_MS_MAX = 10_000;

/** The longest pause that an endpoint can ask for: its logins fail meanwhile. */
const RETRY_AFTER_MS_MAX = 30_000;

export class EndpointRest {
  readonly #issuer: string;
  readonly #dependencies: RestDependencies;
  /** In a row, since it was last left alone. */
  #failures = 0;
  #restMs = REST_MS_MIN;
  #rests = 0;
  /** While it is left alone, and until a question has been answered after that. */
  #until: MonotonicMs | undefined;
  #isProbed = false;

  /** `issuer` is whose endpoint it is. */
  constructor(issuer: string, dependencies: RestDependencies) {
    this.#issuer = issuer;
    this.#dependencies = dependencies;
  }

  /** It was left alone, and has answered nobody since. */
  get isFailing(): boolean {
    return this.#until !== undefined;
  }

  /** Nobody may ask now. */
  get isResting(): boolean {
    return this.#until !== undefined &&
      (this.#isProbed || this.#dependencies.monotonic() < this.#until);
  }

  /** Undefined: it is not asked now. Every leave is given back with what came of it. */
  enter(): Leave | undefined {
    if (this.isResting) return undefined;
    this.#isProbed = this.#until !== undefined;
    return { restsBefore: this.#rests };
  }

  /** Nothing came of it. */
  left({ restsBefore }: Leave): void {
    if (restsBefore === this.#rests) this.#isProbed = false;
  }

  answered({ restsBefore }: Leave): void {
    if (restsBefore !== this.#rests) return;
    this.#failures = 0;
    if (this.#until === undefined) return;
    this.#until = undefined;
    this.#restMs = REST_MS_MIN;
    this.#dependencies.log.info("an issuer answers again", {
      issuer: this.#issuer,
    });
  }

  failed({ restsBefore }: Leave, retryAfterMs = 0): void {
    if (restsBefore !== this.#rests) return;
    if (retryAfterMs > 0) {
      this.#begin(
        Math.min(retryAfterMs, RETRY_AFTER_MS_MAX),
        "an issuer asks to be left alone for a while",
      );
      return;
    }
    this.#failures++;
    if (this.#until === undefined && this.#failures < FAILURES_MAX) return;
    this.#begin(
      this.#restMs,
      "an issuer does not answer and is left alone for a while",
    );
    this.#restMs = Math.min(2 * this.#restMs, REST_MS_MAX);
  }

  #begin(restMs: number, message: string): void {
    const { log, monotonic } = this.#dependencies;
    this.#rests++;
    this.#failures = 0;
    this.#isProbed = false;
    this.#until = monotonic() + restMs as MonotonicMs;
    log.warn(message, {
      code: "endpoint_resting",
      issuer: this.#issuer,
      durationMs: restMs,
    });
  }
}
