/**
 * What the program says while it runs: JSON lines, or text for a terminal.
 *
 * A message is a constant and every field is on a closed list: a field that is
 * not named here does not compile, which is how tokens, seeds and claims stay
 * out of the log. Values are escaped and cut, volume is bounded with exact
 * counts, and neither a slow nor a closed stdout stops or delays a login.
 *
 * A program around this one that has configured LogTape gets the records there
 * instead: what it configures is its own, and nothing is configured here.
 */
import { getConfig, getLogger } from "@logtape/logtape";
import { monotonicClock } from "../base/time.ts";
import type { MonotonicClock } from "../base/time.ts";
import { formatJsonLine, formatTextLine, listedFields } from "./log_line.ts";
import type { LogFields, LogLevel } from "./log_line.ts";
import { createStdoutQueue } from "./log_output.ts";
import type { LineQueue } from "./log_output.ts";
import { createSampler } from "./log_sampling.ts";
import { shieldWrite } from "./log_shield.ts";

export type { LogFields, LogLevel } from "./log_line.ts";

/** Where lines go: constant messages and named fields, no secret among them. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /**
   * A line that is written however many there are, at the level of info: for what
   * strangers cannot cause, such as logins that succeed.
   */
  audit(message: string, fields?: LogFields): void;
}

/** The log as its owner sees it: the one who ends it. */
export interface OpenLog extends Log {
  /** Writes what is still held back; waits a second at most. Safe to call twice. */
  close(): Promise<void>;
}

export interface LogOptions {
  readonly format: "json" | "text";
  readonly level: LogLevel;
  /** Receives each line, without its end. When left out: LogTape where it is configured, else stdout. */
  readonly write?: (line: string) => void;
  /** Lines a second for one message and code; the rest is counted. */
  readonly linesPerSecondMax?: number;
  readonly monotonic?: MonotonicClock;
}

/**
 * Enough to see every login of a small site, and to see what is going on in a
 * flood: 100 lines a second of one kind are 40 kB.
 */
const LINES_PER_SECOND_MAX = 100;

/** What a program that configures LogTape calls us. */
const CATEGORY = "nats-auth-callout";

const SEVERITY: Readonly<Record<LogLevel, number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
};

export function createLog(options: LogOptions): OpenLog {
  const { write } = options;
  const format = options.format === "json" ? formatJsonLine : formatTextLine;
  const queue = createQueue(write, format);
  const severityMin = SEVERITY[options.level];
  const logger = getLogger(CATEGORY);
  // It guards itself against sinks that throw, not against filters.
  const writeToHost = shieldWrite<LogLevel>((level, message, fields) =>
    logger[level](message, listedFields(fields))
  );

  function emit(level: LogLevel, message: string, fields: LogFields): void {
    // Asked each time: it may be configured after this log was made.
    if (write === undefined && getConfig() !== null) {
      writeToHost(level, message, fields);
    } else queue.push(format(Date.now(), level, message, fields));
  }

  const sampler = createSampler({
    linesPerSecondMax: options.linesPerSecondMax ?? LINES_PER_SECOND_MAX,
    monotonic: options.monotonic ?? monotonicClock,
    emit,
  });

  function log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (SEVERITY[level] < severityMin) return;
    if (sampler.admit(level, message, fields.code)) {
      emit(level, message, fields);
    }
  }

  return {
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    error: (message, fields) => log("error", message, fields),
    audit(message, fields = {}): void {
      if (SEVERITY.info >= severityMin) emit("info", message, fields);
    },
    async close(): Promise<void> {
      sampler.close();
      await queue.close();
    },
  };
}

function createQueue(
  write: ((line: string) => void) | undefined,
  format: typeof formatJsonLine,
): LineQueue {
  if (write !== undefined) {
    return { push: write, close: () => Promise.resolve() };
  }
  return createStdoutQueue({
    describeLoss: (count) =>
      format(Date.now(), "warn", "log lines lost: stdout is too slow", {
        code: "log_lines_lost",
        count,
      }),
  });
}
