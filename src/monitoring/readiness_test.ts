import { assert, assertEquals } from "@std/assert";
import type { AuthenticatorStatus } from "../identity/authenticate.ts";
import { readinessOf } from "./readiness.ts";
import type { DegradedSource } from "./readiness.ts";

function source(
  issuer: string,
  changes: Partial<AuthenticatorStatus> = {},
): AuthenticatorStatus {
  return {
    issuer,
    credential: "jwt",
    ready: true,
    failing: false,
    staleSeconds: 0,
    ...changes,
  };
}

const good = source("https://good");
const missing = source("https://gone", { ready: false });
const failing = source("https://slow", { failing: true });
const stale = source("https://old", { staleSeconds: 6.2 });

const cases: readonly [
  why: string,
  sources: readonly AuthenticatorStatus[],
  ready: boolean,
  degraded: readonly DegradedSource[],
][] = [
  ["all is well", [good], true, []],
  ["one of several has no keys", [good, missing], true, [
    { issuer: "https://gone", kind: "jwt", problem: "missing" },
  ]],
  ["no issuer has keys", [missing], false, [
    { issuer: "https://gone", kind: "jwt", problem: "missing" },
  ]],
  ["there is no issuer", [], false, []],
  ["the only one that is asked fails", [failing], true, [
    { issuer: "https://slow", kind: "jwt", problem: "failing" },
  ]],
  ["the keys are old", [stale], true, [
    {
      issuer: "https://old",
      kind: "jwt",
      problem: "stale",
      staleSeconds: 7,
    },
  ]],
];

for (const [why, sources, ready, degraded] of cases) {
  Deno.test(`D12 D15 readinessOf() when ${why}: ${ready ? "ready" : "not ready"}`, () => {
    assertEquals(readinessOf({ isSubscribed: true, sources }), {
      checks: { "subscribed": true, "some tokens can be judged": ready },
      degraded,
    });
  });
}

Deno.test("J7 readinessOf() is not ready while requests do not come", () => {
  const { checks } = readinessOf({ isSubscribed: false, sources: [good] });
  assert(checks["subscribed"] === false);
});
