/** What is remembered of introspected tokens, how long, and what never is. */
import { assert, assertEquals } from "@std/assert";
import {
  createHold,
  json,
  START_SECONDS,
} from "../../tests/fixtures/asked_server.ts";
import {
  assertBrief,
  brief,
  briefCause,
  goodAnswer,
  introspectionScene,
  TOKEN,
} from "../../tests/fixtures/introspection_scene.ts";
import type { IntrospectionScene } from "../../tests/fixtures/introspection_scene.ts";
import { until } from "../../tests/fixtures/key_server.ts";

/** An endpoint that answers when it is let go. */
function heldScene(hold: ReturnType<typeof createHold>): IntrospectionScene {
  return introspectionScene(async () => {
    await hold.answer();
    return json(goodAnswer());
  }, { timeoutMs: 2_000 });
}

/** Judged by what is remembered. */
function briefAtOnce(scene: IntrospectionScene): string {
  const outcome = scene.judgeAtOnce();
  return outcome === "asked" ? outcome : brief(outcome);
}

Deno.test("F8 F14 a good token is asked about again after the configured time, and no later", async () => {
  await using scene = introspectionScene(goodAnswer(), {
    memory: { seconds: 60 },
  });
  await assertBrief(scene.judge(), "identity alice");
  scene.server.answer = () => json({ active: false });
  scene.clocks.advance(59_000);
  assertEquals(brief(await scene.judge()), "identity alice");
  assertEquals(scene.server.asked.length, 1);
  scene.clocks.advance(1_001);
  await assertBrief(scene.judge(), "bearer_token_inactive");
  assertEquals(scene.server.asked.length, 2);
});

Deno.test("F8 a good token is not remembered beyond its exp", async () => {
  await using scene = introspectionScene(
    goodAnswer({ exp: START_SECONDS + 5 }),
    { memory: { seconds: 60 } },
  );
  await assertBrief(scene.judge(), "identity alice");
  scene.clocks.advance(5_001);
  await assertBrief(scene.judge(), "bearer_token_expired");
  assertEquals(scene.server.asked.length, 2);
});

Deno.test("F5 exp is checked for every login, also when the wall clock jumps ahead of the memory", async () => {
  await using scene = introspectionScene(goodAnswer(), {
    memory: { seconds: 3600 },
  });
  await assertBrief(scene.judge(), "identity alice");
  scene.clocks.step(601_000);
  assertEquals(briefAtOnce(scene), "bearer_token_expired");
});

Deno.test("F5 nbf is checked for every login, also when the wall clock jumps back behind the memory", async () => {
  await using scene = introspectionScene(
    goodAnswer({ iat: START_SECONDS - 120, nbf: START_SECONDS }),
  );
  await assertBrief(scene.judge(), "identity alice");
  assertEquals(briefAtOnce(scene), "identity alice");
  scene.clocks.step(-60_000);
  assertEquals(briefAtOnce(scene), "bearer_token_not_yet_valid");
});

Deno.test("C4 F5 a token that expired while it was asked about is refused", async () => {
  const hold = createHold();
  await using scene = heldScene(hold);
  const outcome = scene.judge();
  await until(() => scene.server.asked.length === 1);
  scene.clocks.advance(601_000);
  hold.release();
  await assertBrief(outcome, "bearer_token_expired");
});

Deno.test("C22 a wall clock that jumps back an hour keeps nothing longer, and forward an hour wedges nothing", async () => {
  await using scene = introspectionScene(goodAnswer(), {
    memory: { seconds: 60 },
  });
  await scene.judge();
  scene.clocks.step(-3_600_000);
  scene.clocks.advance(60_001);
  scene.server.answer = () => json({ active: false });
  await assertBrief(scene.judge(), "bearer_token_inactive");

  scene.clocks.step(7_200_000);
  scene.clocks.advance(10_001);
  const exp = START_SECONDS + 3_600 + 600;
  scene.server.answer = () => json(goodAnswer({ exp, iat: exp - 600 }));
  await assertBrief(scene.judge(), "identity alice");
});

