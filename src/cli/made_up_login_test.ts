import { assertEquals } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import type { EpochMs, EpochSeconds } from "../base/time.ts";
import {
  LoginFault,
  type MadeUpLogin,
  readFacts,
  readIdentity,
} from "./made_up_login.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z") as EpochMs;
const ONE = ["https://id.example"];
const TWO = [...ONE, "https://second.example"];

function problemOf<T>(value: T | LoginFault): string | T {
  return value instanceof LoginFault ? value.problem : value;
}

Deno.test("readFacts() has an ordinary connection where nothing is said", () => {
  assertEquals(readFacts({}, NOW), {
    connectionType: "nats",
    host: "127.0.0.1",
    now: NOW,
  });
  assertEquals(
    readFacts({
      connection: "mqtt",
      source: "::1",
      at: "2026-03-02T13:00:00+01:00",
    }, 0 as EpochMs),
    {
      connectionType: "mqtt",
      host: "::1",
      now: NOW,
    },
  );
});

for (
  const at of [
    "now",
    "2026-03-02",
    "2026-03-02T12:00:00",
    "2026-13-02T12:00:00Z",
    "12:00",
  ]
) {
  Deno.test(`readFacts() refuses the time ${at}`, () => {
    assertEquals(
      problemOf(readFacts({ at }, NOW)),
      "at must be a time, as in 2026-03-02T12:00:00Z",
    );
  });
}

Deno.test("readIdentity() makes an identity of claims", () => {
  const claims: JsonObject = {
    sub: "alice",
    exp: 1_800_000_000.9,
    groups: ["a"],
  };
  assertEquals(readIdentity({ claims }, ONE, NOW), {
    kind: "identity",
    credential: "jwt",
    issuer: "https://id.example",
    sub: "alice",
    claims: { ...claims, iss: "https://id.example" },
    expiresAt: 1_800_000_000 as EpochSeconds,
  });
  const named = readIdentity(
    { claims: { sub: "a", iss: "https://second.example" }, kind: "webhook" },
    TWO,
    NOW,
  );
  assertEquals(
    named instanceof LoginFault ? "" : [named.issuer, named.credential],
    ["https://second.example", "webhook"],
  );
});

const spoiled: [
  why: string,
  login: MadeUpLogin,
  issuers: readonly string[],
  problem: string,
][] = [
  [
    "without a sub",
    { claims: {} },
    ONE,
    'claims must hold a sub, as in {"sub":"alice"}',
  ],
  [
    "with a number for a sub",
    { claims: { sub: 7 } },
    ONE,
    'claims must hold a sub, as in {"sub":"alice"}',
  ],
  [
    "of one of two issuers",
    { claims: { sub: "a" } },
    TWO,
    "issuer must be one of: https://id.example, https://second.example",
  ],
  [
    "of no issuer",
    { claims: { sub: "a" } },
    [],
    "issuer must be given: none is configured",
  ],
  [
    "with text for a time",
    { claims: { sub: "a", exp: "soon" } },
    ONE,
    "claims: exp must be a number, in seconds",
  ],
];

for (const [why, login, issuers, problem] of spoiled) {
  Deno.test(`readIdentity() refuses claims ${why}`, () => {
    assertEquals(problemOf(readIdentity(login, issuers, NOW)), problem);
  });
}

Deno.test("an unknown kind or connection is answered with those that there are", () => {
  const kind = readIdentity({ claims: { sub: "a" }, kind: "oidc" }, ONE, NOW);
  assertEquals(
    problemOf(kind),
    "kind must be one of: jwt, shared_secret, introspection, api_token, webhook, kubernetes, custom",
  );
  const connection = readFacts({ connection: "tcp" }, NOW);
  assertEquals(
    problemOf(connection),
    "connection must be one of: nats, websocket, mqtt, leafnode",
  );
});
