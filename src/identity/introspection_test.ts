import { assert, assertEquals } from "@std/assert";
import { jwtVerify } from "jose";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { json, START_SECONDS } from "../../tests/fixtures/asked_server.ts";
import {
  assertBrief,
  brief,
  goodAnswer,
  introspectionScene,
  ISSUER,
} from "../../tests/fixtures/introspection_scene.ts";
import { Secret } from "../base/secret.ts";
import { parseClientKey } from "./client_authentication.ts";
import type { IntrospectionOptions } from "./introspection.ts";

Deno.test("F1 F2 the token travels in the body of a POST, the client in Basic", async () => {
  await using scene = introspectionScene();
  const outcome = await scene.judge("a+b/c~d_e-f.g==");
  assert(outcome.kind === "identity");
  assertEquals(outcome.credential, "introspection");
  assertEquals([outcome.issuer, outcome.sub], [ISSUER, "alice"]);
  assertEquals(outcome.expiresAt, START_SECONDS + 600);
  const [asked] = scene.server.asked;
  assertEquals([asked?.method, asked?.path], ["POST", "/introspect"]);
  assertEquals(
    asked?.headers.get("content-type"),
    "application/x-www-form-urlencoded",
  );
  const form = new URLSearchParams(asked?.body);
  assertEquals(form.get("token"), "a+b/c~d_e-f.g==");
  assertEquals(form.get("token_type_hint"), "access_token");
  const basic = `Basic ${
    Buffer.from("nats:canary-client-secret").toString("base64")
  }`;
  assertEquals(asked?.headers.get("authorization"), basic);
});

