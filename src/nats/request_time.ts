/**
 * When a request is judged, and when it has to be done with. Most requests never
 * wait for anything, so the signal and its timer are made when first asked for.
 */
import type { Moment } from "../base/time.ts";
import type { RequestTime } from "../callout/authorize.ts";

export function createRequestTime(
  { monotonicNow, now }: Moment,
  leftMs: number,
): RequestTime & { end(): void } {
  let controller: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    now,
    monotonicNow,
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
