import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { decode } from "@nats-io/jwt";
import { InvariantError } from "../base/assert.ts";
import type { EpochSeconds } from "../base/time.ts";
import { createSeed, signingKeyFromSeed } from "../nats_jwt/nkeys.ts";
import type { Grant } from "../permissions/grant.ts";
import { createUserJwtIssuer } from "./user_jwt.ts";
import {
  APP,
  APP_SIGNING_KEY,
  goodIdentity,
  GRANT,
  NOW,
  NOW_SECONDS,
  PERMISSIONS,
  requestOf,
} from "../../tests/fixtures/callout_scene.ts";

const SCOPED_KEY = signingKeyFromSeed(createSeed("account"), "account");
const ACCOUNTS = new Map([["APP", {
  publicKey: APP,
  signingKey: APP_SIGNING_KEY,
  scopedKeys: new Map([["devices", SCOPED_KEY]]),
}]]);

interface DecodedUser {
  readonly iss: string;
  readonly exp: number;
  readonly nats: Readonly<Record<string, unknown>>;
}

function issueFor(changed: Partial<Grant>): DecodedUser {
  const issue = createUserJwtIssuer(ACCOUNTS, () => 0);
  const { text } = issue(requestOf(), goodIdentity(), {
    ...GRANT,
    ...changed,
  }, NOW);
  return decode(text) as unknown as DecodedUser;
}

Deno.test("H11 a session is over when its hours are, whatever the token and the rule say", () => {
  const endsBy = NOW_SECONDS + 90 as EpochSeconds;
  assertEquals(issueFor({ endsBy }).exp, endsBy);
  assertEquals(
    issueFor({ endsBy: NOW_SECONDS as EpochSeconds }).exp,
    NOW_SECONDS + 1,
  );
  const late = NOW_SECONDS + 9999 as EpochSeconds;
  assertEquals(issueFor({ endsBy: late }).exp, NOW_SECONDS + 600);
});

Deno.test("H15 a user JWT says what may be answered, in nanoseconds, or nothing of it", () => {
  const responses = { messagesMax: 5, seconds: 120 };
  const { nats } = issueFor({ permissions: { ...PERMISSIONS, responses } });
  assertEquals(nats["resp"], { max: 5, ttl: 120_000_000_000 });
  assertFalse("resp" in issueFor({}).nats);
});

Deno.test("H8 H9 a user JWT of a scoped key holds a name and tags, no permission and no limit", () => {
  const permissions = {
    kind: "scoped",
    key: "devices",
    tags: ["site:=PiBx"],
  } as const;
  const { iss, nats } = issueFor({ permissions });
  assertEquals(iss, SCOPED_KEY.publicKey);
  assertEquals(nats, {
    type: "user",
    version: 2,
    "issuer_account": APP,
    tags: ["site:=PiBx"],
  });
  assertThrows(
    () => issueFor({ permissions: { ...permissions, key: "other" } }),
    InvariantError,
  );
});

Deno.test("H11 H12 a session ends with the token, at its longest length, or earlier by chance", () => {
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
    const issue = createUserJwtIssuer(ACCOUNTS, () => random);
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
