/**
 * What stands between logins and an endpoint that may hang, break or be flooded:
 * a number of questions at a time, a time for each, one more try where it may
 * help, and no questions at all for a while after several failures in a row.
 *
 * A question's time begins when it has its place: what waits here says nothing
 * about the endpoint.
 *
 * @see OWASP ASVS 13.2.6
 */
import { timeout, TimeoutStrategy } from "cockatiel";
import type { TimeoutPolicy } from "cockatiel";
import { QUESTIONS_IN_FLIGHT_MAX } from "../base/limits.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { EndpointRest } from "./endpoint_rest.ts";
import type { RestDependencies } from "./endpoint_rest.ts";
import { QuestionPlaces } from "./question_places.ts";

export interface GuardOptions {
  /** Whose endpoint it is. */
  readonly issuer: string;
  /** For one try, all in all. Two of them are the longest that a question takes. */
  readonly timeoutMs: number;
}

export interface GuardDependencies extends RestDependencies {
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
}

/** One try. */
type Attempt<T> = (signal: AbortSignal) => Promise<T | EndpointFault>;

/** Before the second try, so that the instances of this program do not come back all at once. */
const PAUSE_MS_MIN = 50;
const PAUSE_MS_MAX = 150;

export class EndpointGuard {
  readonly #options: GuardOptions;
  readonly #dependencies: GuardDependencies;
  readonly #places = new QuestionPlaces(QUESTIONS_IN_FLIGHT_MAX);
  readonly #rest: EndpointRest;
  readonly #time: TimeoutPolicy;
  readonly #stopped = new AbortController();

  constructor(options: GuardOptions, dependencies: GuardDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#rest = new EndpointRest(options.issuer, dependencies);
    this.#time = timeout(options.timeoutMs, {
      strategy: TimeoutStrategy.Aggressive,
      abortOnReturn: false,
    });
  }

  /** The endpoint was left alone, and has answered nobody since. */
  get isFailing(): boolean {
    return this.#rest.isFailing;
  }

  /**
   * Has the question asked: once, twice, or not at all. As long as it waits for
   * its turn `unwanted` ends it; whoever has begun to ask sees it through.
   */
  async ask<T>(
    attempt: Attempt<T>,
    unwanted: AbortSignal,
  ): Promise<T | EndpointFault> {
    if (this.#rest.isResting) return resting();
    return await this.#places.execute(
      () => this.#askTwice(attempt),
      unwanted,
    ) ?? new EndpointFault("nobody waits for the answer any more");
  }

  /** No questions any more; those under way are given up. */
  stop(): void {
    this.#rest.stop();
    this.#stopped.abort();
  }

  async #askTwice<T>(attempt: Attempt<T>): Promise<T | EndpointFault> {
    const { monotonic, random } = this.#dependencies;
    const startedAt = monotonic();
    const first = await this.#askOnce(attempt) ?? resting();
    if (!(first instanceof EndpointFault) || !first.again) return first;
    // The pause that it asks for is everybody's: to wait for its end with a
    // place would only keep others from being told.
    if (first.retryAfterMs) return first;
    const pauseMs = PAUSE_MS_MIN + random() * (PAUSE_MS_MAX - PAUSE_MS_MIN);
    // A second try that cannot come to its end is a burden and nothing else.
    const doneBy = monotonic() - startedAt + pauseMs;
    if (doneBy > this.#options.timeoutMs) return first;
    await pause(pauseMs, this.#stopped.signal);
    return await this.#askOnce(attempt) ?? first;
  }

  /** Undefined if the endpoint is left alone. */
  async #askOnce<T>(
    attempt: Attempt<T>,
  ): Promise<T | EndpointFault | undefined> {
    if (this.#stopped.signal.aborted) return stopped();
    return await this.#rest.ask(() => this.#askInTime(attempt));
  }

  async #askInTime<T>(attempt: Attempt<T>): Promise<T | EndpointFault> {
    const stop = this.#stopped.signal;
    let time = stop;
    try {
      return await this.#time.execute(({ signal }) => {
        time = signal;
        return attempt(signal);
      }, stop);
    } catch (error) {
      if (!time.aborted) throw error;
      return stop.aborted
        ? stopped()
        : new EndpointFault(`no answer within ${this.#options.timeoutMs} ms`, {
          cause: "slow",
        });
    }
  }
}

function resting(): EndpointFault {
  return new EndpointFault(
    "it is not asked now, as it failed repeatedly or asks for a pause",
  );
}

function stopped(): EndpointFault {
  return new EndpointFault("this program ends");
}

/** Ends early when the signal is aborted. */
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
