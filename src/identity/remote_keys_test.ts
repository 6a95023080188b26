import { assert, assertEquals, assertFalse } from "@std/assert";
import { JWKS_WAITERS_MAX } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import type { MonotonicMs } from "../base/time.ts";
import {
  assertIdentity,
  assertRejected,
  claims,
  CONNECTION,
  createRecordingLog,
  issuerOptions,
  judge,
  NOW,
} from "../../tests/fixtures/jwt_scene.ts";
import type { LogLine } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import type { Signer } from "../../tests/fixtures/jwt_signer.ts";
import {
  json,
  startKeyServer,
  until,
} from "../../tests/fixtures/key_server.ts";
import type { KeyServer } from "../../tests/fixtures/key_server.ts";
import type { AuthenticationOutcome } from "./authenticate.ts";
import { createJwtBearer } from "./jwt_bearer.ts";
import type { JwtBearer, RemoteOptions } from "./jwt_bearer.ts";

const first = createSigner("EdDSA", "first");
const second = createSigner("EdDSA", "second");

interface Scene {
  readonly server: KeyServer;
  readonly bearer: JwtBearer;
  readonly lines: readonly LogLine[];
  /** The monotonic clock goes on by so many seconds. */
  pass(seconds: number): void;
  ask(token: string, signal?: AbortSignal): Promise<AuthenticationOutcome>;
}

const COOLDOWN_SECONDS = 5;

/** A server with the first key, and a bearer that knows it; the clock stands still. */
function sceneTest(
  name: string,
  test: (scene: Scene) => Promise<void>,
  options: RemoteOptions = {},
): void {
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    async fn(): Promise<void> {
      await using server = startKeyServer(jwksOf(first.jwk));
      let now = 1_000_000;
      const log = createRecordingLog();
      const url = new URL(`${server.origin}/jwks`);
      const keys = {
        kind: "jwks_url",
        url,
        allowLoopbackHttp: true,
        timeoutMs: 400,
        ...options,
      } as const;
      const bearer = createJwtBearer([issuerOptions(first, { keys })], {
        log,
        clock: () => NOW,
        monotonic: () => now as MonotonicMs,
        random: () => 0.5,
      });
      try {
        await test({
          server,
          bearer,
          lines: log.lines,
          pass: (seconds) => now += seconds * 1000,
          ask: async (token, signal = new AbortController().signal) =>
            await bearer.authenticate(new Secret(token), {
              now: NOW,
              signal,
              connection: CONNECTION,
            }),
        });
      } finally {
        bearer.stop();
      }
    },
  });
}

function broken(): Response {
  return json("{}", { status: 500 });
}

function tokenOf(signer: Signer, kid = signer.kid): string {
  return signer.token(claims(), { kid });
}

function assertUnavailable(outcome: AuthenticationOutcome): void {
  assertEquals(
    outcome.kind === "unavailable"
      ? outcome.dependency
      : JSON.stringify(outcome),
    "jwks",
  );
}

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
  "D11 keys are refreshed in the background, early by some jitter",
  async ({ bearer, server }) => {
    await bearer.start();
    server.answer = (): Response => json(jwksOf(second.jwk));
    const start = performance.now();
    await until(() => server.asked.length >= 3);
    const tookMs = performance.now() - start;
    assert(tookMs >= 2 * 160 && tookMs < 700, `${tookMs} ms`);
    assertIdentity(judge(bearer, tokenOf(second)));
  },
  { refreshSeconds: 0.2, unknownKeyCooldownSeconds: 0.1, staleSecondsMax: 60 },
);

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

sceneTest(
  "D9 any number of tokens with an unknown key cause one fetch",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    const gate = Promise.withResolvers<void>();
    server.answer = async (): Promise<Response> => {
      await gate.promise;
      return json(jwksOf(first.jwk, second.jwk));
    };
    pass(COOLDOWN_SECONDS);
    const asking = Array.from({ length: 200 }, () => ask(tokenOf(second)));
    await until(() => server.asked.length === 2);
    // Nobody else waits for it.
    assertIdentity(judge(bearer, tokenOf(first)));
    gate.resolve();
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
  "D9 a token waits no longer than its own signal allows; the fetch goes on for others",
  async ({ bearer, server, ask, pass }) => {
    await bearer.start();
    const gate = Promise.withResolvers<void>();
    server.answer = async (): Promise<Response> => {
      await gate.promise;
      return json(jwksOf(first.jwk, second.jwk));
    };
    pass(COOLDOWN_SECONDS);
    const impatient = new AbortController();
    const [gaveUp, waited] = [
      ask(tokenOf(second), impatient.signal),
      ask(tokenOf(second)),
    ];
    await until(() => server.asked.length === 2);
    impatient.abort();
    assertUnavailable(await gaveUp);
    gate.resolve();
    assertIdentity(await waited);
    // Who has given up already begins no wait.
    pass(COOLDOWN_SECONDS);
    assertUnavailable(await ask(tokenOf(first, "other"), AbortSignal.abort()));
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

sceneTest(
  "D10 a token with alg and kid of different keys causes no fetch",
  async ({ bearer, server, pass }) => {
    await bearer.start();
    pass(COOLDOWN_SECONDS);
    const wrongAlg = first.token(claims(), { alg: "ES256" });
    assertRejected(judge(bearer, wrongAlg), "algorithm_not_allowed");
    const forged = second.token(claims(), { kid: "first" });
    assertRejected(judge(bearer, forged), "signature_invalid");
    assertEquals(server.asked.length, 1);
  },
);
