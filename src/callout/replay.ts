/**
 * Sees to it that no request is answered twice. A request carries no nonce but
 * the user nkey, which the server makes afresh for each.
 */
import { REQUESTS_REMEMBERED_MAX } from "../base/limits.ts";
import type { MonotonicMs } from "../base/time.ts";

export interface ReplayGuard {
  /**
   * Whether this user nkey is seen for the first time; remembers it until the
   * request is worthless. When there is no room left nothing is admitted: what
   * cannot be remembered could be answered twice.
   */
  admit(
    userNkey: string,
    worthlessAt: MonotonicMs,
    now: MonotonicMs,
  ): "admitted" | "replayed" | "full";
}

export function createReplayGuard(): ReplayGuard {
  /** In order of arrival, which is nearly that of expiry. */
  const seen = new Map<string, MonotonicMs>();

  function forgetOld(now: MonotonicMs): void {
    for (const [userNkey, worthlessAt] of seen) {
      if (worthlessAt > now) return;
      seen.delete(userNkey);
    }
  }

  return {
    admit(
      userNkey: string,
      worthlessAt: MonotonicMs,
      now: MonotonicMs,
    ): "admitted" | "replayed" | "full" {
      if (seen.has(userNkey)) return "replayed";
      forgetOld(now);
      if (seen.size >= REQUESTS_REMEMBERED_MAX) return "full";
      seen.set(userNkey, worthlessAt);
      return "admitted";
    },
  };
}
