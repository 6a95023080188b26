/**
 * A log of the program around this one, which may throw: nothing in here has to
 * reckon with that. The first time the process is warned (Node's `warning`, on
 * stderr unless the program listens), which ends nothing and goes another way
 * than the log that fails. From then on the lines that are lost are counted, and
 * the log says how many as soon as it takes lines again.
 */
import { emitWarning } from "node:process";
import type { Log } from "./log.ts";
import type { LogFields } from "./log_line.ts";

/** Writes a line; may throw, or return a promise that is rejected. */
type Write<Level> = (
  level: Level,
  message: string,
  fields: LogFields,
) => unknown;

/** The same, and never throws. */
export function shieldWrite<Level extends string>(
  write: Write<Level | "warn">,
): (...line: Parameters<Write<Level>>) => void {
  let lost = 0;
  let isWarned = false;

  function lose(error: unknown, lines: number): void {
    lost += lines;
    if (isWarned) return;
    isWarned = true;
    const why = error instanceof Error ? error.message : typeof error;
    emitWarning(`The log of the callout fails and loses lines: ${why}`, {
      code: "log_lines_lost",
    });
  }

  function tryWrite(
    line: Parameters<Write<Level | "warn">>,
    lines: number,
  ): void {
    try {
      const written = write(...line);
      if (written instanceof Promise) {
        written.catch((error) => lose(error, lines));
      }
    } catch (error) {
      lose(error, lines);
    }
  }

  return function writeSafely(...line): void {
    const count = lost;
    lost = 0;
    if (count > 0) {
      const fields = { code: "log_lines_lost", count };
      tryWrite(["warn", "log lines lost: the log failed", fields], count);
    }
    tryWrite(line, 1);
  };
}

export function shieldLog(log: Log): Log {
  const write = shieldWrite<keyof Log>((level, message, fields) =>
    log[level](message, fields)
  );
  return {
    debug: (message, fields = {}) => write("debug", message, fields),
    info: (message, fields = {}) => write("info", message, fields),
    warn: (message, fields = {}) => write("warn", message, fields),
    error: (message, fields = {}) => write("error", message, fields),
    audit: (message, fields = {}) => write("audit", message, fields),
  };
}
