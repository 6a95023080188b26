/** A thousand logins at once, each with a token of its own, against endpoints in all states of health. */
import { assert, assertEquals } from "@std/assert";
import { createHold, json } from "../../tests/fixtures/asked_server.ts";
import {
  assertBrief,
  goodAnswer,
  introspectionScene,
} from "../../tests/fixtures/introspection_scene.ts";
import type { IntrospectionScene } from "../../tests/fixtures/introspection_scene.ts";
import { QUESTIONS_IN_FLIGHT_MAX } from "../base/limits.ts";

const STORM = 1000;

/** All that are under way, and the four that follow before the fifth failure. */
const ASKED_IN_VAIN_MAX = QUESTIONS_IN_FLIGHT_MAX + 4;

/** How many of the logins got in. */
async function storm(
  scene: IntrospectionScene,
  name: string,
  deadlineMs: number,
): Promise<number> {
  using time = deadline(deadlineMs);
  const outcomes = await Promise.all(
    Array.from(
      { length: STORM },
      (_, index) => scene.judge(`${name}-${index}`, time.signal),
    ),
  );
  assert(outcomes.every(({ kind }) => kind !== "rejected"));
  return outcomes.filter(({ kind }) => kind === "identity").length;
}

function deadline(ms: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the log says about rests, with their length. */
function rests({ clocks }: IntrospectionScene): readonly unknown[] {
  return clocks.dependencies.log.lines
    .filter(({ level }) => level === "warn")
    .map(({ fields }) => fields.durationMs);
}

Deno.test("F13 a storm that waits for its turn does not speak against a healthy endpoint", async () => {
  await using scene = introspectionScene(async () => {
    await sleep(150);
    return json(goodAnswer());
  }, { timeoutMs: 1_000 });
  const gotIn = await storm(scene, "random", 2_500);
  const { asked } = scene.server;
  // 32 at a time, 16 times at most; whatever has begun is seen through.
  assert(gotIn >= 8 * QUESTIONS_IN_FLIGHT_MAX, `${gotIn} got in`);
  assert(asked.length <= gotIn + QUESTIONS_IN_FLIGHT_MAX, `${asked.length}`);
  assertEquals(rests(scene), []);
  await assertBrief(scene.judge("good"), "identity alice");
});

Deno.test("F13 a storm on an endpoint that fails at once is a few questions and one rest", async () => {
  await using scene = introspectionScene(() => json("{}", { status: 500 }));
  assertEquals(await storm(scene, "failing", 4_000), 0);
  const asked = scene.server.asked.length;
  assert(asked <= ASKED_IN_VAIN_MAX, `${asked}`);
  assertEquals(rests(scene), [1_000]);

  scene.clocks.advance(1_001);
  assertEquals(await storm(scene, "still-failing", 4_000), 0);
  assertEquals(scene.server.asked.length, asked + 1);
  assertEquals(rests(scene), [1_000, 2_000]);

  scene.clocks.advance(2_001);
  scene.server.answer = () => json(goodAnswer());
  await assertBrief(scene.judge("good"), "identity alice");
});

Deno.test("F13 a storm on an endpoint that hangs costs one time-out and one rest", async () => {
  const hold = createHold();
  await using scene = introspectionScene(hold.answer, { timeoutMs: 300 });
  const start = performance.now();
  assertEquals(await storm(scene, "hanging", 4_000), 0);
  const tookMs = performance.now() - start;
  hold.release();
  assert(tookMs < 1_500, `${tookMs} ms`);
  assert(scene.server.asked.length <= ASKED_IN_VAIN_MAX);
  assertEquals(rests(scene), [1_000]);

  scene.clocks.advance(1_001);
  scene.server.answer = () => json(goodAnswer());
  await assertBrief(scene.judge("good"), "identity alice");
  assertEquals(await storm(scene, "random", 4_000), STORM);
});

Deno.test("F13 one probe decides; who comes meanwhile is told at once that nobody is asked", async () => {
  await using scene = introspectionScene(() => json("{}", { status: 500 }), {
    timeoutMs: 10_000,
  });
  for (let count = 0; count < 5; count++) await scene.judge(`t${count}`);
  scene.clocks.advance(1_001);
  const answer = Promise.withResolvers<Response>();
  scene.server.answer = () => answer.promise;
  const probe = scene.judge("probe");
  const start = performance.now();
  assertEquals(await storm(scene, "meanwhile", 4_000), 0);
  assert(performance.now() - start < 3_000, "they have waited");
  answer.resolve(json(goodAnswer()));
  await assertBrief(probe, "identity alice");
  assertEquals(scene.server.asked.length, 6);
});

Deno.test("F12 K5 under overload an answer serves somebody who still waits", async () => {
  await using scene = introspectionScene(async () => {
    await sleep(100);
    return json(goodAnswer());
  });
  // Two and a half times of what 32 places can do, for 1.2 s.
  const logins: Promise<{ readonly kind: string }>[] = [];
  const start = performance.now();
  while (performance.now() - start < 1_200) {
    while (logins.length < (performance.now() - start) * 0.8) {
      const time = deadline(500);
      logins.push(
        scene.judge(`random-${logins.length}`, time.signal)
          .finally(() => time[Symbol.dispose]()),
      );
    }
    await sleep(5);
  }
  const outcomes = await Promise.all(logins);
  const gotIn = outcomes.filter(({ kind }) => kind === "identity").length;
  const asked = scene.server.asked.length;
  assert(gotIn > 0.85 * asked, `${gotIn} of ${logins.length}, ${asked} asked`);
  assertEquals(rests(scene), []);
});

Deno.test("F13 what ends because we stop is not the endpoint's failure", async () => {
  const hold = createHold();
  await using scene = introspectionScene(hold.answer);
  const waiting = Array.from(
    { length: 100 },
    (_, index) => scene.judge(`t${index}`),
  );
  while (scene.server.asked.length < QUESTIONS_IN_FLIGHT_MAX) await sleep(5);
  scene.authenticator.stop();
  hold.release();
  for (const outcome of await Promise.all(waiting)) {
    assertEquals(outcome.kind, "unavailable");
  }
  assertEquals(scene.server.asked.length, QUESTIONS_IN_FLIGHT_MAX);
  assertEquals(scene.clocks.dependencies.log.lines, []);
});
