import { assertEquals } from "@std/assert";
import type { MonotonicMs } from "../base/time.ts";
import {
  createWaitingRequests,
  type WaitingRequests,
} from "./waiting_requests.ts";

function at(milliseconds: number): MonotonicMs {
  return milliseconds as MonotonicMs;
}

function filled(count: number, sizeMax = 100): WaitingRequests<number> {
  const waiting = createWaitingRequests<number>({ sizeMax, ageMaxMs: 4000 });
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
  assertEquals(waiting.add(3, at(3))?.item, 0);
  assertEquals(waiting.size, 3);
  assertEquals(waiting.take(at(4))?.item, 1);
});

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
