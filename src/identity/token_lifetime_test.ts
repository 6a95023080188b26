import { assertEquals } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import type { EpochMs } from "../base/time.ts";
import { checkLifetime } from "./token_lifetime.ts";

const NOW_SECONDS = 1_800_000_000;
const NOW = NOW_SECONDS * 1000 as EpochMs;
const RULE = { clockToleranceSeconds: 30, lifetimeSecondsMax: 3600 };

function verdict(claims: JsonObject, now = NOW): string | number {
  const lifetime = checkLifetime(claims, RULE, now);
  return lifetime.kind === "rejected" ? lifetime.code : lifetime.expiresAt;
}

const rows: readonly [
  why: string,
  claims: JsonObject,
  expected: string | number,
][] = [
  ["C4 no exp", {}, "claim_missing"],
  ["C4 an exp that is null", { exp: null }, "claim_invalid"],
  ["C4 an exp that is text", { exp: "1800000600" }, "claim_invalid"],
  ["C4 an exp that is true", { exp: true }, "claim_invalid"],
  ["C4 an exp that is an array", { exp: [1] }, "claim_invalid"],
  ["C4 an exp of 0", { exp: 0 }, "bearer_token_expired"],
  ["C4 a negative exp", { exp: -1 }, "bearer_token_expired"],
  ["C4 an exp ahead", { exp: NOW_SECONDS + 1 }, NOW_SECONDS + 1],
  [
    "C4 C5 an exp as far back as the tolerance",
    { exp: NOW_SECONDS - 30 },
    "bearer_token_expired",
  ],
  [
    "C5 an exp a second within the tolerance",
    { exp: NOW_SECONDS - 29 },
    NOW_SECONDS - 29,
  ],
  [
    "C6 an nbf as far ahead as the tolerance",
    { exp: NOW_SECONDS + 600, nbf: NOW_SECONDS + 30 },
    NOW_SECONDS + 600,
  ],
  [
    "C6 an nbf beyond the tolerance",
    { exp: NOW_SECONDS + 600, nbf: NOW_SECONDS + 30.001 },
    "bearer_token_not_yet_valid",
  ],
  [
    "C6 an nbf that is null",
    { exp: NOW_SECONDS + 600, nbf: null },
    "claim_invalid",
  ],
  [
    "C6 an nbf that is text",
    { exp: NOW_SECONDS + 600, nbf: "0" },
    "claim_invalid",
  ],
  [
    "C7 an iat beyond the tolerance",
    { exp: NOW_SECONDS + 600, iat: NOW_SECONDS + 31 },
    "bearer_token_not_yet_valid",
  ],
  [
    "C7 an iat that is null",
    { exp: NOW_SECONDS + 600, iat: null },
    "claim_invalid",
  ],
  [
    "C8 a lifetime as long as allowed",
    { iat: NOW_SECONDS - 600, exp: NOW_SECONDS + 3000 },
    NOW_SECONDS + 3000,
  ],
  [
    "C8 a lifetime one second too long",
    { iat: NOW_SECONDS - 600, exp: NOW_SECONDS + 3001 },
    "bearer_token_lifetime_too_long",
  ],
  [
    "C8 no iat, and too much time left",
    { exp: NOW_SECONDS + 3631 },
    "bearer_token_lifetime_too_long",
  ],
  ["C8 an exp of 1e300", { exp: 1e300 }, "bearer_token_lifetime_too_long"],
  [
    "C8 an exp beyond 2^63 nanoseconds",
    { iat: NOW_SECONDS, exp: 1e12 },
    "bearer_token_lifetime_too_long",
  ],
  [
    "C9 a fraction, which is rounded down",
    { exp: NOW_SECONDS + 60.999, iat: NOW_SECONDS - 0.5 },
    NOW_SECONDS + 60,
  ],
  [
    "C9 a fraction that does not stretch the lifetime",
    { exp: NOW_SECONDS - 29.5 },
    "bearer_token_expired",
  ],
];

for (const [why, claims, expected] of rows) {
  Deno.test(`${why}: checkLifetime() says ${expected}`, () => {
    assertEquals(verdict(claims), expected);
  });
}

Deno.test("C4 checkLifetime() counts milliseconds: the last one is still valid", () => {
  const exp = NOW_SECONDS - 29;
  assertEquals(verdict({ exp }, NOW + 999 as EpochMs), exp);
  assertEquals(verdict({ exp }, NOW + 1000 as EpochMs), "bearer_token_expired");
});
