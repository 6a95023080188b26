/**
 * The backend of docs/examples as a program of its own, asked by the service's own
 * code; and the description in docs/webhook.openapi.yaml against that code.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import { parse } from "yaml";
import { z } from "zod";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { Secret } from "../../src/base/secret.ts";
import { monotonicClock, systemClock } from "../../src/base/time.ts";
import type { EpochMs } from "../../src/base/time.ts";
import { EndpointFault } from "../../src/identity/endpoint_fault.ts";
import { createWebhook } from "../../src/identity/webhook.ts";
import {
  judgeWebhookAnswer,
  readWebhookAnswer,
} from "../../src/identity/webhook_answer.ts";
import {
  createWebhookId,
  parseWebhookSecret,
  signWebhook,
} from "../../src/identity/webhook_signature.ts";
import { counterpartTest, pythonJwt } from "../fixtures/counterparts.ts";
import { brief } from "../fixtures/introspection_scene.ts";
import { createRecordingLog } from "../fixtures/jwt_scene.ts";
import {
  startWebhookBackend,
  webhookBackend,
} from "../fixtures/webhook_backend.ts";

const RULES = {
  issuer: "urn:test",
  clockToleranceSeconds: 0,
  lifetimeSecondsMax: 3600,
};

interface Description {
  readonly components: {
    readonly schemas: Readonly<Record<"Accepted" | "Refused", JsonObject>>;
  };
  readonly paths: {
    readonly "/nats/token": {
      readonly post: {
        readonly responses: { readonly "200": { readonly content: Examples } };
      };
    };
  };
}

interface Examples {
  readonly "application/json": {
    readonly examples: Readonly<Record<string, { readonly value: JsonObject }>>;
  };
}

Deno.test("the example backend accepts and refuses, and only who shares its secret may ask", async () => {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const stranger = `whsec_${Buffer.alloc(32).toString("base64")}`;
  await using backend = await startWebhookBackend(secret);
  for (
    const [key, token, expected] of [
      [secret, "1|Zl3cR8hV0tqkq2fJ", "identity user-4711"],
      [secret, "3|no-such-token", "bearer_token_inactive"],
      [stranger, "1|Zl3cR8hV0tqkq2fJ", "unavailable webhook"],
    ] as const
  ) {
    const webhook = createWebhook({
      ...RULES,
      url: backend.url,
      secrets: [parseWebhookSecret(new Secret(key))],
      allowLoopbackHttp: true,
    }, {
      log: createRecordingLog(),
      clock: systemClock,
      monotonic: monotonicClock,
    });
    const outcome = await webhook.authenticate(new Secret(token), {
      now: systemClock(),
      signal: AbortSignal.timeout(5_000),
      connection: { host: "192.0.2.7", type: "nats" },
    });
    webhook.stop();
    assertEquals(brief(outcome), expected, JSON.stringify(outcome));
  }
});

Deno.test("the example backend takes no question of another time, whoever signed it", async () => {
  const bytes = randomBytes(32);
  await using backend = await startWebhookBackend(
    `whsec_${bytes.toString("base64")}`,
  );
  const body = JSON.stringify({ token: "1|Zl3cR8hV0tqkq2fJ" });
  const now = Math.floor(Date.now() / 1000);
  const statuses: [string, number][] = [];
  for (const timestamp of [`${now}`, `${now - 301}`, "soon", "", "Infinity"]) {
    const signature = createHmac("sha256", bytes)
      .update(`msg_1.${timestamp}.${body}`)
      .digest("base64");
    const response = await fetch(backend.url, {
      method: "POST",
      headers: {
        "webhook-id": "msg_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signature}`,
      },
      body,
    });
    await response.body?.cancel();
    statuses.push([timestamp, response.status]);
  }
  assertEquals(statuses, [
    [`${now}`, 200],
    [`${now - 301}`, 401],
    ["soon", 401],
    ["", 401],
    ["Infinity", 401],
  ]);
});

for (const secret of ["", "whsec_", "whsec_c2hvcnQ="]) {
  Deno.test(`the example backend does not start with the secret "${secret}"`, async () => {
    const { code, stderr } = await webhookBackend(secret, {
      signal: AbortSignal.timeout(10_000),
    }).output();
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stderr), /WEBHOOK_SECRET must be /);
  });
}

Deno.test("the answers that the description shows are judged as it says", async () => {
  const description: Description = parse(
    await Deno.readTextFile("docs/webhook.openapi.yaml"),
  );
  const { post } = description.paths["/nats/token"];
  const { examples } = post.responses["200"].content["application/json"];
  const now = 1_800_000_000_000 as EpochMs;
  const judged = Object.entries(examples).map(
    ([name, { value }]) => {
      const answer = readWebhookAnswer(value, 100);
      assert(!(answer instanceof EndpointFault), name);
      const outcome = answer.kind === "rejected"
        ? answer
        : judgeWebhookAnswer(answer.content, RULES, now);
      return [name.split(/[ ,]/)[0], brief(outcome)];
    },
  );
  assertEquals(judged, [
    ["accepted", "identity user-4711"],
    ["accepted", "identity user-4711"],
    ["refused", "bearer_token_inactive"],
    ["refused", "bearer_token_inactive"],
  ]);
});

Deno.test("F3 the description and the code agree about which answers that accept are none", async () => {
  const description: Description = parse(
    await Deno.readTextFile("docs/webhook.openapi.yaml"),
  );
  const schema = z.fromJSONSchema(description.components.schemas.Accepted);
  const good = {
    "result": "accepted",
    "sub": "alice",
    "expires_at": 1_800_000_600,
  };
  const answers: readonly [Record<string, Json | undefined>, boolean][] = [
    [{}, true],
    [{ claims: {}, cache_seconds: 0 }, true],
    [{ expires_at: 1_800_000_600.5, further: [] }, true],
    [{ sub: undefined }, false],
    [{ sub: null }, false],
    [{ sub: "" }, false],
    [{ sub: 4711 }, false],
    [{ sub: "a".repeat(256) }, false],
    [{ expires_at: undefined }, false],
    [{ expires_at: null }, false],
    [{ expires_at: "1800000600" }, false],
    [{ claims: null }, false],
    [{ claims: [] }, false],
    [{ cache_seconds: null }, false],
    [{ cache_seconds: -1 }, false],
    [{ cache_seconds: "5" }, false],
    [{ result: "Accepted" }, false],
  ];
  for (const [changes, expected] of answers) {
    const answer = JSON.parse(JSON.stringify({ ...good, ...changes }));
    const read = readWebhookAnswer(answer, 100);
    assertEquals(
      [schema.safeParse(answer).success, !(read instanceof EndpointFault)],
      [expected, expected],
      JSON.stringify(changes),
    );
  }
});

counterpartTest(
  "the library of Standard Webhooks takes our signature, and no other",
  await pythonJwt(),
  async (library) => {
    const key = `whsec_${randomBytes(32).toString("base64")}`;
    const body = JSON.stringify({
      token: "t",
      connection: { host: "192.0.2.7", type: "nats" },
    });
    const headers = signWebhook(
      { id: createWebhookId(), body },
      [parseWebhookSecret(new Secret(key))],
      systemClock(),
    );
    const cases: readonly [Readonly<Record<string, unknown>>, boolean][] = [
      [{}, true],
      [{ body: body.replace("7", "8") }, false],
      [{ headers: { ...headers, "webhook-timestamp": "1800000000" } }, false],
      [{ headers: { ...headers, "webhook-id": "msg_other" } }, false],
      [{ key: `whsec_${randomBytes(32).toString("base64")}` }, false],
    ];
    for (const [changes, expected] of cases) {
      const { accepted } = await library.ask({
        op: "webhook",
        key,
        body,
        headers,
        ...changes,
      });
      assertEquals(accepted, expected, JSON.stringify(changes));
    }
  },
);
