import { assert, assertEquals, assertFalse } from "@std/assert";
import { JWKS_WAITERS_MAX, UNKNOWN_KIDS_MAX } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import type { MonotonicMs } from "../base/time.ts";
import { briefCause } from "../../tests/fixtures/introspection_scene.ts";
import {
  assertIdentity,
  assertRejected,
  claims,
  CONNECTION,
  judge,
  NOW,
} from "../../tests/fixtures/jwt_scene.ts";
import { jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import { hold, json, until } from "../../tests/fixtures/key_server.ts";
import {
  assertUnavailable,
  broken,
  COOLDOWN_SECONDS,
  first,
  sceneTest,
  second,
  tokenOf,
} from "../../tests/fixtures/remote_scene.ts";
import { UnknownKids } from "./unknown_kids.ts";

Deno.test("D10 UnknownKids forgets after 30 s", () => {
  let now = 0;
  const kids = new UnknownKids(() => now as MonotonicMs);
  assertFalse(kids.has("a"));
  kids.add("a");
  kids.add(undefined);
  now = 29_999;
  assert(kids.has("a"));
  assert(kids.has(undefined));
  now = 30_000;
  assertFalse(kids.has("a"));
  assertFalse(kids.has(undefined));
});

Deno.test("D10 UnknownKids is bounded: the oldest goes first", () => {
  const kids = new UnknownKids(() => 0 as MonotonicMs);
  kids.add("first");
  kids.add("second");
  kids.add("first");
  for (let index = 2; index < UNKNOWN_KIDS_MAX; index++) kids.add(`${index}`);
  assert(kids.has("first") && kids.has("second"));
  kids.add("one more");
  assertFalse(kids.has("second"));
  assert(kids.has("first") && kids.has("one more"));
  for (let index = 0; index < 100_000; index++) kids.add(`random ${index}`);
  assertFalse(kids.has("first"));
});

sceneTest(
  "D9 any number of tokens with an unknown key cause one fetch",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    const held = hold(() => json(jwksOf(first.jwk, second.jwk)));
    server.answer = held.answer;
    pass(COOLDOWN_SECONDS);
    const asking = Array.from({ length: 200 }, () => ask(tokenOf(second)));
    await until(() => server.asked.length === 2);
    // Nobody else waits for it.
    assertIdentity(judge(bearer, tokenOf(first)));
    held.release();
    for (const outcome of await Promise.all(asking)) assertIdentity(outcome);
    assertEquals(server.asked.length, 2);
  },
);

sceneTest(
  "D10 10,000 random kids cause one fetch in a cool-down",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    for (let cooldown = 1; cooldown <= 3; cooldown++) {
      pass(COOLDOWN_SECONDS);
      const outcomes = [];
      for (let index = 0; index < 10_000; index++) {
        outcomes.push(await ask(tokenOf(first, crypto.randomUUID())));
      }
      for (const outcome of outcomes) assertRejected(outcome, "key_unknown");
      assertEquals(server.asked.length, 1 + cooldown);
    }
  },
);

sceneTest(
  "D10 10,000 random kids at once cause one fetch",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    pass(COOLDOWN_SECONDS);
    const outcomes = await Promise.all(
      Array.from(
        { length: 10_000 },
        () => ask(tokenOf(first, crypto.randomUUID())),
      ),
    );
    assertEquals(server.asked.length, 2);
    const rejectedOnes = outcomes.filter(({ kind }) => kind === "rejected");
    // The rest was turned away without a place to wait, and not judged.
    assertEquals(rejectedOnes.length, JWKS_WAITERS_MAX);
    assert(
      outcomes.every(({ kind }) =>
        kind === "rejected" || kind === "unavailable"
      ),
    );
  },
);

sceneTest(
  "D10 D18 of forged signatures at once no more wait than have a place, and one fetch is theirs",
  async ({ bearer, server, pass }) => {
    await bearer.start();
    pass(COOLDOWN_SECONDS);
    const forged = new Secret(second.token(claims(), { kid: "first" }));
    const { signal } = new AbortController();
    const outcomes = Array.from(
      { length: JWKS_WAITERS_MAX + 100 },
      () =>
        bearer.authenticate(forged, {
          now: NOW,
          signal,
          connection: CONNECTION,
        }),
    );
    const waiting = outcomes.filter((it) => it instanceof Promise);
    assertEquals(waiting.length, JWKS_WAITERS_MAX);
    for (const outcome of await Promise.all(outcomes)) {
      assertRejected(outcome, "signature_invalid");
    }
    assertEquals(server.asked.length, 2);
  },
);

