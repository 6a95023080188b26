/**
 * How much of everything: the full bench, and a quick one.
 */
import type { Algorithm, Flaw } from "./bearer_tokens.ts";

export interface Scale {
  readonly name: "full" | "quick";
  /** Measurements of the same thing, interleaved with those it is compared with; twice as many of whole logins. */
  readonly rounds: number;
  /** Milliseconds for one figure of an operation. */
  readonly operationMs: number;
  readonly authorizeRequests: number;
  readonly logins: {
    /** In one measurement. */
    readonly count: number;
    /** The same where only one is at it: nothing there is busy, and it takes longest. */
    readonly oneAtATime: number;
    /** How many are at it at a time. */
    readonly overTcp: readonly number[];
    readonly overWebsocket: readonly number[];
    /** With each contender, before anything is measured. */
    readonly warmUp: number;
  };
  readonly refusals: readonly (readonly [Algorithm, Flaw])[];
  readonly storms: {
    /** Clients that try once. */
    readonly once: number;
    /** Clients that retry as nats.js does. */
    readonly retrying: number;
    /** Further storms: a second one, a server that restarts, the null responder's. */
    readonly more: boolean;
  };
  readonly pause: {
    readonly usualMs: number;
    readonly pauseMs: number;
    readonly waitingClients: number;
    readonly afterwardsMs: number;
  };
  /** For each load; some seconds, as the probe tells of whole ones. */
  readonly lagMs: number;
  /** For each stream of tokens beside the logins. */
  readonly hangingMs: number;
  readonly randomTokens: number;
  readonly memoryLogins: number;
  readonly memoryChunk: number;
}

export const FULL: Scale = {
  name: "full",
  rounds: 4,
  operationMs: 250,
  authorizeRequests: 500,
  logins: {
    count: 1500,
    oneAtATime: 300,
    overTcp: [1, 50, 500],
    overWebsocket: [50],
    warmUp: 8000,
  },
  refusals: [
    ["HS256", "forged"],
    ["EdDSA", "forged"],
    ["ES256", "forged"],
    ["RS256", "forged"],
    ["EdDSA", "expired"],
    ["EdDSA", "malformed"],
  ],
  storms: { once: 2000, retrying: 5000, more: true },
  pause: {
    usualMs: 3000,
    pauseMs: 3000,
    waitingClients: 1000,
    afterwardsMs: 6000,
  },
  lagMs: 8000,
  hangingMs: 3000,
  randomTokens: 1_000_000,
  memoryLogins: 360_000,
  memoryChunk: 20_000,
};

export const QUICK: Scale = {
  name: "quick",
  rounds: 2,
  operationMs: 20,
  authorizeRequests: 100,
  logins: {
    count: 400,
    oneAtATime: 100,
    overTcp: [50],
    overWebsocket: [50],
    warmUp: 1600,
  },
  refusals: [["EdDSA", "forged"], ["EdDSA", "expired"]],
  storms: { once: 2000, retrying: 2000, more: false },
  pause: {
    usualMs: 1500,
    pauseMs: 3000,
    waitingClients: 1000,
    afterwardsMs: 2500,
  },
  lagMs: 3000,
  hangingMs: 1500,
  randomTokens: 50_000,
  memoryLogins: 2000,
  memoryChunk: 1000,
};
