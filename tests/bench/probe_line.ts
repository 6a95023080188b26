/**
 * What the event-loop probe prints, for those who read it.
 */

/** Begins each line of the probe. */
export const PROBE_MARK = "event loop lag ";

export interface ProbeLine {
  /** Wall clock at the end of the second that it tells of, in milliseconds. */
  readonly at: number;
  readonly lagsMs: readonly number[];
}
