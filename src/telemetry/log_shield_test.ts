import { assertEquals } from "@std/assert";
import process from "node:process";
import type { Log } from "./log.ts";
import { shieldLog } from "./log_shield.ts";

/** What the process has been warned of since. */
function listen(): Disposable & { readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const take = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", take);
  return {
    warnings,
    [Symbol.dispose]: () => void process.off("warning", take),
  };
}

/** A log whose lines go through that. */
function logWith(write: (line: string) => unknown): Log {
  const line: Log["info"] = (message, { count, code } = {}) =>
    write([message, code, count].filter((part) => part !== undefined).join());
  return { debug: line, info: line, warn: line, error: line, audit: line };
}

const ways: [way: string, fail: () => unknown][] = [
  ["throws", (): never => {
    throw new Error("planned");
  }],
  [
    "returns a promise that is rejected",
    () => Promise.reject(new Error("planned")),
  ],
];

for (const [way, fail] of ways) {
  Deno.test(`shieldLog() lets nothing out of a log that ${way}, warns once, and tells how many lines were lost`, async () => {
    using process = listen();
    const lines: string[] = [];
    let fails = true;
    const log = shieldLog(
      logWith((line) => fails ? fail() : lines.push(line)),
    );
    for (const level of ["debug", "info", "warn", "error", "audit"] as const) {
      log[level]("lost");
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    fails = false;
    log.info("written");
    log.audit("also");
    assertEquals(lines, [
      "log lines lost: the log failed,log_lines_lost,5",
      "written",
      "also",
    ]);
    assertEquals(process.warnings, [
      "The log of the callout fails and loses lines: planned",
    ]);
  });
}
