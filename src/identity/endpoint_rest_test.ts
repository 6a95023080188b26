/** When an endpoint is left alone, for how long, and who finds out that it is well again. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHold, json } from "../../tests/fixtures/asked_server.ts";
import {
  assertBrief,
  brief,
  goodAnswer,
  introspectionScene,
} from "../../tests/fixtures/introspection_scene.ts";
import type { IntrospectionScene } from "../../tests/fixtures/introspection_scene.ts";
import { createRecordingLog } from "../../tests/fixtures/jwt_scene.ts";
import type { MonotonicMs } from "../base/time.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { EndpointRest } from "./endpoint_rest.ts";
import { noAnswer } from "./http_endpoint.ts";

const good = JSON.stringify(goodAnswer());

/** By the server's clock, which is years behind ours. */
const START = "Wed, 21 Oct 2015 07:28:00 GMT";

const UNAVAILABLE = "unavailable introspection";

function rests({ clocks }: IntrospectionScene): readonly unknown[] {
  return clocks.dependencies.log.lines
    .filter(({ level }) => level === "warn")
    .map(({ fields }) => fields.durationMs);
}

function pauseOf(
  until: string,
  { status = 429, date = START }: {
    readonly status?: number;
    readonly date?: string;
  } = {},
): Response {
  return json("{}", { status, headers: { "retry-after": until, date } });
}

async function untilAsked(
  { server }: IntrospectionScene,
  count: number,
): Promise<void> {
  while (server.asked.length < count) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The outcome of a question that is still open when a rest has come and gone after it. */
async function restBehind(
  scene: IntrospectionScene,
): Promise<{ readonly outcome: ReturnType<IntrospectionScene["judge"]> }> {
  const outcome = scene.judge("old");
  await untilAsked(scene, 1);
  scene.server.answer = () => json("{}", { status: 500 });
  for (let count = 0; count < 5; count++) await scene.judge(`t${count}`);
  scene.clocks.advance(1_001);
  return { outcome };
}

Deno.test("F13 after five failures in a row nobody is asked, and then one probe decides", async () => {
  await using scene = introspectionScene(() => json("{}", { status: 500 }));
  for (let count = 0; count < 5; count++) await scene.judge(`t${count}`);
  assertEquals(scene.server.asked.length, 5);
  assert(scene.authenticator.status()[0]?.failing === true);
  const start = performance.now();
  for (let count = 0; count < 100; count++) {
    assertEquals(
      brief(await scene.judge(`u${count}`)),
      "unavailable introspection",
    );
  }
  assert(performance.now() - start < 500);
  assertEquals(scene.server.asked.length, 5);

  scene.clocks.advance(1_001);
  await scene.judge("probe");
  assertEquals(scene.server.asked.length, 6);
  scene.clocks.advance(1_001);
  await scene.judge("too early: it failed again, so the rest is longer");
  await scene.judge("too-early");
  assertEquals(scene.server.asked.length, 6);

  scene.clocks.advance(1_000);
  scene.server.answer = () => json(good);
  await assertBrief(scene.judge("second-probe"), "identity alice");
  await assertBrief(scene.judge("after"), "identity alice");
  assert(scene.authenticator.status()[0]?.failing === false);
  const messages = scene.clocks.dependencies.log.lines.map(({ message }) =>
    message
  );
  assertEquals(messages, [
    "an issuer does not answer and is left alone for a while",
    "an issuer does not answer and is left alone for a while",
    "an issuer answers again",
  ]);
});

Deno.test("F13 C22 the rest does not depend on the wall clock", async () => {
  await using scene = introspectionScene(() => json("{}", { status: 500 }));
  for (let count = 0; count < 5; count++) await scene.judge(`t${count}`);
  scene.clocks.step(-3_600_000);
  scene.clocks.advance(1_001);
  scene.server.answer = () => json(goodAnswer({ iat: undefined }));
  const outcome = await scene.judge();
  assert(outcome.kind !== "unavailable", JSON.stringify(outcome));
});

Deno.test("F13 tokens that the endpoint calls bad requests do not make it look broken", async () => {
  await using scene = introspectionScene(() => json("{}", { status: 400 }));
  for (let count = 0; count < 50; count++) {
    await scene.judge(`strange-${count}`);
  }
  assertEquals(scene.server.asked.length, 50);
  assert(scene.authenticator.status()[0]?.failing === false);
});

for (const status of [429, 503]) {
  Deno.test(`F12 an endpoint that answers ${status} with Retry-After is left alone for that long, by everybody`, async () => {
    await using scene = introspectionScene(() => pauseOf("20", { status }));
    await assertBrief(scene.judge(), "unavailable introspection");
    assertEquals(rests(scene), [20_000]);
    scene.clocks.advance(19_500);
    for (let count = 0; count < 20; count++) await scene.judge(`t${count}`);
    assertEquals(scene.server.asked.length, 1);

    scene.clocks.advance(501);
    scene.server.answer = () => json(good);
    await assertBrief(scene.judge(), "identity alice");
  });
}

Deno.test("F12 F14 in a pause that it asks for what is remembered serves, and others are told at once", async () => {
  await using scene = introspectionScene(goodAnswer(), { timeoutMs: 5_000 });
  await assertBrief(scene.judge("good"), "identity alice");
  scene.server.answer = () => json({ active: false });
  await assertBrief(scene.judge("bad"), "bearer_token_inactive");
  scene.server.answer = () => pauseOf("1");
  const start = performance.now();
  // More than are asked about at a time: these are told as well.
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, index) => scene.judge(`t${index}`)),
  );
  assert(performance.now() - start < 900, "they have waited for the end of it");
  assertEquals(new Set(outcomes.map(brief)), new Set([UNAVAILABLE]));
  for (
    const [token, expected] of [
      ["good", "identity alice"],
      ["bad", "bearer_token_inactive"],
    ] as const
  ) {
    const known = scene.judgeAtOnce(token);
    assert(known !== "asked");
    assertEquals(brief(known), expected);
  }
  assertEquals(rests(scene), [1_000]);
});

