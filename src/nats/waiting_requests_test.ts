import { assertEquals } from "@std/assert";
import type { MonotonicMs } from "../base/time.ts";
import {
  createWaitingRequests,
  type WaitingRequests,
} from "./waiting_requests.ts";

function at(milliseconds: number): MonotonicMs {
  return milliseconds as MonotonicMs;
}

/** Each is as large as its number. */
function filled(count: number, sizeMax = 100): WaitingRequests<number> {
  const waiting = createWaitingRequests<number>({
    sizeMax,
    bytesMax: 1000,
    bytesOf: (item) => item,
    ageMaxMs: 4000,
  });
  for (let item = 0; item < count; item++) waiting.add(item, at(item));
  return waiting;
}

Deno.test("K5 the oldest request goes first as long as nobody waits long", () => {
  const waiting = filled(3);
  assertEquals([0, 1, 2].map(() => waiting.take(at(1000))?.item), [0, 1, 2]);
  assertEquals(waiting.take(at(1000)), undefined);
});

Deno.test("K5 the newest request goes first once the oldest has waited a quarter of its time", () => {
  const waiting = filled(3);
  assertEquals([0, 1, 2].map(() => waiting.take(at(1001))?.item), [2, 1, 0]);
  assertEquals(waiting.size, 0);
});

Deno.test("K5 the oldest request makes room when too many wait", () => {
  const waiting = filled(3, 3);
  assertEquals(waiting.takeExcess(), undefined);
  waiting.add(3, at(3));
  assertEquals(waiting.takeExcess()?.item, 0);
  assertEquals(waiting.takeExcess(), undefined);
  assertEquals(waiting.size, 3);
  assertEquals(waiting.take(at(4))?.item, 1);
});

Deno.test("K5 as many of the oldest requests make room as a large one needs", () => {
  const waiting = filled(6);
  waiting.add(990, at(6));
  const excess = [0, 1, 2, 3, 4].map(() => waiting.takeExcess()?.item);
  assertEquals(excess, [0, 1, 2, 3, undefined]);
  assertEquals(waiting.size, 3);
});

Deno.test("K5 what is taken, oldest or newest, counts no longer", () => {
  const waiting = filled(0);
  for (const now of [0, 3000]) {
    for (let round = 0; round < 10; round++) {
      waiting.add(600, at(0));
      assertEquals(waiting.takeExcess(), undefined);
      assertEquals(waiting.take(at(now))?.item, 600);
    }
  }
});

Deno.test("K5 a request that is taken is not held on to", async () => {
  const waiting = createWaitingRequests<object>({
    sizeMax: 10,
    bytesMax: 10,
    bytesOf: () => 1,
    ageMaxMs: 4000,
  });
  const collected = Promise.withResolvers<void>();
  const registry = new FinalizationRegistry(collected.resolve);
  (() => {
    const item = {};
    registry.register(item, undefined);
    waiting.add(item, at(0));
    waiting.add({}, at(0));
    waiting.take(at(0));
  })();
  await collectGarbage(collected.promise);
  assertEquals(waiting.size, 1);
});

/** Fills memory until what is promised to be collected has been. */
async function collectGarbage(collected: Promise<void>): Promise<void> {
  let done = false;
  collected.then(() => done = true);
  for (let round = 0; !done; round++) {
    if (round === 500) throw new Error("not collected");
    new Array(100_000).fill(round);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("K5 what has waited too long is handed back, and only that", () => {
  const waiting = filled(3);
  assertEquals(waiting.takeExpired(at(3999)), undefined);
  assertEquals(waiting.takeExpired(at(4001))?.item, 0);
  assertEquals(waiting.takeExpired(at(4001))?.item, 1);
  assertEquals(waiting.takeExpired(at(4001)), undefined);
  assertEquals(waiting.size, 1);
});

Deno.test("K5 the memory of requests that are gone is given back", () => {
  const waiting = createWaitingRequests<number>({
    sizeMax: 10,
    bytesMax: 1_000_000,
    bytesOf: () => 1,
    ageMaxMs: 4000,
  });
  for (let item = 0; item < 100_000; item++) {
    waiting.add(item, at(item));
    waiting.add(-item, at(item));
    assertEquals(waiting.take(at(item))?.item, item);
    assertEquals(waiting.take(at(item))?.item, -item);
  }
  assertEquals(waiting.size, 0);
});
