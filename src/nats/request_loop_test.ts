import { assert, assertEquals, assertFalse } from "@std/assert";
import type { MonotonicMs } from "../base/time.ts";
import { createRequestLoop, type RequestLoop } from "./request_loop.ts";

interface Scene {
  readonly loop: RequestLoop<number>;
  /** Requests in the order in which they were begun. */
  readonly begun: number[];
  readonly dropped: string[];
  /** Moves the clock. */
  pass(milliseconds: number): void;
  /** Ends the request that was begun first and has not ended. */
  end(): void;
}

function scene(inFlightMax: number, waitingMax = 100): Scene {
  let now = 0;
  const begun: number[] = [];
  const dropped: string[] = [];
  const running: PromiseWithResolvers<void>[] = [];
  const loop = createRequestLoop<number>({
    inFlightMax,
    waitingMax,
    waitingBytesMax: 1000,
    bytesOf: () => 1,
    ageMaxMs: 1000,
    handle(item: number): Promise<void> {
      begun.push(item);
      const request = Promise.withResolvers<void>();
      running.push(request);
      return request.promise;
    },
    onDropped: (reason, arrivedAt) =>
      dropped.push(`${reason} ${now - arrivedAt}`),
    monotonic: () => now as MonotonicMs,
  });
  return {
    loop,
    begun,
    dropped,
    pass(milliseconds): void {
      now += milliseconds;
    },
    end: () => running.shift()?.resolve(),
  };
}

/** Lets the loop take all the turns that it wants. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("K5 no more requests are in flight than may be, and each end begins the next", async () => {
  const { loop, begun, end } = scene(2);
  for (const item of [1, 2, 3, 4]) loop.add(item);
  await turns();
  assertEquals(begun, [1, 2]);
  end();
  await turns();
  assertEquals(begun, [1, 2, 3]);
  assertFalse(loop.isIdle());
  end();
  end();
  await turns();
  end();
  await turns();
  assertEquals(begun, [1, 2, 3, 4]);
  assert(loop.isIdle());
});

Deno.test("K5 more requests than one turn takes are all begun", async () => {
  const { loop, begun } = scene(1000);
  for (let item = 0; item < 50; item++) loop.add(item);
  await turns();
  assertEquals(begun.length, 50);
});

Deno.test("K5 a request that has waited too long is dropped before it is begun", async () => {
  const { loop, begun, dropped, pass, end } = scene(1);
  loop.add(1);
  await turns();
  loop.add(2);
  pass(999);
  loop.add(3);
  pass(1);
  end();
  await turns();
  assertEquals(dropped, ["request_late 1000"]);
  assertEquals(begun, [1, 3]);
});

Deno.test("K5 requests above the number that may wait are dropped, the oldest first", async () => {
  const { loop, begun, dropped, end } = scene(1, 2);
  loop.add(1);
  await turns();
  for (const item of [2, 3, 4, 5]) loop.add(item);
  assertEquals(dropped, ["queue_full 0", "queue_full 0"]);
  end();
  await turns();
  assertEquals(begun, [1, 4]);
});

Deno.test("J3 K1 what waits and what is in flight when the loop is abandoned is dropped and counted", async () => {
  const { loop, dropped, end, pass } = scene(1);
  loop.add(1);
  await turns();
  pass(5);
  for (const item of [2, 3]) loop.add(item);
  loop.abandon();
  end();
  await turns();
  assertEquals(dropped, [
    "shutting_down 0",
    "shutting_down 0",
    "shutting_down 5",
  ]);
  assert(loop.isIdle());
});

Deno.test("K5 a request whose handling throws frees its place", async () => {
  const begun: number[] = [];
  const loop = createRequestLoop<number>({
    inFlightMax: 1,
    waitingMax: 10,
    waitingBytesMax: 1000,
    bytesOf: () => 1,
    ageMaxMs: 1000,
    handle(item: number): Promise<void> {
      begun.push(item);
      return Promise.reject(new Error("planned"));
    },
    onDropped: () => {},
    monotonic: () => 0 as MonotonicMs,
  });
  const planned = (event: PromiseRejectionEvent): void =>
    event.preventDefault();
  globalThis.addEventListener("unhandledrejection", planned);
  loop.add(1);
  loop.add(2);
  await turns();
  globalThis.removeEventListener("unhandledrejection", planned);
  assertEquals(begun, [1, 2]);
});
