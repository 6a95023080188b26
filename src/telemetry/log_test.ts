import { configureSync, getConfig, resetSync } from "@logtape/logtape";
import type { LogLevel as LogTapeLevel, LogRecord } from "@logtape/logtape";
import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import type { MonotonicMs } from "../base/time.ts";
import { Secret } from "../base/secret.ts";
import { createLog } from "./log.ts";
import type { LogFields, LogOptions } from "./log.ts";
import { LOG_VALUE_CHARS_MAX } from "./log_line.ts";

function record(options: Partial<LogOptions> = {}): {
  readonly log: ReturnType<typeof createLog>;
  readonly lines: string[];
} {
  const lines: string[] = [];
  const log = createLog({
    format: "json",
    level: "debug",
    write: (line) => lines.push(line),
    ...options,
  });
  return { log, lines };
}

Deno.test("createLog() writes one JSON object a line, fields in a fixed order", async () => {
  const { log, lines } = record();
  log.info("client admitted", { account: "APP", code: "granted", count: 2 });
  await log.close();
  assertEquals(lines.length, 1);
  assertMatch(
    lines[0] ?? "",
    /^\{"time":"\d{4}-\d\d-\d\dT[\d:.]+Z","level":"info",/,
  );
  const { time: _, ...rest } = JSON.parse(lines[0] ?? "");
  assertEquals(rest, {
    level: "info",
    message: "client admitted",
    code: "granted",
    count: 2,
    account: "APP",
  });
});

Deno.test("createLog() keeps logs of one process apart", async () => {
  const first = record();
  const second = record({ format: "text", level: "warn" });
  first.log.info("one");
  second.log.info("below the level");
  second.log.warn("two", { path: "/a b", code: "x", durationMs: 1.2345 });
  await first.log.close();
  await second.log.close();
  assertEquals(first.lines.length, 1);
  assertEquals(second.lines.length, 1);
  assertMatch(
    second.lines[0] ?? "",
    /^[\d:.]+Z WARN {2}two code=x durationMs=1\.235 path="\/a b"$/,
  );
});

Deno.test("J4 createLog() cuts long values and says how long they were", async () => {
  const { log, lines } = record();
  log.info("x", { detail: "a".repeat(LOG_VALUE_CHARS_MAX) });
  log.info("x", { detail: "a".repeat(LOG_VALUE_CHARS_MAX + 1) });
  await log.close();
  const [edge, cut] = lines.map((line) => String(JSON.parse(line).detail));
  assertEquals(edge, "a".repeat(LOG_VALUE_CHARS_MAX));
  assertEquals(
    cut,
    `${"a".repeat(LOG_VALUE_CHARS_MAX)}… (${LOG_VALUE_CHARS_MAX + 1})`,
  );
});

Deno.test("J1 createLog() writes no field off the list, no object and no secret", async () => {
  for (const format of ["json", "text"] as const) {
    const { log, lines } = record({ format });
    // As a mistake would: the types do not let it through.
    const fields: LogFields = Object.fromEntries([
      ["code", "x"],
      ["bearerToken", "canary"],
      ["detail", new Secret("canary")],
      ["account", { nested: "canary" }],
      ["durationMs", NaN],
    ]);
    log.error("failed", fields);
    await log.close();
    assertFalse(lines.join().includes("canary"), lines.join());
    assertFalse(lines.join().includes("NaN"));
  }
});

Deno.test("J5 createLog() bounds the lines of a code and counts the rest exactly", async () => {
  let now = 0;
  const { log, lines } = record({
    linesPerSecondMax: 3,
    monotonic: () => now as MonotonicMs,
  });
  for (let index = 0; index < 1000; index++) log.info("refused", { code: "a" });
  log.info("refused", { code: "b" });
  assertEquals(lines.length, 4);
  now = 1000;
  log.info("refused", { code: "a" });
  log.info("refused", { code: "a" });
  for (let index = 0; index < 7; index++) log.info("refused", { code: "a" });
  await log.close();

  const byCode = new Map<string, number>();
  for (const line of lines) {
    const { code, suppressed } = JSON.parse(line);
    byCode.set(code, (byCode.get(code) ?? 0) + (suppressed ?? 1));
  }
  assertEquals(Object.fromEntries(byCode), { a: 1009, b: 1 });
  // Three, their count, three, their count; and one of the other code.
  assertEquals(lines.length, 9);
});

Deno.test("J5 createLog() tells the count of a flood that ended", async () => {
  const { log, lines } = record({ linesPerSecondMax: 1 });
  for (let index = 0; index < 5; index++) log.warn("refused", { code: "a" });
  while (lines.length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(JSON.parse(lines[1] ?? "").suppressed, 4);
  await log.close();
  assertEquals(lines.length, 2);
});

Deno.test("J2 J5 audit() writes every line, where info() writes the first ones and a count", async () => {
  const lines: string[] = [];
  const log = createLog({
    format: "json",
    level: "info",
    linesPerSecondMax: 10,
    write: (line) => lines.push(line),
  });
  for (let count = 0; count < 1000; count++) log.audit("admitted", { count });
  for (let count = 0; count < 1000; count++) log.info("refused", { count });
  await log.close();
  const messages = lines.map((line) => JSON.parse(line).message);
  assertEquals(
    messages.filter((message) => message === "admitted").length,
    1000,
  );
  assertEquals(messages.filter((message) => message === "refused").length, 11);
});

/** A host's configuration of LogTape, which keeps what is logged; undone by disposing of it. */
function configureHost(
  lowestLevel: LogTapeLevel,
  filter: (record: LogRecord) => boolean = () => true,
): Disposable & { readonly records: LogRecord[] } {
  const records: LogRecord[] = [];
  configureSync({
    sinks: { host: (record) => records.push(record) },
    filters: { host: filter },
    loggers: [
      {
        category: "nats-auth-callout",
        sinks: ["host"],
        filters: ["host"],
        lowestLevel,
      },
      { category: ["logtape", "meta"], sinks: [] },
    ],
  });
  return { records, [Symbol.dispose]: () => resetSync() };
}

Deno.test("createLog() hands records to the LogTape that the program has configured, with listed fields alone", async () => {
  using host = configureHost("trace");
  const log = createLog({ format: "json", level: "info" });
  const fields: LogFields = Object.fromEntries([
    ["code", "x"],
    ["bearerToken", "canary"],
    ["account", { nested: "canary" }],
    ["detail", "a".repeat(LOG_VALUE_CHARS_MAX + 1)],
  ]);
  log.debug("below the log's own level");
  log.warn("client refused", fields);
  log.audit("client admitted", { name: "alice" });
  await log.close();
  assertEquals(
    host.records.map(({ category, level, rawMessage, properties }) => ({
      category,
      level,
      rawMessage,
      properties,
    })),
    [{
      category: ["nats-auth-callout"],
      level: "warning",
      rawMessage: "client refused",
      properties: {
        code: "x",
        detail: `${"a".repeat(LOG_VALUE_CHARS_MAX)}… (401)`,
      },
    }, {
      category: ["nats-auth-callout"],
      level: "info",
      rawMessage: "client admitted",
      properties: { name: "alice" },
    }],
  );
});

Deno.test("J5 createLog() bounds what it hands to LogTape, and counts the rest exactly", async () => {
  using host = configureHost("trace");
  const log = createLog({
    format: "json",
    level: "info",
    linesPerSecondMax: 3,
  });
  for (let count = 0; count < 10; count++) log.info("refused", { code: "a" });
  await log.close();
  assertEquals(
    host.records.map(({ properties }) => properties["suppressed"]),
    [undefined, undefined, undefined, 7],
  );
});

Deno.test("createLog() leaves levels to the LogTape that the program has configured", async () => {
  using host = configureHost("error");
  const log = createLog({ format: "json", level: "info" });
  log.warn("client refused");
  log.error("failed");
  await log.close();
  assertEquals(host.records.map(({ rawMessage }) => rawMessage), ["failed"]);
});

Deno.test("createLog() throws nothing of what a filter of the program throws", async () => {
  let fails = true;
  using host = configureHost("trace", () => {
    if (fails) throw new Error("planned");
    return true;
  });
  const log = createLog({ format: "json", level: "info" });
  log.audit("client admitted");
  log.warn("client refused");
  fails = false;
  log.error("failed");
  await log.close();
  assertEquals(
    host.records.map(({ rawMessage, properties }) => [rawMessage, properties]),
    [
      ["log lines lost: the log failed", { code: "log_lines_lost", count: 2 }],
      ["failed", {}],
    ],
  );
});

Deno.test("createLog() configures nothing: the program may do so afterwards, and a log with a write of its own stays with it", async () => {
  const { log: own, lines } = record();
  own.info("before");
  assertEquals(getConfig(), null);
  using host = configureHost("trace");
  own.info("after");
  const log = createLog({ format: "json", level: "info" });
  log.info("to the host");
  await own.close();
  await log.close();
  assertEquals(
    lines.map((line) => JSON.parse(line).message),
    ["before", "after"],
  );
  assertEquals(host.records.map(({ rawMessage }) => rawMessage), [
    "to the host",
  ]);
});
