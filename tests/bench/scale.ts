/**
 * How much of everything: the full bench, and one that takes less than a minute.
 */
import { type Algorithm, ALGORITHMS, type Flaw } from "./bearer_tokens.ts";

export interface Scale {
  readonly name: "full" | "quick";
  /** Measurements of the same thing, interleaved with those it is compared with. */
  readonly rounds: number;
  /** Milliseconds for one figure of an operation. */
  readonly operationMs: number;
  readonly authorizeRequests: number;
  /** Logins in one measurement, and how many are at it at a time. */
  readonly logins: number;
  readonly loginsOneAtATime: number;
  readonly loginsAtATime: readonly number[];
  readonly warmUpLogins: number;
  /** Measured over WebSocket too. */
  readonly websocket: readonly Algorithm[];
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
  readonly lagMs: number;
  readonly memoryLogins: number;
  readonly memoryChunk: number;
}

export const FULL: Scale = {
  name: "full",
  rounds: 5,
  operationMs: 250,
  authorizeRequests: 500,
  logins: 1500,
  loginsOneAtATime: 500,
  loginsAtATime: [1, 50, 500],
  warmUpLogins: 8000,
  websocket: ALGORITHMS,
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
  memoryLogins: 200_000,
  memoryChunk: 20_000,
};

export const QUICK: Scale = {
  name: "quick",
  rounds: 2,
  operationMs: 20,
  authorizeRequests: 100,
  logins: 400,
  loginsOneAtATime: 100,
  loginsAtATime: [50],
  warmUpLogins: 1600,
  websocket: ["EdDSA"],
  refusals: [["EdDSA", "forged"], ["EdDSA", "expired"]],
  storms: { once: 2000, retrying: 2000, more: false },
  pause: {
    usualMs: 1500,
    pauseMs: 3000,
    waitingClients: 1000,
    afterwardsMs: 2500,
  },
  lagMs: 1500,
  memoryLogins: 2000,
  memoryChunk: 1000,
};
