/**
 * How much of everything: the full bench, and one that takes less than a minute.
 */
export interface Scale {
  readonly name: "full" | "quick";
  /** Measurements of the same thing, interleaved with those it is compared with. */
  readonly rounds: number;
  /** Milliseconds for one figure of an operation or of `authorize()`. */
  readonly operationMs: number;
  readonly authorizeRequests: number;
  /** Logins in one measurement, by how many are at it at a time. */
  readonly loginsOneAtATime: number;
  readonly loginsAtATime: readonly number[];
  readonly logins: number;
  readonly warmUpLogins: number;
  readonly crowdOnce: number;
  readonly crowdRetrying: number;
  readonly pauseMs: number;
  readonly pausedClients: number;
  readonly memoryLogins: number;
  readonly memoryChunk: number;
  readonly lagMs: number;
}

export const FULL: Scale = {
  name: "full",
  rounds: 5,
  operationMs: 250,
  authorizeRequests: 1500,
  loginsOneAtATime: 500,
  loginsAtATime: [1, 50, 500],
  logins: 1500,
  warmUpLogins: 3000,
  crowdOnce: 2000,
  crowdRetrying: 5000,
  pauseMs: 3000,
  pausedClients: 1000,
  memoryLogins: 200_000,
  memoryChunk: 20_000,
  lagMs: 8000,
};

export const QUICK: Scale = {
  name: "quick",
  rounds: 2,
  operationMs: 40,
  authorizeRequests: 300,
  loginsOneAtATime: 100,
  loginsAtATime: [50],
  logins: 600,
  warmUpLogins: 600,
  crowdOnce: 2000,
  crowdRetrying: 1500,
  pauseMs: 3000,
  pausedClients: 1000,
  memoryLogins: 4000,
  memoryChunk: 1000,
  lagMs: 2000,
};
