/** Endpoints that are slow, broken, hostile or gone. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import {
  createHold,
  json,
  startAskedServer,
} from "../../tests/fixtures/asked_server.ts";
import type { AskedServer } from "../../tests/fixtures/asked_server.ts";
import {
  assertBrief,
  goodAnswer,
  introspectionScene,
} from "../../tests/fixtures/introspection_scene.ts";
import { endlessBody, slowBody } from "../../tests/fixtures/key_server.ts";

const good = JSON.stringify(goodAnswer());
const asJson = { "content-type": "application/json" };

const bad: readonly [why: string, answer: () => Response][] = [
  ["201", () => json(good, { status: 201 })],
  ["204", () => new Response(null, { status: 204 })],
  [
    "a redirect",
    () =>
      new Response(good, {
        status: 302,
        headers: { location: "/introspect?again" },
      }),
  ],
  ["400", () => json(good, { status: 400 })],
  ["401", () => json(good, { status: 401 })],
  ["404", () => json(good, { status: 404 })],
  ["500", () => json(good, { status: 500 })],
  ["nothing", () => json("")],
  ["HTML that says it is JSON", () => json("<html>")],
  ["JSON that says it is text", () => new Response(good)],
  [
    "a signed answer",
    () =>
      new Response(good, {
        headers: { "content-type": "application/token-introspection+jwt" },
      }),
  ],
  ["an array", () => json(`[${good}]`)],
  ["a string", () => json(JSON.stringify(good))],
  [
    "A7 active twice",
    () =>
      json(
        '{"active":false,"active":true,"sub":"alice","aud":"nats","exp":1800000600}',
      ),
  ],
  [
    "A7 sub twice, once escaped",
    () => json(good.replace('"sub"', '"s\\u0075b":"bob","sub"')),
  ],
  ["A6 a byte order mark", () => json(`\ufeff${good}`)],
  [
    "A6 bytes that are not UTF-8",
    () => new Response(Uint8Array.of(0x7b, 0xff, 0x7d), { headers: asJson }),
  ],
  ["A9 a lone surrogate", () => json(good.replace("alice", "\\ud800"))],
  [
    "A5 JSON that is nested too deep",
    () => json(`{"active":true,"x":${"[".repeat(40)}${"]".repeat(40)}}`),
  ],
  ["a truncated body", () => json(good.slice(0, -1))],
  ["64 KiB and a byte", () => json(good + " ".repeat(64 * 1024))],
  [
    "a body without an end",
    () => new Response(endlessBody("{"), { headers: asJson }),
  ],
  [
    "a body that drips",
    () => new Response(slowBody(" ", 100), { headers: asJson }),
  ],
  [
    "gzip that nobody asked for",
    () =>
      new Response(new Uint8Array(gzipSync(Buffer.from(good))), {
        headers: { ...asJson, "content-encoding": "gzip" },
      }),
  ],
];

for (const [why, answer] of bad) {
  Deno.test(`F11 ${why} is no answer, and grants nothing`, async () => {
    await using scene = introspectionScene(answer);
    const start = performance.now();
    await assertBrief(scene.judge(), "unavailable introspection");
    assert(performance.now() - start < 1000);
    assert(!scene.server.asked.some(({ path }) => path.includes("again")));
    assertEquals(scene.judgeAtOnce(), "asked");
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
}

Deno.test("F12 an endpoint that hangs costs one time-out, and no second try", async () => {
  const hold = createHold();
  await using scene = introspectionScene(hold.answer, { timeoutMs: 200 });
  const start = performance.now();
  await assertBrief(scene.judge(), "unavailable introspection");
  const took = performance.now() - start;
  assert(took > 150 && took < 500, String(took));
  assertEquals(scene.server.asked.length, 1);
  hold.release();
});

Deno.test("F12 the login's own time ends the wait, whatever the time-out", async () => {
  const hold = createHold();
  await using scene = introspectionScene(hold.answer, { timeoutMs: 5_000 });
  const start = performance.now();
  const signal = AbortSignal.timeout(50);
  await assertBrief(scene.judge("t", signal), "unavailable introspection");
  assert(performance.now() - start < 300);
  hold.release();
});

for (const status of [429, 502, 503, 504]) {
  Deno.test(`F12 after ${status} it is asked once more, and no third time`, async () => {
    await using scene = introspectionScene(() =>
      json(scene.server.asked.length === 1 ? "{}" : good, {
        status: scene.server.asked.length === 1 ? status : 200,
      })
    );
    await assertBrief(scene.judge(), "identity alice");
    assertEquals(scene.server.asked.length, 2);
    scene.server.answer = () => json("{}", { status });
    await assertBrief(scene.judge("other"), "unavailable introspection");
    assertEquals(scene.server.asked.length, 4);
  });
}

for (const [tookMs, questions] of [[100, 2], [260, 1]] as const) {
  Deno.test(`F12 after 503 within ${tookMs} of 300 ms it is asked ${questions} times: a second try must come to its end`, async () => {
    await using scene = introspectionScene(() => {
      const isFirst = scene.server.asked.length === 1;
      if (isFirst) scene.clocks.advance(tookMs);
      return json(good, { status: isFirst ? 503 : 200 });
    }, { timeoutMs: 300 });
    const expected = questions === 2
      ? "identity alice"
      : "unavailable introspection";
    await assertBrief(scene.judge(), expected);
    assertEquals(scene.server.asked.length, questions);
  });
}

for (const status of [400, 401, 403, 404, 500, 501]) {
  Deno.test(`F12 after ${status} it is not asked again`, async () => {
    await using scene = introspectionScene(() => json("{}", { status }));
    await assertBrief(scene.judge(), "unavailable introspection");
    assertEquals(scene.server.asked.length, 1);
  });
}

Deno.test("F12 after Retry-After there is no second try, however short it is", async () => {
  for (const seconds of ["1", "86400"]) {
    const headers = { "retry-after": seconds };
    await using scene = introspectionScene(
      () =>
        scene.server.asked.length === 1
          ? json("{}", { status: 503, headers })
          : json(good),
      { timeoutMs: 1_500 },
    );
    await assertBrief(scene.judge(), "unavailable introspection");
    assertEquals(scene.server.asked.length, 1, seconds);
  }
});

Deno.test("F12 a connection that is refused is tried once more", async () => {
  let back: AskedServer | undefined;
  await using scene = introspectionScene(goodAnswer(), {}, {
    // Asked for between the two tries: the server is back by the second.
    random(): number {
      const { port } = new URL(scene.server.origin);
      back = startAskedServer(() => json(good), Number(port));
      return 0;
    },
  });
  await scene.server.stop();
  await assertBrief(scene.judge(), "identity alice");
  assertEquals(back?.asked.length, 1);
  await back?.stop();
});

for (
  const [why, sent, connections] of [
    ["lost before the answer begins is tried once more", "", 2],
    [
      "lost within the answer is not tried again",
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"active":true,',
      1,
    ],
  ] as const
) {
  Deno.test(`F11 F12 a connection that is ${why}`, async () => {
    using server = startRudeServer(sent);
    await using scene = introspectionScene({}, {
      endpoint: new URL(`${server.origin}/introspect`),
    });
    await assertBrief(scene.judge(), "unavailable introspection");
    assertEquals(server.connections(), connections);
  });
}

Deno.test("F13 no more than 32 questions are asked at a time, and the others wait for their turn", async () => {
  let now = 0;
  let most = 0;
  await using scene = introspectionScene(async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 10));
    now--;
    return json(good);
  }, { timeoutMs: 5_000 });
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, index) => scene.judge(`t${index}`)),
  );
  assert(outcomes.every(({ kind }) => kind === "identity"));
  assertEquals(most, 32);
});

/** Answers every request with these bytes and hangs up. */
function startRudeServer(
  sent: string,
): Disposable & { readonly origin: string; connections(): number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  void (async (): Promise<void> => {
    for await (const connection of listener) {
      connections++;
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(sent));
      connection.close();
    }
  })();
  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    connections: () => connections,
    [Symbol.dispose]: () => listener.close(),
  };
}
