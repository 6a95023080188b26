/**
 * Sees to it that no request is answered twice. A request carries no nonce but
 * the user nkey, which the server makes afresh for each.
 */
import { REQUESTS_REMEMBERED_MAX } from "../base/limits.ts";
import type { EpochMs } from "../base/time.ts";

export interface ReplayGuard {
  /** Whether this user nkey is seen for the first time; remembers it until the request is worthless. */
  admit(userNkey: string, worthlessAt: EpochMs, now: EpochMs): boolean;
}

export function createReplayGuard(): ReplayGuard {
  /** In order of arrival, which is nearly that of expiry. */
  const seen = new Map<string, EpochMs>();

  function forgetOld(now: EpochMs): void {
    for (const [userNkey, worthlessAt] of seen) {
      if (worthlessAt > now && seen.size < REQUESTS_REMEMBERED_MAX) return;
      seen.delete(userNkey);
    }
  }

  return {
    admit(userNkey: string, worthlessAt: EpochMs, now: EpochMs): boolean {
      if (seen.has(userNkey)) return false;
      forgetOld(now);
      seen.set(userNkey, worthlessAt);
      return true;
    },
  };
}
