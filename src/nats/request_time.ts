/**
 * When a request is judged, and when it has to be done with. Most requests never
 * wait for anything, so the signal and its timer are made when first asked for.
 */
import type { EpochMs } from "../base/time.ts";

export interface RequestTime {
  readonly now: EpochMs;
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
}

export function createRequestTime(
  now: EpochMs,
  leftMs: number,
): RequestTime & { end(): void } {
  let controller: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    now,
    get signal(): AbortSignal {
      if (controller === undefined) {
        const created = new AbortController();
        controller = created;
        timer = setTimeout(() => created.abort(), Math.max(leftMs, 0));
      }
      return controller.signal;
    },
    end(): void {
      clearTimeout(timer);
    },
  };
}