Deno.test("F1 every visible character is percent-encoded where it has to be, and arrives as it was", async () => {
  await using scene = introspectionScene(goodAnswer(), {
    characters: "visible",
    client: {
      method: "client_secret_post",
      clientId: "nats",
      secret: new Secret("é+ &=%"),
    },
  });
  const token = Array.from(
    { length: 94 },
    (_, index) => String.fromCharCode(0x21 + index),
  ).join("");
  await assertBrief(scene.judge(token), "identity alice");
  // HTML, application/x-www-form-urlencoded: all but these are bytes in hex.
  const encoded = token.replace(
    /[^0-9A-Za-z*._-]/g,
    (character) =>
      `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  assertEquals(
    scene.server.asked[0]?.body,
    `token=${encoded}&token_type_hint=access_token` +
      "&client_id=nats&client_secret=%C3%A9%2B+%26%3D%25",
  );
});

Deno.test("F2 id and secret are form-encoded before they are joined", async () => {
  await using scene = introspectionScene(goodAnswer(), {
    client: {
      method: "client_secret_basic",
      clientId: "a:b c",
      secret: new Secret("p%&=+é"),
    },
  });
  await scene.judge();
  const header = scene.server.asked[0]?.headers.get("authorization") ?? "";
  const pair = Buffer.from(header.slice("Basic ".length), "base64").toString();
  assertEquals(pair, "a%3Ab+c:p%25%26%3D%2B%C3%A9");
});

Deno.test("F2 the client's secret can travel in the body", async () => {
  await using scene = introspectionScene(goodAnswer(), {
    client: {
      method: "client_secret_post",
      clientId: "nats",
      secret: new Secret("p&q"),
    },
  });
  await scene.judge();
  const form = new URLSearchParams(scene.server.asked[0]?.body);
  assertEquals([form.get("client_id"), form.get("client_secret")], [
    "nats",
    "p&q",
  ]);
  assertEquals(scene.server.asked[0]?.headers.get("authorization"), null);
});

Deno.test("F2 private_key_jwt signs each question anew", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
  });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" });
  await using scene = introspectionScene(() => json({ active: false }), {
    client: {
      method: "private_key_jwt",
      clientId: "nats",
      audience: ISSUER,
      ...parseClientKey(new Secret(String(pem))),
    },
  });
  await scene.judge("one");
  await scene.judge("two");
  const ids: unknown[] = [];
  for (const { body } of scene.server.asked) {
    const form = new URLSearchParams(body);
    assertEquals(form.get("client_id"), "nats");
    assertEquals(
      form.get("client_assertion_type"),
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    const { payload } = await jwtVerify(
      form.get("client_assertion") ?? "",
      publicKey,
      {
        issuer: "nats",
        subject: "nats",
        audience: ISSUER,
        currentDate: new Date(START_SECONDS * 1000),
        requiredClaims: ["jti", "exp", "iat"],
      },
    );
    ids.push(payload.jti);
  }
  assertEquals(new Set(ids).size, 2);
});

const spoiled: readonly [
  why: string,
  changes: Readonly<Record<string, unknown>>,
  expected: string,
  options?: Partial<IntrospectionOptions>,
][] = [
  [
    "F3 active is the string true",
    { active: "true" },
    "unavailable introspection",
  ],
  ["F3 active is 1", { active: 1 }, "unavailable introspection"],
  ["F3 active is null", { active: null }, "unavailable introspection"],
  ["F3 active is missing", { active: undefined }, "unavailable introspection"],
  [
    "F4 active is false, whatever else it says",
    { active: false },
    "bearer_token_inactive",
  ],
  [
    "F4 active is false, and nothing else is as it has to be",
    {
      active: false,
      iss: [],
      sub: 7,
      aud: {},
      exp: "never",
      nbf: "x",
      scope: 1,
      cnf: null,
      token_type: "DPoP",
    },
    "bearer_token_inactive",
    { requiredScopes: ["read"], clientIds: ["web"] },
  ],
  ["F5 exp is now", { exp: START_SECONDS }, "bearer_token_expired"],
  ["F5 exp is missing", { exp: undefined }, "claim_missing"],
  ["F5 exp is a string", { exp: "1900000000" }, "claim_invalid"],
  [
    "F5 exp is far away",
    { exp: START_SECONDS + 86_400, iat: undefined },
    "bearer_token_lifetime_too_long",
  ],
  [
    "F5 nbf is ahead",
    { nbf: START_SECONDS + 60 },
    "bearer_token_not_yet_valid",
  ],
  ["F5 iss is another issuer", { iss: `${ISSUER}/` }, "issuer_untrusted"],
  ["F5 iss is an array", { iss: [ISSUER] }, "issuer_untrusted"],
  ["F5 aud is missing", { aud: undefined }, "claim_missing"],
  ["F5 aud is another", { aud: "nats2" }, "audience_mismatch"],
  ["F5 aud is an object", { aud: { nats: true } }, "claim_invalid"],
  ["F5 aud has a number", { aud: ["nats", 1] }, "claim_invalid"],
  ["F5 a scope is lacking", { scope: "reader" }, "scope_missing", {
    requiredScopes: ["read"],
  }],
  ["F5 scopes are an array", { scope: ["read"] }, "claim_invalid", {
    requiredScopes: ["read"],
  }],
  ["F5 token_type is DPoP", { token_type: "DPoP" }, "token_type_not_accepted"],
  [
    "F5 token_use is refresh_token",
    { token_use: "refresh_token" },
    "token_type_not_accepted",
  ],
  ["F5 typ is Refresh", { typ: "Refresh" }, "token_type_not_accepted"],
  [
    "F5 it is bound to a key",
    { cnf: { jkt: "x" } },
    "sender_constrained_token",
  ],
  [
    "F5 the client is another",
    { client_id: "mobile" },
    "oauth_client_not_allowed",
    { clientIds: ["web"] },
  ],
  ["F5 the client is not named", { client_id: undefined }, "claim_missing", {
    clientIds: ["web"],
  }],
  ["F6 sub is missing", { sub: undefined, username: "alice" }, "claim_missing"],
  ["F6 sub is null", { sub: null }, "claim_invalid"],
  ["F6 sub is empty", { sub: "" }, "claim_invalid"],
  ["F6 sub is a number", { sub: 7 }, "claim_invalid"],
  ["F6 sub has 256 bytes", { sub: "a".repeat(256) }, "claim_invalid"],
  ["F6 username is what counts, and it is missing", {}, "claim_missing", {
    subMember: "username",
  }],
];

for (const [why, changes, expected, options] of spoiled) {
  Deno.test(`${why}: refused`, async () => {
    await using scene = introspectionScene(goodAnswer(changes), options);
    await assertBrief(scene.judge(), expected);
  });
}

const accepted: readonly [
  why: string,
  changes: Readonly<Record<string, unknown>>,
  sub: string,
  options?: Partial<IntrospectionOptions>,
][] = [
  ["iss is the issuer", { iss: ISSUER }, "alice"],
  ["aud is one string", { aud: "nats" }, "alice"],
  ["token_type is lower case", { token_type: "bearer" }, "alice"],
  ["token_use is access_token", { token_use: "access_token" }, "alice"],
  ["there is no aud, and any will do", { aud: undefined }, "alice", {
    audiences: "any",
  }],
  ["F6 username is what counts", { username: "al", sub: "1" }, "al", {
    subMember: "username",
  }],
  ["F6 client_id is what counts", { sub: undefined }, "web", {
    subMember: "client_id",
  }],
  ["both scopes are there", {}, "alice", { requiredScopes: ["write", "read"] }],
];

for (const [why, changes, sub, options] of accepted) {
  Deno.test(`accepted: ${why}`, async () => {
    await using scene = introspectionScene(goodAnswer(changes), options);
    await assertBrief(scene.judge(), `identity ${sub}`);
  });
}

Deno.test("F5 a token without exp is good for as long as configured, from the answer on", async () => {
  await using scene = introspectionScene(
    // Older than lifetimeSecondsMax: that is about an exp of the issuer's own.
    goodAnswer({ exp: undefined, iat: START_SECONDS - 2 * 86_400 }),
    { secondsWithoutExp: 30, memory: { seconds: 600 } },
  );
  const outcome = await scene.judge();
  assert(outcome.kind === "identity");
  const left = outcome.expiresAt - START_SECONDS;
  assert(left >= 29 && left <= 31, String(left));
  scene.clocks.advance(29_000);
  assertEquals(scene.judgeAtOnce(), { ...outcome });
});

for (const name of ["nbf", "iat"]) {
  Deno.test(`F5 a token without exp whose ${name} is ahead: refused`, async () => {
    await using scene = introspectionScene(
      goodAnswer({ exp: undefined, [name]: START_SECONDS + 60 }),
      { secondsWithoutExp: 30 },
    );
    await assertBrief(scene.judge(), "bearer_token_not_yet_valid");
  });
}

Deno.test("F15 what cannot be a token is refused without a question", async () => {
  await using scene = introspectionScene();
  for (const token of ["", "a b", "a\n", "ü", "a=b", "{}", "a|b", "a,b"]) {
    assertEquals(
      brief(await scene.judge(token)),
      "bearer_token_malformed",
      JSON.stringify(token),
    );
  }
  await assertBrief(scene.judge("a".repeat(8193)), "bearer_token_too_large");
  assertEquals(scene.server.asked.length, 0);
  await assertBrief(scene.judge("a".repeat(8192)), "identity alice");
});
