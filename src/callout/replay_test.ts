import { assert, assertFalse } from "@std/assert";
import type { EpochMs } from "../base/time.ts";
import { createReplayGuard } from "./replay.ts";

Deno.test("I11 createReplayGuard() forgets what is worthless and stays bounded", () => {
  const guard = createReplayGuard();
  assert(guard.admit("U1", 1000 as EpochMs, 0 as EpochMs));
  assertFalse(guard.admit("U1", 1000 as EpochMs, 999 as EpochMs));
  assert(guard.admit("U2", 3000 as EpochMs, 1001 as EpochMs));
  assert(guard.admit("U1", 3000 as EpochMs, 1001 as EpochMs));
  for (let count = 0; count < 70_000; count++) {
    guard.admit(`X${count}`, 9000 as EpochMs, 1002 as EpochMs);
  }
  // The oldest has been pushed out, the youngest is still known.
  assert(guard.admit("X0", 9000 as EpochMs, 1003 as EpochMs));
  assertFalse(guard.admit("X69999", 9000 as EpochMs, 1003 as EpochMs));
});
