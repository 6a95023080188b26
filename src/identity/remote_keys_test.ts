import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  assertIdentity,
  assertRejected,
  claims,
  createRecordingLog,
  issuerOptions,
  judge,
  NOW,
} from "../../tests/fixtures/jwt_scene.ts";
import { jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import {
  json,
  startKeyServer,
  until,
} from "../../tests/fixtures/key_server.ts";
import {
  assertUnavailable,
  broken,
  COOLDOWN_SECONDS,
  first,
  remote,
  sceneTest,
  second,
  tokenOf,
} from "../../tests/fixtures/remote_scene.ts";
import { monotonicClock } from "../base/time.ts";
import { createJwtBearer } from "./jwt_bearer.ts";
import { fetchDelayMs } from "./remote_keys.ts";

sceneTest(
  "D11 a token whose key is known waits for nothing",
  async ({ bearer, server }) => {
    await bearer.start();
    for (let round = 0; round < 100; round++) {
      assertIdentity(judge(bearer, tokenOf(first)));
    }
    assertEquals(server.asked.length, 1);
  },
);

sceneTest(
  "D11 keys are refreshed in the background, no earlier than jitter makes it",
  async ({ bearer, server }) => {
    await bearer.start();
    server.answer = (): Response => json(jwksOf(second.jwk));
    const start = performance.now();
    await until(() => server.asked.length >= 3);
    const tookMs = performance.now() - start;
    assert(tookMs >= 2 * 160, `${tookMs} ms`);
    assertIdentity(judge(bearer, tokenOf(second)));
  },
  { refreshSeconds: 0.2, unknownKeyCooldownSeconds: 0.1, staleSecondsMax: 60 },
);

Deno.test("D10 D11 a refresh comes up to a fifth early, a retry as much late and later each time", () => {
  const options = { refreshSeconds: 300, unknownKeyCooldownSeconds: 5 };
  for (
    const [failures, atRandom0, atRandom1] of [
      [0, 300_000, 240_000],
      // Not before the cool-down.
      [1, 5_000, 6_000],
      [3, 5_000, 6_000],
      [4, 8_000, 9_600],
      [5, 16_000, 19_200],
      // And as often as without failures in the end.
      [10, 300_000, 360_000],
      [2_000, 300_000, 360_000],
    ] as const
  ) {
    assertEquals(
      [0, 1].map((random) => fetchDelayMs(options, { failures, random })),
      [atRandom0, atRandom1],
    );
  }
});

Deno.test("D11 how early a refresh comes is left to chance", async () => {
  await using server = startKeyServer(jwksOf(first.jwk));
  // More than chance can say: all of the interval, so that nobody has to wait.
  const chances = [5, 5];
  const bearer = createJwtBearer([
    issuerOptions(first, { keys: remote(server.origin) }),
  ], {
    log: createRecordingLog(),
    clock: () => NOW,
    monotonic: monotonicClock,
    random: () => chances.pop() ?? 0,
  });
  await bearer.start();
  await until(() => server.asked.length === 3);
  bearer.stop();
});

sceneTest(
  "D14 rotation with overlap: no token fails",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    assertIdentity(await ask(tokenOf(first)));
    server.answer = (): Response => json(jwksOf(first.jwk, second.jwk));
    pass(COOLDOWN_SECONDS);
    assertIdentity(await ask(tokenOf(second)));
    assertIdentity(judge(bearer, tokenOf(first)));
    assertIdentity(judge(bearer, tokenOf(second)));
    assertEquals(server.asked.length, 2);
  },
);

sceneTest(
  "D13 D14 rotation without overlap: one fetch, and the old key is gone",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    server.answer = (): Response => json(jwksOf(second.jwk));
    pass(COOLDOWN_SECONDS);
    assertIdentity(await ask(tokenOf(second)));
    assertEquals(server.asked.length, 2);
    assertRejected(judge(bearer, tokenOf(first)), "key_unknown");
    // A key of the old one's name is not the old one.
    assertRejected(
      judge(bearer, tokenOf(first, "second")),
      "signature_invalid",
    );
  },
);

for (
  const [why, kid] of [
    ["without a kid", undefined],
    ["that has the old one's kid", "first"],
  ] as const
) {
  sceneTest(
    `D14 rotation without overlap, to a key ${why}: one fetch, and it verifies`,
    async ({ bearer, server, ask, pass }) => {
      await bearer.start();
      server.answer = (): Response => json(jwksOf({ ...second.jwk, kid }));
      const token = second.token(claims(), { kid });
      assertRejected(judge(bearer, token), "signature_invalid");
      pass(COOLDOWN_SECONDS);
      assertIdentity(await ask(token));
      assertIdentity(judge(bearer, token));
      assertEquals(server.asked.length, 2);
    },
  );
}

