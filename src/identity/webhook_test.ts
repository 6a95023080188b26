import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { json, START_SECONDS } from "../../tests/fixtures/asked_server.ts";
import {
  assertBrief,
  brief,
} from "../../tests/fixtures/introspection_scene.ts";
import {
  acceptance,
  WEBHOOK_SECRET,
  webhookScene,
} from "../../tests/fixtures/webhook_scene.ts";
import { Secret } from "../base/secret.ts";
import { parseWebhookSecret } from "./webhook_signature.ts";

Deno.test("the backend gets the token and how the client is connected, and decides", async () => {
  await using scene = webhookScene();
  const outcome = await scene.judge("1|a+b/c", {
    host: "203.0.113.9",
    type: "websocket",
  });
  assert(outcome.kind === "identity");
  assertEquals([outcome.issuer, outcome.sub, outcome.credential], [
    "urn:test:webhook",
    "alice",
    "webhook",
  ]);
  assertEquals(outcome.claims, { groups: ["ops"], sub: "alice" });
  assertEquals(Number(outcome.expiresAt), START_SECONDS + 600);
  const [asked] = scene.server.asked;
  assertEquals([asked?.method, asked?.path], ["POST", "/nats/token"]);
  assertEquals(JSON.parse(asked?.body ?? ""), {
    token: "1|a+b/c",
    connection: { host: "203.0.113.9", type: "websocket" },
  });
});

/** As the description of Standard Webhooks says, written here once more. */
function signatureOf(
  secret: string,
  id: string,
  timestamp: string,
  body: string,
): string {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  return `v1,${
    createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest(
      "base64",
    )
  }`;
}

Deno.test("what is sent is signed with both secrets while one replaces the other", async () => {
  const next = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  await using scene = webhookScene(acceptance(), {
    secrets: [WEBHOOK_SECRET, next].map((each) =>
      parseWebhookSecret(new Secret(each))
    ),
  });
  await scene.judge();
  const { headers, body } = scene.server.asked[0] ??
    { headers: new Headers(), body: "" };
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  assertMatch(id, /^msg_[0-9a-f-]{36}$/);
  assertEquals(Number(timestamp), START_SECONDS);
  assertEquals(
    headers.get("webhook-signature"),
    [WEBHOOK_SECRET, next].map((each) => signatureOf(each, id, timestamp, body))
      .join(" "),
  );
});

Deno.test("F12 both tries of a question have one webhook-id, each its own time; another question has another", async () => {
  await using scene = webhookScene(() => {
    const isFirst = scene.server.asked.length === 1;
    if (isFirst) scene.clocks.step(5_000);
    return json(acceptance(), { status: isFirst ? 503 : 200 });
  });
  await assertBrief(scene.judge(), "identity alice");
  await assertBrief(scene.judge("other"), "identity alice");
  const sent = scene.server.asked.map(({ headers, body }) => {
    const id = headers.get("webhook-id") ?? "";
    const timestamp = headers.get("webhook-timestamp") ?? "";
    assertEquals(
      headers.get("webhook-signature"),
      signatureOf(WEBHOOK_SECRET, id, timestamp, body),
    );
    return { id, seconds: Number(timestamp) - START_SECONDS };
  });
  assertEquals(sent.map(({ seconds }) => seconds), [0, 5, 5]);
  const [first, second, other] = sent.map(({ id }) => id);
  assertEquals(second, first);
  assertNotEquals(other, first);
});

Deno.test("E1 a webhook secret that is too short, too long or of another form is refused, and not shown", () => {
  const texts = [
    "",
    "whsec_",
    `whsec_${Buffer.alloc(23).toString("base64")}`,
    `whsec_${Buffer.alloc(65).toString("base64")}`,
    WEBHOOK_SECRET.slice("whsec_".length),
    `${WEBHOOK_SECRET} `,
  ];
  for (const text of texts) {
    const error = assertThrows(
      () => parseWebhookSecret(new Secret(text)),
      SyntaxError,
    );
    assert(!error.message.includes(WEBHOOK_SECRET.slice(6)));
  }
  parseWebhookSecret(new Secret(`${WEBHOOK_SECRET}\n`));
});

const answers: readonly [why: string, answer: unknown, expected: string][] = [
  ["refused", { result: "refused" }, "bearer_token_inactive"],
  [
    "refused, with an identity all the same",
    acceptance({ result: "refused" }),
    "bearer_token_inactive",
  ],
  [
    "Accepted in capitals",
    acceptance({ result: "ACCEPTED" }),
    "unavailable webhook",
  ],
  ["true for accepted", acceptance({ result: true }), "unavailable webhook"],
  ["no result", acceptance({ result: undefined }), "unavailable webhook"],
  ["active, as introspection says it", {
    active: true,
    sub: "alice",
    exp: START_SECONDS + 600,
  }, "unavailable webhook"],
  [
    "an expiry in the past",
    acceptance({ expires_at: START_SECONDS - 1 }),
    "bearer_token_expired",
  ],
  [
    "an expiry in milliseconds",
    acceptance({ expires_at: START_SECONDS * 1000 }),
    "bearer_token_lifetime_too_long",
  ],
  ["a list", [acceptance()], "unavailable webhook"],
];

