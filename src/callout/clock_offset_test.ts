import { assert, assertFalse } from "@std/assert";
import type { EpochSeconds, MonotonicMs } from "../base/time.ts";
import { createClockOffset } from "./clock_offset.ts";

const TIMEOUT_SECONDS = 2;
/** What a server's clock shows when ours shows 0. */
const SERVER_SECONDS = 1_800_000_000;

interface Scene {
  /** A genuine request, made that long ago. */
  arrives(at: number, ageMs?: number): void;
  isLate(at: number, ageMs: number): boolean;
  mayDoubt(at: number): boolean;
  /** Moves the server's clock. */
  step(milliseconds: number): void;
}

function scene(): Scene {
  const clock = createClockOffset(0 as MonotonicMs);
  let stepMs = 0;
  function issued(at: number, ageMs: number): EpochSeconds {
    const seconds = Math.floor((at - ageMs + stepMs) / 1000);
    return SERVER_SECONDS + seconds as EpochSeconds;
  }
  function isLate(at: number, ageMs: number): boolean {
    return clock.isLate(
      { issuedAt: issued(at, ageMs), timeoutSeconds: TIMEOUT_SECONDS },
      at as MonotonicMs,
    );
  }
  return {
    isLate,
    mayDoubt: (at) => clock.mayDoubt(at as MonotonicMs),
    arrives(at, ageMs = 0): void {
      if (isLate(at, ageMs) && !clock.doubt(at as MonotonicMs)) return;
      clock.learn(issued(at, ageMs), at as MonotonicMs);
    },
    step: (milliseconds) => stepMs += milliseconds,
  };
}

Deno.test("createClockOffset() knows nothing of a server that has never asked", () => {
  assertFalse(scene().isLate(500, 3_600_000));
});

Deno.test("N16 createClockOffset() takes a request for late a second after its server has given up", () => {
  const { arrives, isLate } = scene();
  // Just after a second of the server's has begun: nothing is hidden.
  arrives(1_000);
  assertFalse(isLate(5_000, 2_999));
  assertFalse(isLate(5_000, 3_000));
  assert(isLate(5_010, 3_010));
});

Deno.test("createClockOffset() never takes a request for older than it is", () => {
  const { arrives, isLate } = scene();
  for (let at = 1_000; at < 3_000; at += 37) arrives(at);
  for (let at = 10_000; at < 12_000; at += 7) {
    assertFalse(isLate(at, TIMEOUT_SECONDS * 1000), String(at));
    assert(isLate(at, 4_050), String(at));
  }
});

Deno.test("createClockOffset() gets closer with each request", () => {
  const { arrives, isLate } = scene();
  arrives(1_900);
  assertFalse(isLate(6_400, 3_400));
  arrives(2_100);
  assert(isLate(6_400, 3_400));
});

for (const frozenMs of [4_000, 60_000, 600_000]) {
  Deno.test(`N16 createClockOffset() knows after ${frozenMs} ms of being frozen what it knew before`, () => {
    const { arrives, isLate } = scene();
    arrives(1_000);
    const thawed = 1_000 + frozenMs;
    // Just before the server gave up, by what can be known: learnt from.
    arrives(thawed, 2_500);
    assert(isLate(thawed, 4_000));
    assertFalse(isLate(thawed, 0));
  });
}

for (const stepMs of [3_500, 60_000]) {
  Deno.test(`createClockOffset() heals within 20 s of a server's step back by ${stepMs} ms`, () => {
    const { arrives, isLate, step } = scene();
    for (let at = 1_000; at < 30_000; at += 100) arrives(at);
    step(-stepMs);
    assert(isLate(30_000, 0));
    for (let at = 30_000; at < 50_000; at += 100) arrives(at);
    assertFalse(isLate(50_000, 1_900));
    assert(isLate(50_000, 4_100));
  });
}

Deno.test("N16 createClockOffset() forgets nothing for what only asks whether it is late", () => {
  const { arrives, isLate } = scene();
  arrives(1_000);
  for (let at = 5_000; at < 60_000; at += 100) assert(isLate(at, 4_100));
});

Deno.test("createClockOffset() has to know of the first late request, and of those after 10 s, whether they are genuine", () => {
  const { arrives, mayDoubt } = scene();
  arrives(1_000);
  assert(mayDoubt(5_000));
  arrives(5_000, 4_100);
  assertFalse(mayDoubt(5_000));
  assertFalse(mayDoubt(14_999));
  assert(mayDoubt(15_000));
  arrives(15_000);
  assert(mayDoubt(15_000));
});

Deno.test("createClockOffset() follows a server's step forward at once", () => {
  const { arrives, isLate, step } = scene();
  arrives(1_000);
  step(60_000);
  assertFalse(isLate(2_000, 0));
  arrives(2_000);
  assert(isLate(6_000, 4_000));
});

Deno.test("createClockOffset() is not misled by a clock that has drifted while nobody asked", () => {
  const { arrives, isLate, step } = scene();
  arrives(1_000);
  const hours = 12 * 3_600_000;
  step(-hours * 0.0005);
  assertFalse(isLate(hours, 0));
  arrives(hours);
  assertFalse(isLate(hours + 100, 1_900));
});
