/**
 * Tokens that somebody else has to be asked about: each is asked about once,
 * however many logins present it at the same time, and not again as long as the
 * answer is fresh. An answer that is remembered is judged anew for every login,
 * so that it never outlives what it says itself.
 *
 * No answer is no verdict: it is neither remembered nor taken for a refusal.
 */
import { LOGINS_WAITING_MAX } from "../base/limits.ts";
import type { Dependency, Rejected } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import type { Clock, EpochMs, MonotonicClock } from "../base/time.ts";
import type {
  AuthenticationContext,
  AuthenticationOutcome,
} from "./authenticate.ts";
import { EndpointFault, Unanswered } from "./endpoint_fault.ts";
import type { EndpointGuard } from "./endpoint_guard.ts";
import { TokenMemory } from "./token_memory.ts";
import type { TokenMemoryOptions, Vouched } from "./token_memory.ts";
import { untilAborted } from "../base/until_aborted.ts";

/** How long answers are remembered. */
export interface MemoryOptions extends TokenMemoryOptions {
  /** That a token is good. A token that is revoked is good for as long. */
  readonly seconds: number;
  /** That a token is bad. */
  readonly refusalSeconds: number;
}

export interface AskedTokensOptions {
  /** Whose tokens they are. */
  readonly issuer: string;
  readonly dependency: Dependency;
  readonly memory: MemoryOptions;
}

export interface AskedTokensDependencies {
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly guard: EndpointGuard;
}

/** One login's question. */
export interface TokenQuestion<T> {
  readonly bearerToken: Secret;
  /** What the answer may depend on beside the token. */
  readonly facts: readonly string[];
  /** Asks once. */
  ask(signal: AbortSignal): Promise<Vouched<T> | Rejected | EndpointFault>;
  /** What the answer means now. */
  judge(content: T, now: EpochMs): AuthenticationOutcome;
}

type Answer<T> = Vouched<T> | Rejected | EndpointFault;

/** Who waits for the answer to a question. */
interface Interest {
  logins: number;
  /** The question has left the queue. */
  isAsked: boolean;
  /** Aborted if everybody has gone before that. */
  readonly unwanted: AbortController;
}

interface Flight<T> {
  readonly answer: Promise<Answer<T>>;
  readonly interest: Interest;
}

export class AskedTokens<T> {
  readonly #options: AskedTokensOptions;
  readonly #dependencies: AskedTokensDependencies;
  readonly #memory: TokenMemory<T>;
  readonly #flights = new Map<string, Flight<T>>();
  #waiting = 0;

  constructor(
    options: AskedTokensOptions,
    dependencies: AskedTokensDependencies,
  ) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#memory = new TokenMemory(options.memory, dependencies.monotonic);
  }

  /** At once if the answer is remembered, otherwise when it has come. */
  decide(
    question: TokenQuestion<T>,
    context: AuthenticationContext,
  ): AuthenticationOutcome | Promise<AuthenticationOutcome> {
    const name = this.#memory.nameOf(
      question.bearerToken.reveal(),
      question.facts,
    );
    const known = this.#memory.recall(name);
    if (known?.kind === "rejected") return known;
    if (known !== undefined) {
      const outcome = question.judge(known.content, context.now);
      if (outcome.kind === "identity") return outcome;
      // Expired, for instance: its issuer may have prolonged it by the next time.
      this.#memory.forget(name);
      return outcome;
    }
    if (this.#waiting >= LOGINS_WAITING_MAX) {
      return this.#unanswered(
        new EndpointFault("too many logins wait for an answer"),
      );
    }
    return this.#decideAfterAsking(name, question, context);
  }

  async #decideAfterAsking(
    name: string,
    question: TokenQuestion<T>,
    { signal }: AuthenticationContext,
  ): Promise<AuthenticationOutcome> {
    const flight = this.#join(name, question);
    let answer: Answer<T>;
    try {
      answer = await untilAborted(flight.answer, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      return this.#unanswered(
        new EndpointFault("no answer before the login's time was up", {
          cause: "slow",
        }),
      );
    } finally {
      this.#leave(name, flight);
    }
    if (answer instanceof EndpointFault) return this.#unanswered(answer);
    return answer.kind === "rejected"
      ? answer
      : question.judge(answer.content, this.#dependencies.clock());
  }

  /** Joins those who wait for the question about the same token, or has it asked. */
  #join(name: string, question: TokenQuestion<T>): Flight<T> {
    const flight = this.#flights.get(name) ?? this.#begin(name, question);
    flight.interest.logins++;
    this.#waiting++;
    return flight;
  }

  #begin(name: string, question: TokenQuestion<T>): Flight<T> {
    const unwanted = new AbortController();
    const interest: Interest = { logins: 0, isAsked: false, unwanted };
    const answer = this.#ask(name, question, interest)
      .finally(() => this.#end(name, flight));
    const flight = { answer, interest };
    this.#flights.set(name, flight);
    return flight;
  }

  /** A question that is asked goes on without anybody: its answer serves the next login. */
  #leave(name: string, flight: Flight<T>): void {
    const { interest } = flight;
    this.#waiting--;
    interest.logins--;
    if (interest.logins > 0 || interest.isAsked) return;
    this.#end(name, flight);
    interest.unwanted.abort();
  }

  #end(name: string, flight: Flight<T>): void {
    if (this.#flights.get(name) === flight) this.#flights.delete(name);
  }

  async #ask(
    name: string,
    question: TokenQuestion<T>,
    interest: Interest,
  ): Promise<Answer<T>> {
    const { memory } = this.#options;
    const { clock, guard } = this.#dependencies;
    const answer = await guard.ask<Vouched<T> | Rejected>((signal) => {
      interest.isAsked = true;
      return question.ask(signal);
    }, interest.unwanted.signal);
    if (answer instanceof EndpointFault) return answer;
    if (answer.kind === "rejected") {
      this.#memory.refuse(name, answer, memory.refusalSeconds);
      return answer;
    }
    // Among those that are accepted has a place only what is accepted.
    const now = clock();
    const outcome = question.judge(answer.content, now);
    if (outcome.kind === "identity") {
      const left = outcome.expiresAt - now / 1000;
      const secondsMax = Math.min(memory.seconds, answer.secondsMax, left);
      this.#memory.remember(name, { ...answer, secondsMax });
    } else if (outcome.kind === "rejected") {
      this.#memory.refuse(name, outcome, memory.refusalSeconds);
    }
    return answer;
  }

  #unanswered(fault: EndpointFault): Unanswered {
    const { issuer, dependency } = this.#options;
    const vain = `Cannot ask about a token of ${issuer}`;
    return new Unanswered(dependency, vain, fault);
  }
}
