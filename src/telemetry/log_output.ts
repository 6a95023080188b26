/**
 * Stdout that never blocks and never throws. Lines wait in a bounded buffer
 * while one write is under way; when whoever reads stdout is too slow, lines
 * are lost, and their exact number is written as soon as there is room.
 */
import { within } from "../base/within.ts";

export interface LineQueue {
  push(line: string): void;
  /** Waits until everything is written, a second at most. */
  close(): Promise<void>;
}

export interface StdoutQueueOptions {
  /** The line that tells how many lines were lost. */
  readonly describeLoss: (count: number) => string;
  /** Writes some of the bytes and says how many. For tests; stdout when left out. */
  readonly write?: (bytes: Uint8Array) => Promise<number>;
  readonly waitingCharsMax?: number;
  readonly gatherMs?: number;
  readonly closeTimeoutMs?: number;
}

/** Some 2,500 lines: several seconds of a flood that is already sampled. */
const WAITING_CHARS_MAX = 1024 * 1024;

/**
 * Pause after a write: what comes meanwhile goes with the next one. A write costs
 * as much CPU as a signature, and at a thousand logins a second there would be
 * one for each.
 */
const GATHER_MS = 50;

/** A reader that is still there empties a pipe in far less. */
const CLOSE_TIMEOUT_MS = 1000;

export function createStdoutQueue(options: StdoutQueueOptions): LineQueue {
  const write = options.write ?? ((bytes) => Deno.stdout.write(bytes));
  const waitingCharsMax = options.waitingCharsMax ?? WAITING_CHARS_MAX;
  const encoder = new TextEncoder();
  let waiting: string[] = [];
  let waitingChars = 0;
  let lost = 0;
  let broken = false;
  let writing: Promise<void> | undefined;
  const gathering = createPause(options.gatherMs ?? GATHER_MS);

  async function writeAll(bytes: Uint8Array): Promise<void> {
    let offset = 0;
    while (offset < bytes.length) {
      offset += await write(bytes.subarray(offset));
    }
  }

  /** Everything that came since the last write was begun goes in one. */
  async function drain(): Promise<void> {
    try {
      while (waiting.length > 0 || lost > 0) {
        if (lost > 0) waiting.push(options.describeLoss(lost));
        lost = 0;
        const text = `${waiting.join("\n")}\n`;
        waiting = [];
        waitingChars = 0;
        await writeAll(encoder.encode(text));
        await gathering.take();
      }
    } catch {
      // Nobody reads any more (EPIPE) or stdout is closed (EBADF): there is no
      // place left to say so, and logins go on.
      broken = true;
      waiting = [];
    }
    writing = undefined;
  }

  return {
    push(line): void {
      if (broken) return;
      if (waitingChars + line.length > waitingCharsMax) {
        lost++;
        return;
      }
      waiting.push(line);
      waitingChars += line.length;
      // Not within the caller's turn: lines of one turn share a write.
      writing ??= Promise.resolve().then(drain);
    },
    async close(): Promise<void> {
      gathering.end();
      if (writing === undefined) return;
      await within(options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS, writing);
    },
  };
}

interface Pause {
  /** Resolves when the time has passed, or at once after the end. */
  take(): Promise<void>;
  /** Cuts the pause short, and all later ones. */
  end(): void;
}

/** Whoever waits holds on to nothing that outlives the pause: there are twenty a second. */
function createPause(milliseconds: number): Pause {
  let isOver = false;
  let cutShort: (() => void) | undefined;
  return {
    take(): Promise<void> {
      if (isOver) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, milliseconds);
      cutShort = (): void => {
        clearTimeout(timer);
        resolve();
      };
      return promise;
    },
    end(): void {
      isOver = true;
      cutShort?.();
    },
  };
}
