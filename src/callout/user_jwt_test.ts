import { assertEquals, assertFalse } from "@std/assert";
import { decode } from "@nats-io/jwt";
import type { EpochSeconds } from "../base/time.ts";
import { createUserJwtIssuer } from "./user_jwt.ts";
import {
  APP,
  APP_SIGNING_KEY,
  goodIdentity,
  GRANT,
  NOW,
  NOW_SECONDS,
  requestOf,
} from "../../tests/fixtures/callout_scene.ts";

Deno.test("H11 H12 a session ends with the token, at its longest length, or earlier by chance", () => {
  const accounts = new Map([["APP", {
    publicKey: APP,
    signingKey: APP_SIGNING_KEY,
  }]]);
  const request = requestOf();
  const rows: [
    tokenSeconds: number,
    maxSeconds: number,
    random: number,
    expected: number,
  ][] = [
    [600, 3600, 0, 600],
    [7200, 3600, 0, 3600],
    [1000, 3600, 0.5, 950],
    [1000, 3600, 0.999999, 900],
    [1, 3600, 0.9, 1],
    [0, 3600, 0, 1],
    [-30, 3600, 0.5, 1],
    [1e15, 3600, 0, 3600],
  ];
  for (const [tokenSeconds, sessionSecondsMax, random, expected] of rows) {
    const issue = createUserJwtIssuer(accounts, () => random);
    const identity = {
      ...goodIdentity(),
      expiresAt: NOW_SECONDS + tokenSeconds as EpochSeconds,
    };
    const { text, expiresAt } = issue(request, identity, {
      ...GRANT,
      sessionSecondsMax,
    }, NOW);
    assertEquals(expiresAt, NOW_SECONDS + expected);
    const claims = decode(text) as unknown as Record<string, unknown>;
    assertEquals(claims["exp"], expiresAt);
    assertFalse("nbf" in claims);
  }
});
