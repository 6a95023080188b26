/**
 * Moments as people write them: `2026-03-02T12:00:00Z`.
 */
import type { EpochMs } from "./time.ts";

/** A time without a zone would be another one on every machine. */
const TIMESTAMP_REGEXP =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Undefined if the text is no moment, or none that the calendar has. */
export function parseTimestamp(text: string): EpochMs | undefined {
  const time = TIMESTAMP_REGEXP.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time as EpochMs;
}
