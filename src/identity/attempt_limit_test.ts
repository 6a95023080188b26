import { assert, assertEquals } from "@std/assert";
import { ATTEMPTS_REMEMBERED_MAX } from "../base/limits.ts";
import type { MonotonicMs } from "../base/time.ts";
import { AttemptLimit } from "./attempt_limit.ts";

const HOST = "192.0.2.7";

interface Scene {
  readonly limit: AttemptLimit;
  advance(ms: number): void;
}

function createScene(): Scene {
  let now = 0;
  return {
    limit: new AttemptLimit(() => now as MonotonicMs),
    advance: (ms) => now += ms,
  };
}

Deno.test("G8 nobody is held up before a limit is reached", () => {
  const { limit } = createScene();
  const attempt = { host: HOST, id: "a" };
  for (let count = 0; count < 19; count++) limit.countFailure(attempt);
  assert(!limit.isReached(attempt));
  assert(!limit.holdsUp(attempt));
  limit.countFailure(attempt);
  assert(limit.isReached(attempt));
  assert(limit.holdsUp(attempt));
});

Deno.test("G8 one in ten seconds of a host that never stops is looked at", () => {
  const { advance, limit } = createScene();
  const attempt = { host: HOST, id: "a" };
  let looked = 0;
  // With ids of its own in between, it stays beyond the limit all the time.
  for (let second = 0; second < 600; second++) {
    for (const id of [`${second}`, `${second}-`]) {
      limit.countFailure({ host: HOST, id });
    }
    if (!limit.holdsUp(attempt)) {
      looked += second < 10 ? 0 : 1;
      limit.countFailure(attempt);
    }
    advance(1_000);
  }
  assertEquals(looked, 59);
});

Deno.test("G8 beyond the limit an attempt is looked at whose host has not failed with its id", () => {
  const { limit } = createScene();
  for (let count = 0; count < 20; count++) {
    limit.countFailure({ host: HOST, id: "a" });
  }
  assert(limit.holdsUp({ host: HOST, id: "a" }));
  assert(!limit.holdsUp({ host: HOST, id: "b" }));
  assert(!limit.holdsUp({ host: "192.0.2.8", id: "a" }));
});

Deno.test("G8 beyond an id's limit each host is looked at until it fails", () => {
  const { limit } = createScene();
  for (let count = 0; count < 100; count++) {
    limit.countFailure({ host: `198.51.100.${count}`, id: "a" });
  }
  assert(limit.isReached({ host: HOST, id: "a" }));
  assert(!limit.holdsUp({ host: HOST, id: "a" }));
  limit.countFailure({ host: HOST, id: "a" });
  assert(limit.holdsUp({ host: HOST, id: "a" }));
  assert(!limit.holdsUp({ host: HOST, id: "b" }));
});

Deno.test("G8 tokens without an id are limited by their host", () => {
  const { limit } = createScene();
  const attempt = { host: HOST, id: undefined };
  for (let count = 0; count < 20; count++) limit.countFailure(attempt);
  assert(limit.holdsUp(attempt));
  assert(!limit.isReached({ host: "192.0.2.8", id: undefined }));
});

Deno.test("G8 a host is forgiven one failure in two seconds, an id five a second, a pair in ten", () => {
  const { advance, limit } = createScene();
  const attempt = { host: HOST, id: "a" };
  for (let count = 0; count < 25; count++) limit.countFailure(attempt);
  advance(1_999);
  assert(limit.isReached(attempt));
  advance(1);
  assert(!limit.isReached(attempt));

  for (let count = 0; count < 100; count++) {
    limit.countFailure({ host: `198.51.100.${count}`, id: "b" });
  }
  const other = { host: "198.51.100.7", id: "b" };
  assert(limit.holdsUp(other));
  advance(199);
  assert(limit.isReached(other));
  advance(1);
  assert(!limit.isReached(other));

  const last = { host: "192.0.2.9", id: "c" };
  limit.countFailure(last);
  advance(9_999);
  for (let count = 0; count < 20; count++) {
    limit.countFailure({ host: last.host, id: `${count}` });
  }
  assert(limit.holdsUp(last));
  advance(1);
  assert(limit.isReached(last));
  assert(!limit.holdsUp(last));
});

Deno.test("G8 so many hosts, ids and pairs are remembered, and no more", () => {
  for (const others of [ATTEMPTS_REMEMBERED_MAX - 1, ATTEMPTS_REMEMBERED_MAX]) {
    const { limit } = createScene();
    const first = { host: HOST, id: "first" };
    for (let count = 0; count < 20; count++) limit.countFailure(first);
    for (let count = 0; count < others; count++) {
      limit.countFailure({ host: `host-${count}`, id: `${count}` });
    }
    assertEquals(limit.holdsUp(first), others < ATTEMPTS_REMEMBERED_MAX);
  }
});
