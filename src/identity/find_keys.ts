/**
 * The shape of whatever knows the keys of one issuer.
 */
import type { Rejected, Unavailable } from "../base/outcome.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import type { CandidateKeys } from "./key_set.ts";

export type FoundKeys = CandidateKeys | Rejected | Unavailable;

/** How long a token may wait. The signal is read only if it has to. */
export interface Wait {
  readonly signal: AbortSignal;
}

export interface IssuerKeys {
  /** The keys that may have signed a token; a promise only if they have to be fetched. */
  find(
    algorithm: JwsAlgorithm,
    kid: string | undefined,
    wait: Wait,
  ): FoundKeys | Promise<FoundKeys>;
  /**
   * The keys once more, for a signature that fails under those known: they may
   * have been replaced without another name. Undefined if nobody is asked now.
   */
  findNewer(
    algorithm: JwsAlgorithm,
    kid: string | undefined,
    wait: Wait,
  ): Promise<FoundKeys> | undefined;
  /** Resolves when the keys are there, or the first try to get them has failed. */
  start(): Promise<void>;
  stop(): void;
  readonly ready: boolean;
  /** Keys that may verify its tokens now. */
  readonly keyCount: number;
  /** Age of keys that should have been replaced by now; 0 if all is well. */
  readonly staleSeconds: number;
}
