/**
 * Lengths of time as people write them: `90s`, `15m`, `8h`, `1d`.
 */

const DURATION_REGEXP = /^([1-9]\d{0,8})([smhd])$/;

const SECONDS_BY_UNIT: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);

/** Whole seconds, or undefined if the text is no length of time. Never 0. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ""] = DURATION_REGEXP.exec(text) ?? [];
  const seconds = SECONDS_BY_UNIT.get(unit);
  return count === undefined || seconds === undefined
    ? undefined
    : Number(count) * seconds;
}

/** The shortest way to write it: `3600` is `1h`. */
export function formatDuration(seconds: number): string {
  for (const [unit, length] of [...SECONDS_BY_UNIT].reverse()) {
    if (seconds >= length && seconds % length === 0) {
      return `${seconds / length}${unit}`;
    }
  }
  return `${seconds}s`;
}
