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
  /**
   * Where forgetting has got to. Kept, because a map leaves gaps where members
   * were deleted, and whoever begins anew walks over all of them.
   */
  let rest = seen.entries();
  let oldest: [userNkey: string, worthlessAt: MonotonicMs] | undefined;

  function next(): typeof oldest {
    const { done, value } = rest.next();
    if (done !== true) return value;
    // It has seen the end, and would not see what comes after it.
    rest = seen.entries();
    return undefined;
  }

  function forgetOld(now: MonotonicMs): void {
    oldest ??= next();
    while (oldest !== undefined && oldest[1] <= now) {
      seen.delete(oldest[0]);
      oldest = next();
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