for (const [why, answer, expected] of answers) {
  Deno.test(`F3 F11 an answer with ${why} grants nothing`, async () => {
    await using scene = webhookScene(() => json(answer));
    await assertBrief(scene.judge(), expected);
  });
}

const malformed: readonly Readonly<Record<string, unknown>>[] = [
  { expires_at: undefined },
  { expires_at: null },
  { expires_at: "2027-01-01" },
  { sub: undefined },
  { sub: null },
  { sub: "" },
  { sub: 4711 },
  { sub: "a".repeat(256) },
  { claims: null },
  { claims: ["ops"] },
  { cache_seconds: null },
  { cache_seconds: -1 },
  { cache_seconds: "60" },
];

for (const changes of malformed) {
  Deno.test(`F3 F8 an answer with ${Deno.inspect(changes, { strAbbreviateSize: 20 })} is none, and not remembered`, async () => {
    await using scene = webhookScene(acceptance(changes));
    await assertBrief(scene.judge(), "unavailable webhook");
    scene.server.answer = () => json(acceptance());
    await assertBrief(scene.judge(), "identity alice");
  });
}

for (const status of [201, 204, 302, 401, 403, 404, 500]) {
  Deno.test(`F11 the status ${status} is no answer`, async () => {
    await using scene = webhookScene(() =>
      new Response(status === 204 ? null : JSON.stringify(acceptance()), {
        status,
        headers: { "content-type": "application/json" },
      })
    );
    await assertBrief(scene.judge(), "unavailable webhook");
  });
}

Deno.test("F7 an answer for one host or way to connect is none for another", async () => {
  await using scene = webhookScene(({ body }) =>
    json(
      JSON.parse(body).connection.host === "192.0.2.1"
        ? acceptance()
        : { result: "refused" },
    )
  );
  assertEquals(
    brief(await scene.judge("t", { host: "192.0.2.1" })),
    "identity alice",
  );
  assertEquals(
    brief(await scene.judge("t", { host: "192.0.2.2" })),
    "bearer_token_inactive",
  );
  assertEquals(
    brief(await scene.judge("t", { host: "192.0.2.1", type: "mqtt" })),
    "identity alice",
  );
  assertEquals(scene.server.asked.length, 3);
  assertEquals(
    brief(await scene.judge("t", { host: "192.0.2.1" })),
    "identity alice",
  );
  assertEquals(scene.server.asked.length, 3);
});

Deno.test("F8 the backend says how long its answer may be remembered, within what is configured", async () => {
  await using scene = webhookScene(acceptance({ cache_seconds: 5 }), {
    memory: { seconds: 60 },
  });
  await scene.judge();
  scene.clocks.advance(4_000);
  await scene.judge();
  assertEquals(scene.server.asked.length, 1);
  scene.clocks.advance(1_001);
  scene.server.answer = () => json(acceptance({ cache_seconds: 0 }));
  await scene.judge();
  await scene.judge();
  assertEquals(scene.server.asked.length, 3);
  scene.server.answer = () => json(acceptance({ cache_seconds: 3600 }));
  await scene.judge();
  scene.clocks.advance(60_001);
  await scene.judge();
  assertEquals(scene.server.asked.length, 5);
});

Deno.test("the claim sub is always the identity", async () => {
  await using scene = webhookScene(
    acceptance({ claims: { sub: "root", iss: "x" } }),
  );
  const outcome = await scene.judge();
  assert(outcome.kind === "identity");
  assertEquals(outcome.claims["sub"], "alice");
});

Deno.test("J1 the backend's reason is logged only if it is too plain to hold a token", async () => {
  for (
    const [reason, detail] of [
      ["account_locked", "The webhook refused: account_locked"],
      ["token 1|abc unknown", "The webhook refused"],
      ["1abc", "The webhook refused"],
      [7, "The webhook refused"],
    ]
  ) {
    await using scene = webhookScene({ result: "refused", reason });
    const outcome = await scene.judge();
    assert(outcome.kind === "rejected");
    assertEquals(outcome.detail, detail);
  }
});

Deno.test("J1 nothing that the webhook says or is told is in an outcome or the log", async () => {
  await using scene = webhookScene(() =>
    new Response("canary-answer", { status: 500 })
  );
  const outcomes = [];
  for (let count = 0; count < 6; count++) {
    outcomes.push(await scene.judge(`canary-token-${count}`));
  }
  const said = JSON.stringify([outcomes, scene.clocks.dependencies.log.lines]) +
    Deno.inspect(scene.authenticator);
  assert(!said.includes("canary"), said);
});
