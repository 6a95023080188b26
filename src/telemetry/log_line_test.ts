/**
 * What clients, issuers and servers send, in a line of the log: it must stay
 * inside of its value.
 */
import naughtyStrings from "big-list-of-naughty-strings" with { type: "json" };
import { assertEquals, assertFalse } from "@std/assert";
import { createLog } from "./log.ts";
import { LOG_VALUE_CHARS_MAX } from "./log_line.ts";

const FORMATS = ["json", "text"] as const;

/** What moves a cursor, turns text around, ends a line or cannot be seen. */
const HARMFUL_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** The one line that a value makes. */
async function lineWith(
  format: (typeof FORMATS)[number],
  value: string,
): Promise<string> {
  const lines: string[] = [];
  const write = (line: string): unknown => lines.push(line);
  const log = createLog({ format, level: "debug", write });
  log.warn("client refused", { issuer: value, detail: value });
  await log.close();
  assertEquals(lines.length, 1);
  return lines[0] ?? "";
}

async function assertHarmless(
  format: (typeof FORMATS)[number],
  value: string,
): Promise<void> {
  const line = await lineWith(format, value);
  assertFalse(HARMFUL_REGEXP.test(line), line);
  if (format === "text" || value.length > LOG_VALUE_CHARS_MAX) return;
  const parsed = JSON.parse(line);
  assertEquals(parsed.level, "warn");
  assertEquals(parsed.issuer, value);
}

const hostile: [why: string, value: string][] = [
  ["a new line", 'x\n{"level":"info","message":"client admitted"}'],
  ["carriage return and NUL", "x\r\0y"],
  ["terminal escapes", "\x1b[2J\x1b]0;title\x07\x9b31m"],
  ["line and paragraph separators", "a\u2028b\u2029c\u0085d"],
  ["bidi overrides and isolates", "\u202egnp.exe\u2066x\u2069\u061c\u200f"],
  ["zero width and byte order marks", "a\u200b\u200db\ufeff"],
  ["tag characters", "\u{e0041}\u{e0042}"],
  ["lone surrogates", "\ud800x\udc00"],
  ["quotes and braces", '","level":"error","x":"${issuer} {0} %s'],
];

for (const format of FORMATS) {
  for (const [why, value] of hostile) {
    Deno.test(`J4 createLog() escapes ${why} in ${format}`, () =>
      assertHarmless(format, value));
  }
  Deno.test(`J4 createLog() escapes every naughty string in ${format}`, async () => {
    for (const value of naughtyStrings) await assertHarmless(format, value);
  });
}