sceneTest(
  "D10 the cool-down holds after failures too",
  async ({ bearer, server, ask, pass }) => {
    server.answer = broken;
    await bearer.start();
    assertEquals(server.asked.length, 1);
    for (let index = 0; index < 1000; index++) {
      assertUnavailable(await ask(tokenOf(first, `${index}`)));
    }
    assertEquals(server.asked.length, 1);
    pass(COOLDOWN_SECONDS);
    for (let index = 0; index < 1000; index++) {
      assertUnavailable(await ask(tokenOf(first, `${index}`)));
    }
    assertEquals(server.asked.length, 2);
  },
);

sceneTest(
  "D10 a failed fetch is not tried again in the background before the cool-down",
  async ({ bearer, server }) => {
    server.answer = broken;
    await bearer.start();
    await new Promise((resolve) => setTimeout(resolve, 450));
    assertEquals(server.asked.length, 1);
    await until(() => server.asked.length === 2);
  },
  { refreshSeconds: 0.5, unknownKeyCooldownSeconds: 0.5, staleSecondsMax: 60 },
);

sceneTest(
  "D10 an unknown kid is remembered, and forgotten after 30 s",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    pass(COOLDOWN_SECONDS);
    assertRejected(await ask(tokenOf(second)), "key_unknown");
    assertEquals(server.asked.length, 2);
    // The issuer publishes late. This kid causes no fetch, another one does.
    server.answer = (): Response => json(jwksOf(first.jwk, second.jwk));
    pass(COOLDOWN_SECONDS);
    assertRejected(await ask(tokenOf(second)), "key_unknown");
    assertEquals(server.asked.length, 2);
    pass(30 - COOLDOWN_SECONDS);
    assertIdentity(await ask(tokenOf(second)));
    assertEquals(server.asked.length, 3);
  },
);

sceneTest(
  "D9 a token waits no longer than its own signal allows; the fetch goes on for others",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    const held = hold(() => json(jwksOf(first.jwk, second.jwk)));
    server.answer = held.answer;
    pass(COOLDOWN_SECONDS);
    const impatient = new AbortController();
    const [gaveUp, waited] = [
      ask(tokenOf(second), impatient.signal),
      ask(tokenOf(second)),
    ];
    await until(() => server.asked.length === 2);
    impatient.abort();
    assertUnavailable(await gaveUp);
    held.release();
    assertIdentity(await waited);
    // Who has given up already begins no wait.
    pass(COOLDOWN_SECONDS);
    assertEquals(
      briefCause(await ask(tokenOf(first, "other"), AbortSignal.abort())),
      "unavailable jwks: slow",
    );
  },
);

sceneTest(
  "D10 a token with alg and kid of different keys causes no fetch",
  async ({ bearer, server, pass }) => {
    await bearer.start();
    pass(COOLDOWN_SECONDS);
    const wrongAlg = first.token(claims(), { alg: "ES256" });
    assertRejected(judge(bearer, wrongAlg), "algorithm_not_allowed");
    assertEquals(server.asked.length, 1);
  },
);

sceneTest(
  "D10 signatures that do not verify cause one fetch in a cool-down",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    const forged = second.token(claims(), { kid: "first" });
    assertRejected(judge(bearer, forged), "signature_invalid");
    for (let cooldown = 1; cooldown <= 3; cooldown++) {
      pass(COOLDOWN_SECONDS);
      const asking = Array.from({ length: 100 }, () => ask(forged));
      for (const outcome of await Promise.all(asking)) {
        assertRejected(outcome, "signature_invalid");
      }
      assertRejected(judge(bearer, forged), "signature_invalid");
      assertEquals(server.asked.length, 1 + cooldown);
    }
    // Nor does it matter that the issuer is gone: the keys that are known decide.
    server.answer = broken;
    pass(COOLDOWN_SECONDS);
    assertRejected(await ask(forged), "signature_invalid");
    // Or that it lets everybody wait for longer than a login has.
    const held = hold(broken);
    server.answer = held.answer;
    pass(COOLDOWN_SECONDS);
    const outcome = await ask(forged, AbortSignal.timeout(50));
    held.release();
    assertRejected(outcome, "signature_invalid");
  },
);

sceneTest(
  "D14 a kid that came while older keys were under way is not taken for unknown",
  async ({ bearer, server, ask, pass }) => {
    const held = hold(() => json(jwksOf(first.jwk)));
    server.answer = held.answer;
    const started = bearer.start();
    await until(() => server.asked.length === 1);
    const early = ask(tokenOf(second));
    held.release();
    await started;
    assertRejected(await early, "key_unknown");
    server.answer = (): Response => json(jwksOf(first.jwk, second.jwk));
    pass(COOLDOWN_SECONDS);
    assertIdentity(await ask(tokenOf(second)));
    assertEquals(server.asked.length, 2);
  },
);
