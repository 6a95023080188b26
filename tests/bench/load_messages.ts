/**
 * What the bench and its load generator say to each other: one JSON text a line,
 * commands on the generator's standard input, outcomes on its standard output.
 */
import type { MintOptions } from "./bearer_tokens.ts";

export type Transport = "tcp" | "websocket";

/** Where a NATS server listens. */
export interface Endpoint {
  readonly transport: Transport;
  readonly hostname: string;
  readonly port: number;
}

/** Makes tokens and keeps them under a name: nothing is minted while time is taken. */
export interface MintCommand extends MintOptions {
  readonly kind: "mint";
  readonly pool: string;
  readonly count: number;
}

/** Keeps these tokens under a name. */
export interface KeepCommand {
  readonly kind: "keep";
  readonly pool: string;
  readonly tokens: readonly string[];
}

/** So many clients, each of which logs in, closes, and logs in again with another token. */
export interface LoginsCommand {
  readonly kind: "logins";
  readonly pool: string;
  readonly endpoint: Endpoint;
  readonly atATime: number;
  /**
   * How many logins become due in a second, at moments that know nothing of each
   * other, as those of a fleet. Without it each client goes on as soon as it can.
   */
  readonly perSecond?: number;
  /** Ends after so many logins, if given, and in any case after that time. */
  readonly count?: number;
  readonly durationMs: number;
}

/** So many clients at once, that stay connected until all are in or the time is up. */
export interface CrowdCommand {
  readonly kind: "crowd";
  readonly pool: string;
  readonly endpoint: Endpoint;
  readonly count: number;
  /** Once, or like nats.js: again every 2 s, and never again after a second refusal. */
  readonly attempts: "once" | "like nats.js";
  readonly deadlineMs: number;
}

/** Lets the generator do several things at once: the outcome carries the number. */
export interface Numbered<T> {
  readonly number: number;
  readonly content: T;
}

export type LoadCommand =
  | MintCommand
  | KeepCommand
  | LoginsCommand
  | CrowdCommand;

/** The tokens are there. */
export interface PoolOutcome {
  readonly kind: "pool";
}

export interface LoginsOutcome {
  readonly kind: "logins";
  readonly admitted: number;
  readonly refused: number;
  /** Neither: no answer in time, or the connection ended without one. */
  readonly failed: number;
  readonly elapsedMs: number;
  /** From when a login was begun, or was due: waiting for its turn is part of it. */
  readonly latencyMs: Quantiles;
  /** Wall clock of each admission, in milliseconds. */
  readonly admittedAt: readonly number[];
}

export interface CrowdOutcome {
  readonly kind: "crowd";
  readonly admitted: number;
  readonly admittedAtFirstAttempt: number;
  /** Gave up for good. */
  readonly lost: number;
  readonly attempts: number;
  readonly refusals: number;
  readonly failures: number;
  /** From the first attempt to the last admission. */
  readonly elapsedMs: number;
  readonly latencyMs: Quantiles;
  readonly admittedAt: readonly number[];
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export type LoadOutcome = PoolOutcome | LoginsOutcome | CrowdOutcome;
