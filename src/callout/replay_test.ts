import { assertEquals } from "@std/assert";
import { REQUESTS_REMEMBERED_MAX } from "../base/limits.ts";
import type { MonotonicMs } from "../base/time.ts";
import { createReplayGuard } from "./replay.ts";

function at(milliseconds: number): MonotonicMs {
  return milliseconds as MonotonicMs;
}

Deno.test("I11 createReplayGuard() admits a request once, until it is worthless", () => {
  const guard = createReplayGuard();
  assertEquals(guard.admit("U1", at(1000), at(0)), "admitted");
  assertEquals(guard.admit("U1", at(1000), at(999)), "replayed");
  assertEquals(guard.admit("U2", at(3000), at(1001)), "admitted");
  assertEquals(guard.admit("U1", at(3000), at(1001)), "admitted");
});

Deno.test("I11 createReplayGuard() admits nothing that it cannot remember", () => {
  const guard = createReplayGuard();
  for (let count = 0; count < REQUESTS_REMEMBERED_MAX; count++) {
    guard.admit(`U${count}`, at(9000), at(0));
  }
  assertEquals(guard.admit("one more", at(9000), at(0)), "full");
  assertEquals(guard.admit("U0", at(9000), at(0)), "replayed");
  assertEquals(guard.admit("one more", at(19_000), at(9000)), "admitted");
});
