/**
 * Why a question about a token got no answer. A value that says what to do about
 * it: whether to ask once more, and whether it speaks against the endpoint.
 */

export interface EndpointFaultOptions {
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
  readonly again: boolean;
  readonly retryAfterMs: number | undefined;
  readonly gone: boolean;
  readonly questionOnly: boolean;

  constructor(problem: string, options: EndpointFaultOptions = {}) {
    this.problem = problem;
    this.again = options.again ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.gone = options.gone ?? false;
    this.questionOnly = options.questionOnly ?? false;
  }
}