Deno.test("F8 a bad token is asked about again after a short time", async () => {
  await using scene = introspectionScene({ active: false }, {
    memory: { refusalSeconds: 10 },
  });
  await assertBrief(scene.judge(), "bearer_token_inactive");
  scene.server.answer = () => json(goodAnswer());
  scene.clocks.advance(9_000);
  await assertBrief(scene.judge(), "bearer_token_inactive");
  assertEquals(scene.server.asked.length, 1);
  scene.clocks.advance(1_001);
  await assertBrief(scene.judge(), "identity alice");
});

Deno.test("F8 no answer is remembered as a refusal: the next login asks again", async () => {
  await using scene = introspectionScene(() =>
    new Response("", { status: 400 })
  );
  await assertBrief(scene.judge(), "unavailable introspection");
  scene.server.answer = () => json(goodAnswer());
  await assertBrief(scene.judge(), "identity alice");
});

Deno.test("F9 a token that is good, but not for us, takes no place of those that are", async () => {
  await using scene = introspectionScene(
    ({ body }) =>
      json(
        goodAnswer(
          body.includes(TOKEN) ? {} : { aud: "somebody-else" },
        ),
      ),
    { memory: { entriesMax: 2 } },
  );
  await scene.judge();
  for (let count = 0; count < 20; count++) {
    await assertBrief(scene.judge(`other-${count}`), "audience_mismatch");
  }
  assertEquals(brief(await scene.judge()), "identity alice");
  assertEquals(scene.server.asked.length, 21);
  // It is remembered all the same, as one that is refused.
  await assertBrief(scene.judge("other-19"), "audience_mismatch");
  assertEquals(scene.server.asked.length, 21);
});

Deno.test("F9 the memory is bounded in bytes: large answers push out old ones", async () => {
  await using scene = introspectionScene(
    goodAnswer({ note: "x".repeat(10_000) }),
    { memory: { bytesMax: 100_000 } },
  );
  await scene.judge("first");
  for (let count = 0; count < 3; count++) await scene.judge(`next-${count}`);
  assertEquals(scene.judgeAtOnce("first"), "asked");
});

Deno.test("F10 a thousand logins with one token at once cause one question", async () => {
  const hold = createHold();
  await using scene = heldScene(hold);
  const logins = Array.from({ length: 1000 }, () => scene.judge());
  await new Promise((resolve) => setTimeout(resolve, 20));
  hold.release();
  const outcomes = await Promise.all(logins);
  assert(outcomes.every(({ kind }) => kind === "identity"));
  assertEquals(scene.server.asked.length, 1);
});

Deno.test("F10 a login that gives up does not take the question from the others", async () => {
  const hold = createHold();
  await using scene = heldScene(hold);
  const impatient = new AbortController();
  const first = scene.judge(TOKEN, impatient.signal);
  const second = scene.judge();
  impatient.abort();
  assertEquals(briefCause(await first), "unavailable introspection: slow");
  hold.release();
  await assertBrief(second, "identity alice");
  assertEquals(scene.server.asked.length, 1);
});

Deno.test("F10 a question that all have given up serves the next login", async () => {
  const hold = createHold();
  await using scene = heldScene(hold);
  const impatient = new AbortController();
  const first = scene.judge(TOKEN, impatient.signal);
  await until(() => scene.server.asked.length === 1);
  impatient.abort();
  await assertBrief(first, "unavailable introspection");
  const second = scene.judge();
  hold.release();
  await assertBrief(second, "identity alice");
  assertEquals(scene.server.asked.length, 1);
});

Deno.test("F10 D18 logins that wait are bounded, and say so at once", async () => {
  const hold = createHold();
  await using scene = introspectionScene(hold.answer, { timeoutMs: 2_000 });
  const waiting = Array.from({ length: 1024 }, () => scene.judge());
  const start = performance.now();
  await assertBrief(scene.judge(), "unavailable introspection");
  assert(performance.now() - start < 50);
  hold.release();
  await Promise.all(waiting);
});
