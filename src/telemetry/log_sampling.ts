/**
 * Bounds the volume of the log without losing a count: of each message and code
 * so many lines a second are written; the others are counted, and one line at
 * the end of that second says exactly how many there were.
 */
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { LogFields, LogLevel } from "./log_line.ts";

export interface Sampler {
  /** Whether this line is written; if not, it has been counted. */
  admit(level: LogLevel, message: string, code: string | undefined): boolean;
  /** Writes the counts that are still open. */
  close(): void;
}

export interface SamplerOptions {
  readonly linesPerSecondMax: number;
  readonly monotonic: MonotonicClock;
  readonly emit: (level: LogLevel, message: string, fields: LogFields) => void;
}

/** Lines of one message and code within the current second. */
interface Window {
  readonly level: LogLevel;
  readonly message: string;
  readonly code: string | undefined;
  startedAt: MonotonicMs;
  written: number;
  suppressed: number;
}

const WINDOW_MS = 1000;

/**
 * Messages are constants and codes a closed set, some dozens each. Beyond this
 * many pairs, which would be a mistake of ours, they share one window a level.
 */
const WINDOWS_MAX = 1000;
const OTHER_LINES = "other lines";

export function createSampler(options: SamplerOptions): Sampler {
  const windows = new Map<string, Window>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function find(
    level: LogLevel,
    message: string,
    code: string | undefined,
  ): Window {
    const key = `${level} ${code ?? ""} ${message}`;
    const known = windows.get(key);
    if (known !== undefined) return known;
    if (windows.size >= WINDOWS_MAX && message !== OTHER_LINES) {
      return find(level, OTHER_LINES, undefined);
    }
    const window = {
      level,
      message,
      code,
      startedAt: options.monotonic(),
      written: 0,
      suppressed: 0,
    };
    windows.set(key, window);
    return window;
  }

  function settle(window: Window, now: MonotonicMs): void {
    const { level, message, code, suppressed } = window;
    window.startedAt = now;
    window.written = 0;
    window.suppressed = 0;
    if (suppressed === 0) return;
    options.emit(level, message, {
      ...(code === undefined ? {} : { code }),
      suppressed,
    });
  }

  /** The end of a flood must be told although no line follows it. */
  function settleDue(): void {
    timer = undefined;
    const now = options.monotonic();
    let waiting = false;
    for (const window of windows.values()) {
      if (window.suppressed === 0) continue;
      if (now - window.startedAt >= WINDOW_MS) settle(window, now);
      else waiting = true;
    }
    if (waiting) schedule();
  }

  function schedule(): void {
    if (timer !== undefined) return;
    timer = setTimeout(settleDue, WINDOW_MS);
    // A count that is still open is no reason to keep the program running.
    Deno.unrefTimer(timer);
  }

  return {
    admit(level, message, code): boolean {
      const window = find(level, message, code);
      const now = options.monotonic();
      if (now - window.startedAt >= WINDOW_MS) settle(window, now);
      if (window.written < options.linesPerSecondMax) {
        window.written++;
        return true;
      }
      window.suppressed++;
      schedule();
      return false;
    },
    close(): void {
      if (timer !== undefined) clearTimeout(timer);
      timer = undefined;
      const now = options.monotonic();
      for (const window of windows.values()) settle(window, now);
    },
  };
}