Deno.test("F12 a pause is no failure, is no longer than half a minute, and can be asked for again", async () => {
  await using scene = introspectionScene(() => pauseOf("86400"));
  await scene.judge("one");
  scene.clocks.advance(30_001);
  scene.server.answer = () => pauseOf("3");
  await scene.judge("two");
  scene.clocks.advance(3_001);
  scene.server.answer = () => json("{}", { status: 500 });
  await scene.judge("three");
  assertEquals(rests(scene), [30_000, 3_000, 1_000]);
});

for (
  const [until, pauseMs] of [
    ["Wed, 21 Oct 2015 07:28:07 GMT", 7_000],
    ["Thu, 22 Oct 2015 07:28:00 GMT", 30_000],
    ["999999999999", 30_000],
  ] as const
) {
  Deno.test(`F12 Retry-After ${until} at ${START} is a pause of ${pauseMs} ms, whatever our clock says`, async () => {
    await using scene = introspectionScene(() => pauseOf(until));
    await assertBrief(scene.judge(), UNAVAILABLE);
    await assertBrief(scene.judge("other"), UNAVAILABLE);
    assertEquals(scene.server.asked.length, 1);
    assertEquals(rests(scene), [pauseMs]);
  });
}

for (
  const [until, date] of [
    ["0"],
    ["-5"],
    ["1.5"],
    [START],
    ["Wed, 21 Oct 2015 07:27:59 GMT"],
    ["Wed, 21 Oct 2015 25:28:07 GMT"],
    ["2015-10-21T07:28:07Z"],
    ["tomorrow"],
    ["Wed, 21 Oct 2015 07:28:07 GMT", "today"],
  ] as const
) {
  Deno.test(`F12 Retry-After ${until} at ${date ?? START} is no pause`, async () => {
    await using scene = introspectionScene(() =>
      pauseOf(until, date === undefined ? {} : { date })
    );
    await scene.judge();
    assertEquals(scene.server.asked.length, 2);
    assertEquals(rests(scene), []);
  });
}

Deno.test("F12 noAnswer() a Retry-After that is a date says nothing without a Date", () => {
  const headers = { "retry-after": "Wed, 21 Oct 2099 07:28:00 GMT" };
  const response = new Response(null, { status: 503, headers });
  const { again, retryAfterMs } = noAnswer(response, "https://id.example");
  assertEquals([again, retryAfterMs], [true, undefined]);
});

Deno.test("F13 a failure that is older than the rest says nothing about the probe", async () => {
  const old = Promise.withResolvers<Response>();
  await using scene = introspectionScene(() => old.promise);
  const { outcome } = await restBehind(scene);
  const answer = Promise.withResolvers<Response>();
  scene.server.answer = () => answer.promise;
  const probe = scene.judge("probe");
  await untilAsked(scene, 7);
  old.resolve(json("{}", { status: 500 }));
  await assertBrief(outcome, UNAVAILABLE);
  answer.resolve(json(good));
  await assertBrief(probe, "identity alice");
  assertEquals(rests(scene), [1_000]);
});

Deno.test("F13 a probe that ends because we stop is no answer of the endpoint", async () => {
  await using scene = introspectionScene(() => json("{}", { status: 500 }));
  for (let count = 0; count < 5; count++) await scene.judge(`t${count}`);
  scene.clocks.advance(1_001);
  const hold = createHold();
  scene.server.answer = hold.answer;
  const probe = scene.judge("probe");
  await untilAsked(scene, 6);
  scene.authenticator.stop();
  await assertBrief(probe, UNAVAILABLE);
  hold.release();
  const { lines } = scene.clocks.dependencies.log;
  assertEquals(lines.map(({ level }) => level), ["warn"]);
});

Deno.test("F13 a failure that is older than the rest neither counts nor ends the counting", async () => {
  const old = Promise.withResolvers<Response>();
  await using scene = introspectionScene(() => old.promise);
  const { outcome } = await restBehind(scene);
  scene.server.answer = () => json(good);
  await assertBrief(scene.judge("probe"), "identity alice");
  scene.server.answer = () => json("{}", { status: 500 });
  for (let count = 0; count < 4; count++) await scene.judge(`u${count}`);
  old.resolve(json("{}", { status: 500 }));
  await assertBrief(outcome, UNAVAILABLE);
  assertEquals(rests(scene), [1_000]);
  await scene.judge("fifth");
  assertEquals(rests(scene), [1_000, 1_000]);
});

Deno.test("F13 EndpointRest: a probe that throws has not found out that the endpoint is well", async () => {
  let now = 0 as MonotonicMs;
  const rest = new EndpointRest("https://id.example", {
    log: createRecordingLog(),
    monotonic: () => now,
  });
  for (let count = 0; count < 5; count++) {
    await rest.ask(() => Promise.resolve(new EndpointFault("gone")));
  }
  assert(rest.isFailing);
  now = 1_001 as MonotonicMs;
  await assertRejects(() => rest.ask(() => Promise.reject(new Error("bug"))));
  assert(rest.isFailing);
  now = 4_000 as MonotonicMs;
  assertEquals(await rest.ask(() => Promise.resolve("answer")), "answer");
  assert(!rest.isFailing);
});
