/**
 * Why nobody had an answer that can be used: whoever publishes keys, or is asked
 * about a token. A value that says what to do about it: whether to ask once more,
 * whether it speaks against the endpoint, and by its cause what would mend it.
 */
import type { Dependency, Unavailable } from "../base/outcome.ts";

/** Each is mended in another way: commands tell the setting by it. */
export type FaultCause =
  | "loopback"
  | "private"
  | "forbidden"
  | "host_unknown"
  | "unreachable"
  | "authority_unknown"
  | "slow"
  | "proof_unreadable"
  | "proof_refused"
  | "asked_too_often"
  | "question_refused"
  | "broken"
  | "elsewhere"
  | "other_issuer"
  | "other_origin"
  | "keys_unusable"
  | "unusable";

export interface EndpointFaultOptions {
  /** `unusable` unless given. */
  readonly cause?: FaultCause;
  /** Asking again may help: nobody was there, or too busy to begin an answer. */
  readonly again?: boolean;
  /** How long the endpoint wants to be left alone (RFC 9110 section 10.2.3). */
  readonly retryAfterMs?: number | undefined;
  /** Nobody is there: no connection, or the server knows of no such endpoint. */
  readonly gone?: boolean;
  /**
   * It says something about this question only. Whoever sends a strange token
   * must not be able to make us believe that the endpoint is broken.
   */
  readonly questionOnly?: boolean;
}

export class EndpointFault {
  /** For the log: names the origin and what happened; holds no part of a token or an answer. */
  readonly problem: string;
  readonly cause: FaultCause;
  readonly again: boolean;
  readonly retryAfterMs: number | undefined;
  readonly gone: boolean;
  readonly questionOnly: boolean;

  constructor(problem: string, options: EndpointFaultOptions = {}) {
    this.problem = problem;
    this.cause = options.cause ?? "unusable";
    this.again = options.again ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.gone = options.gone ?? false;
    this.questionOnly = options.questionOnly ?? false;
  }
}

/** No verdict, because of a fault. */
export class Unanswered implements Unavailable {
  readonly kind = "unavailable";
  readonly dependency: Dependency;
  readonly detail: string;
  readonly fault: EndpointFault;

  /** @param vain What could not be done, for the log. */
  constructor(dependency: Dependency, vain: string, fault: EndpointFault) {
    this.dependency = dependency;
    this.detail = `${vain}: ${fault.problem}`;
    this.fault = fault;
  }
}
