import { assertEquals } from "@std/assert";
import { brief } from "../../tests/fixtures/introspection_scene.ts";
import {
  CONNECTION,
  NOW,
  NOW_SECONDS,
} from "../../tests/fixtures/jwt_scene.ts";
import type { Identity } from "../base/identity.ts";
import { rejected } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import type { EpochMs, EpochSeconds } from "../base/time.ts";
import type { AuthenticationOutcome } from "./authenticate.ts";
import { createOwnJudge } from "./own_judge.ts";

const good: Identity = {
  kind: "identity",
  credential: "custom",
  issuer: "app",
  sub: "alice",
  claims: {},
  expiresAt: NOW_SECONDS + 1 as EpochSeconds,
};

async function judge(
  outcome: AuthenticationOutcome | Promise<AuthenticationOutcome>,
  issuers: readonly string[] | undefined = ["app"],
  later = NOW,
): Promise<string> {
  const authenticate = createOwnJudge(() => outcome, {
    issuers,
    clock: () => later,
  });
  return brief(
    await authenticate(new Secret("t"), {
      now: NOW,
      signal: new AbortController().signal,
      connection: CONNECTION,
    }),
  );
}

const rows: readonly [
  why: string,
  changes: Partial<Identity>,
  expected: string,
][] = [
  ["a good one", {}, "identity alice"],
  [
    "C18 one of an issuer that is not named",
    { issuer: "app2" },
    "issuer_untrusted",
  ],
  [
    "C3 one that ends after so many milliseconds",
    { expiresAt: 1000 * (NOW_SECONDS + 1) as EpochSeconds },
    "claim_invalid",
  ],
  [
    "C3 one that ends within a second",
    { expiresAt: NOW_SECONDS + 0.5 as EpochSeconds },
    "claim_invalid",
  ],
  [
    "C3 one that never ends",
    { expiresAt: NaN as EpochSeconds },
    "claim_invalid",
  ],
  ["C10 an empty sub", { sub: "" }, "claim_invalid"],
  ["C10 a sub of 256 bytes", { sub: "é".repeat(128) }, "claim_invalid"],
  [
    "C10 a sub of 255 bytes",
    { sub: "a".repeat(255) },
    `identity ${"a".repeat(255)}`,
  ],
  ["A9 a sub with a lone surrogate", { sub: "a\ud800" }, "claim_invalid"],
  [
    "C4 one that ends now",
    { expiresAt: NOW_SECONDS as EpochSeconds },
    "bearer_token_expired",
  ],
];

for (const [why, changes, expected] of rows) {
  Deno.test(`${why}: createOwnJudge() says ${expected.slice(0, 20)}`, async () => {
    const outcome = { ...good, ...changes };
    assertEquals(await judge(outcome), expected);
    assertEquals(await judge(Promise.resolve(outcome)), expected);
  });
}

Deno.test("C4 an identity that ended while it was waited for is refused", async () => {
  const later = NOW + 1_000 as EpochMs;
  assertEquals(
    await judge(Promise.resolve(good), ["app"], later),
    "bearer_token_expired",
  );
});

Deno.test("without names an identity may be of any issuer, and refusals pass", async () => {
  const authenticate = createOwnJudge(() => good, { clock: () => NOW });
  const outcome = await authenticate(new Secret("t"), {
    now: NOW,
    signal: new AbortController().signal,
    connection: CONNECTION,
  });
  assertEquals(brief(outcome), "identity alice");
  assertEquals(
    await judge(rejected("bearer_token_inactive", "")),
    "bearer_token_inactive",
  );
});

/** As libraries have them that do not ask before somebody waits. */
function foreign<T>(promise: Promise<T>): Promise<T> {
  return {
    then: (good, bad) => promise.then(good, bad),
    catch: (bad) => promise.catch(bad),
    finally: (end) => promise.finally(end),
    [Symbol.toStringTag]: "Promise",
  };
}

Deno.test("C18 createOwnJudge() holds a promise that is no Promise of the runtime to the same", async () => {
  const verdict = (changes: Partial<Identity>): Promise<string> =>
    judge(foreign(Promise.resolve({ ...good, ...changes })));
  assertEquals(await verdict({}), "identity alice");
  assertEquals(await verdict({ issuer: "app2" }), "issuer_untrusted");
  assertEquals(
    await verdict({ expiresAt: NOW_SECONDS as EpochSeconds }),
    "bearer_token_expired",
  );
});
