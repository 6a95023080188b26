import { assertEquals } from "@std/assert";
import { formatDuration, parseDuration } from "./duration.ts";

Deno.test("parseDuration() reads a number with a unit and nothing else", () => {
  const rows: [text: string, seconds: number | undefined][] = [
    ["1s", 1],
    ["90s", 90],
    ["15m", 900],
    ["8h", 28_800],
    ["1d", 86_400],
    ["0s", undefined],
    ["", undefined],
    ["8", undefined],
    ["h", undefined],
    ["-1h", undefined],
    ["1.5h", undefined],
    ["1h30m", undefined],
    [" 1h", undefined],
    ["1H", undefined],
    ["1000000000s", undefined],
  ];
  for (const [text, seconds] of rows) {
    assertEquals(parseDuration(text), seconds, text);
  }
});

Deno.test("formatDuration() is the shortest text that parseDuration() reads back", () => {
  for (const text of ["1s", "90s", "15m", "8h", "1d", "25h"]) {
    assertEquals(formatDuration(parseDuration(text) ?? 0), text);
  }
});
