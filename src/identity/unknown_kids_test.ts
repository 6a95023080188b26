import { assert, assertFalse } from "@std/assert";
import { UNKNOWN_KIDS_MAX } from "../base/limits.ts";
import type { MonotonicMs } from "../base/time.ts";
import { UnknownKids } from "./unknown_kids.ts";

Deno.test("D10 UnknownKids forgets after 30 s", () => {
  let now = 0;
  const kids = new UnknownKids(() => now as MonotonicMs);
  assertFalse(kids.has("a"));
  kids.add("a");
  kids.add(undefined);
  now = 29_999;
  assert(kids.has("a"));
  assert(kids.has(undefined));
  now = 30_000;
  assertFalse(kids.has("a"));
  assertFalse(kids.has(undefined));
});

Deno.test("D10 UnknownKids is bounded: the oldest goes first", () => {
  const kids = new UnknownKids(() => 0 as MonotonicMs);
  kids.add("first");
  kids.add("second");
  kids.add("first");
  for (let index = 2; index < UNKNOWN_KIDS_MAX; index++) kids.add(`${index}`);
  assert(kids.has("first") && kids.has("second"));
  kids.add("one more");
  assertFalse(kids.has("second"));
  assert(kids.has("first") && kids.has("one more"));
  for (let index = 0; index < 100_000; index++) kids.add(`random ${index}`);
  assertFalse(kids.has("first"));
});