sceneTest(
  "D12 the last keys serve while the issuer is gone, up to a hard limit",
  async ({ bearer, server, ask, pass, lines }) => {
    await bearer.start();
    assertEquals(
      bearer.status().map(({ ready, staleSeconds }) => [ready, staleSeconds]),
      [[true, 0]],
    );
    server.answer = broken;
    pass(3600);
    assertUnavailable(await ask(tokenOf(second)));
    assertEquals(lines.map(({ level, message }) => [level, message]), [
      ["warn", "cannot fetch the keys of an issuer"],
    ]);
    assertIdentity(judge(bearer, tokenOf(first)));
    assertEquals(
      bearer.status().map(({ ready, staleSeconds }) => [ready, staleSeconds]),
      [[true, 3600]],
    );
    pass(86_400 - 3600);
    assertIdentity(judge(bearer, tokenOf(first)));
    pass(0.001);
    assertUnavailable(await ask(tokenOf(first)));
    assertFalse(bearer.status()[0]?.ready);
    // And it comes back.
    server.answer = (): Response => json(jwksOf(first.jwk));
    pass(COOLDOWN_SECONDS);
    assertIdentity(await ask(tokenOf(first)));
    assertEquals(
      bearer.status().map(({ ready, staleSeconds }) => [ready, staleSeconds]),
      [[true, 0]],
    );
    assertEquals(lines.at(-1)?.message, "keys of an issuer fetched again");
  },
);

for (
  const [why, answer] of [
    ["an empty set", (): Response => json(jwksOf())],
    [
      "a set without a usable key",
      (): Response => json(jwksOf({ kty: "oct", k: "AAAA" })),
    ],
    ["no JSON", (): Response => json("<html>")],
    ["an array", (): Response => json("[]")],
    ["an object without keys", (): Response => json("{}")],
    ["an error", broken],
    [
      "a redirect",
      (): Response => Response.redirect("http://127.0.0.1:1/", 302),
    ],
    ["too much", (): Response => json(" ".repeat(300_000))],
  ] as const
) {
  sceneTest(
    `D6 D16 ${why} keeps the old keys and is reported`,
    async ({ bearer, server, ask, pass, lines }) => {
      await bearer.start();
      server.answer = answer;
      pass(COOLDOWN_SECONDS);
      assertUnavailable(await ask(tokenOf(second)));
      assertIdentity(judge(bearer, tokenOf(first)));
      assertEquals(
        bearer.status().map(({ ready, staleSeconds }) => [ready, staleSeconds]),
        [[true, 5]],
      );
      assertEquals(lines.map(({ level }) => level), ["warn"]);
      pass(86_400);
      assertUnavailable(await ask(tokenOf(first)));
    },
  );
}

sceneTest(
  "D16 an empty set denies all tokens if that is configured",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    server.answer = (): Response => json(jwksOf());
    pass(COOLDOWN_SECONDS);
    assertRejected(await ask(tokenOf(second)), "key_unknown");
    assertRejected(judge(bearer, tokenOf(first)), "key_unknown");
  },
  { whenEmpty: "deny" },
);

sceneTest(
  "D8 secret material in a key set is left out and reported, once",
  async ({ bearer, server, ask, pass, lines }) => {
    server.answer = (): Response =>
      json(
        jwksOf(first.jwk, { ...second.jwk, d: "AAAA" }, {
          kty: "oct",
          k: "AAAA",
        }),
      );
    await bearer.start();
    assertIdentity(judge(bearer, tokenOf(first)));
    pass(COOLDOWN_SECONDS);
    assertRejected(await ask(tokenOf(second)), "key_unknown");
    assertEquals(lines.map(({ level, fields }) => [level, fields.detail]), [
      ["warn", 'key 1 holds secret material ("d")'],
      ["warn", 'key 2 holds secret material ("k")'],
    ]);
  },
);

sceneTest(
  "D15 before the first fetch a token waits for it; if it fails, nothing is granted",
  async ({ bearer, server, ask, pass }) => {
    assertFalse(bearer.status()[0]?.ready);
    assertIdentity(await ask(tokenOf(first)));
    assert(bearer.status()[0]?.ready);
    assertEquals(server.asked.length, 1);
    server.answer = broken;
    pass(86_401);
    assertUnavailable(await ask(tokenOf(first)));
  },
);

sceneTest(
  "D15 start() ends although the issuer is broken, and it is not ready",
  async ({ bearer, server }) => {
    server.answer = (): Promise<Response> =>
      new Promise((resolve) => setTimeout(() => resolve(broken()), 600));
    const start = performance.now();
    await bearer.start();
    assert(performance.now() - start < 590);
    assertFalse(bearer.status()[0]?.ready);
  },
);

sceneTest(
  "C22 steps of the wall clock neither expire keys nor keep them",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    const hour = 3600;
    for (const step of [hour, -hour, 24 * hour, -48 * hour]) {
      // Only the wall clock moves: the token is judged by it, the keys are not.
      const now = NOW + step * 1000 as typeof NOW;
      const moved = first.token(
        claims({ iat: now / 1000, exp: now / 1000 + 60 }),
      );
      assertIdentity(judge(bearer, moved, now));
    }
    assertEquals(server.asked.length, 1);
    pass(86_401);
    server.answer = broken;
    assertUnavailable(await ask(tokenOf(first)));
  },
);
