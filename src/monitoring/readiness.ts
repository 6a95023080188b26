/**
 * Whether this instance is of use: requests reach it, and it can judge somebody's
 * tokens. One issuer that is gone makes it no less useful for those of all
 * others, and an endpoint that fails does so for every instance: holding this one
 * back would help nobody, so both are named and no more.
 */
import type { AuthenticatorStatus } from "../identity/authenticate.ts";

export interface Readiness {
  /** Named conditions; ready is when all of them hold. Names are constants of ours. */
  readonly checks: Readonly<Record<string, boolean>>;
  /** Whose tokens cannot be judged now, or by what is old. */
  readonly degraded: readonly DegradedSource[];
}

export interface DegradedSource {
  readonly issuer: string;
  readonly kind: string;
  /** `missing`: there is nothing that its tokens may be judged by. */
  readonly problem: "missing" | "failing" | "stale";
  /** Age of what should have been replaced. */
  readonly staleSeconds?: number;
}

export interface Circumstances {
  readonly isSubscribed: boolean;
  readonly sources: readonly AuthenticatorStatus[];
}

export function readinessOf(
  { isSubscribed, sources }: Circumstances,
): Readiness {
  return {
    checks: {
      "subscribed": isSubscribed,
      // Each has been tried once before requests are taken.
      "some tokens can be judged": sources.some(({ ready }) => ready),
    },
    degraded: sources.flatMap(degradationOf),
  };
}

function degradationOf(
  { issuer, credential: kind, ready, failing, staleSeconds }:
    AuthenticatorStatus,
): readonly DegradedSource[] {
  const age = staleSeconds > 0 ? { staleSeconds: Math.ceil(staleSeconds) } : {};
  if (!ready) return [{ issuer, kind, problem: "missing", ...age }];
  if (failing) return [{ issuer, kind, problem: "failing", ...age }];
  return staleSeconds > 0 ? [{ issuer, kind, problem: "stale", ...age }] : [];
}
