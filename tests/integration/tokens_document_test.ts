/**
 * What docs/TOKENS.md shows is what works: its configurations, together, in front
 * of a real NATS server, with a token of every kind let in and one turned away.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { parseConfig } from "../../src/config/parse.ts";
import { readTextFile } from "../../src/config/text_file.ts";
import { CREDENTIAL_KINDS } from "../../src/base/identity.ts";
import { createApiToken } from "../../src/identity/api_token.ts";
import { formatApiTokenFile } from "../../src/identity/api_token_file.ts";
import { json, startAskedServer } from "../fixtures/asked_server.ts";
import type { AskedServer } from "../fixtures/asked_server.ts";
import { startCluster } from "../fixtures/cluster.ts";
import {
  documentedBlocks,
  documentedConfiguration,
} from "../fixtures/documented_tokens.ts";
import {
  createSigner,
  encodePart,
  hmac,
  jwksOf,
} from "../fixtures/jwt_signer.ts";
import { openClient, reaches } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";
import { startWebhookBackend } from "../fixtures/webhook_backend.ts";

const DOCUMENT = await Deno.readTextFile("docs/TOKENS.md");
const DELIVERED = await Deno.readTextFile("config/callout.yaml");

const signer = createSigner("RS256");

/** An issuer of JWTs: metadata, keys, UserInfo. */
function startIssuer(): AskedServer {
  const server: AskedServer = startAskedServer(({ path }) => {
    switch (path) {
      case "/.well-known/openid-configuration":
        return json({
          issuer: server.origin,
          "jwks_uri": `${server.origin}/jwks`,
          "userinfo_endpoint": `${server.origin}/userinfo`,
        });
      case "/jwks":
        return json(jwksOf(signer.jwk));
      default:
        return json({ sub: "alice", groups: ["ops"], email: "a@example.com" });
    }
  });
  return server;
}

function startIntrospection(seconds: number): AskedServer {
  return startAskedServer(({ body, headers }) => {
    const client = Buffer.from("nats:introspection-secret").toString("base64");
    if (headers.get("authorization") !== `Basic ${client}`) {
      return json({}, { status: 401 });
    }
    const token = new URLSearchParams(body).get("token");
    return json(
      token === "opaque-of-bob"
        ? { active: true, sub: "bob", aud: "nats", exp: seconds + 60 }
        : { active: false },
    );
  });
}

Deno.test("a token of every kind that docs/TOKENS.md explains gets in, as it says", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await using stack = await startStack();
  await using issuer = startIssuer();
  await using opaque = startIntrospection(seconds);
  await using cluster = startCluster(seconds);
  const webhookSecret = `whsec_${randomBytes(32).toString("base64")}`;
  await using backend = await startWebhookBackend(webhookSecret);
  const folder = await Deno.makeTempDir();
  const apiToken = createApiToken();
  const shopSecret = randomBytes(32);
  await Deno.writeTextFile(`${folder}/token`, cluster.ownToken);
  await Deno.writeTextFile(`${folder}/ca.crt`, cluster.caCertificate);
  await Deno.writeTextFile(
    `${folder}/api-tokens.json`,
    formatApiTokenFile([{
      id: apiToken.id,
      "sha256": apiToken.digest,
      sub: "sensor-17",
      "created_at": "2026-01-01T00:00:00Z",
      "expires_at": new Date((seconds + 60) * 1000).toISOString(),
    }]),
    { mode: 0o600 },
  );
  const text = documentedConfiguration(DOCUMENT, DELIVERED, {
    issuer: issuer.origin,
    opaque: opaque.origin,
    backend: backend.url.origin,
    apiServer: cluster.url.origin,
    folder,
  });
  const variables = new Map(Object.entries({
    ...stack.environment,
    DEV_ISSUER_JWKS_FILE: "",
    SHOP_SECRET: shopSecret.toString("base64"),
    INTROSPECTION_SECRET: "introspection-secret",
    WEBHOOK_SECRET: webhookSecret,
  }));
  const { config } = parseConfig(text, {
    source: "docs/TOKENS.md",
    lookup: (name) => variables.get(name),
    readFile: readTextFile,
  });
  await using service = await startService(config);

  const claims = { sub: "alice", aud: "nats", iat: seconds, exp: seconds + 60 };
  const shop = `${encodePart('{"alg":"HS256","kid":"2026-01"}')}.${
    encodePart(JSON.stringify({ ...claims, iss: "https://shop.example.com" }))
  }`;
  const pod = cluster.projectedToken("shop", "web");
  const tokens: readonly [
    token: string,
    kind: string,
    name: string,
    wrong: string,
  ][] = [
    [
      signer.token({ ...claims, iss: issuer.origin }),
      "jwt",
      "alice",
      signer.token({ ...claims, iss: "https://x" }),
    ],
    [
      `${shop}.${encodePart(hmac(shopSecret, "HS256", shop))}`,
      "shared_secret",
      "shop=alice",
      `${shop}.${"A".repeat(43)}`,
    ],
    ["opaque-of-bob", "introspection", "opaque=bob", "opaque-of-nobody"],
    [
      apiToken.token.reveal(),
      "api_token",
      "api=sensor-17",
      createApiToken().token.reveal(),
    ],
    ["1|Zl3cR8hV0tqkq2fJ", "webhook", "app=user-4711", "1|unknown"],
    [pod, "kubernetes", "", cluster.projectedToken("kube-system", "web")],
  ];
  for (const [token, kind, name, wrong] of tokens) {
    const client = await openClient(stack, token);
    const granted = service.lines.findLast(({ code }) => code === "granted");
    assert(
      granted?.name !== undefined && granted.name.endsWith(name),
      `${kind}: ${granted?.name}`,
    );
    const subject = `users.${granted.name}`;
    assert(await reaches(client, client, `${subject}.a`, `${subject}.>`), kind);
    await client.close();
    await assertRejects(
      () => openClient(stack, wrong),
      Error,
      "Authorization",
      kind,
    );
  }
  const shown = tokens.map(([, kind]) => kind);
  assertEquals(CREDENTIAL_KINDS.filter((kind) => !shown.includes(kind)), [
    "custom",
  ]);
  assertEquals(opaque.asked.length, 2);
  assertEquals(
    issuer.asked.filter(({ path }) => path === "/userinfo").length,
    1,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("docs/TOKENS.md shows every section that a kind of token has", () => {
  const sections = new Set(
    documentedBlocks(DOCUMENT).flatMap((block) => Object.keys(block)),
  );
  assertEquals([...sections].sort(), [
    "api_tokens",
    "introspection",
    "issuers",
    "kubernetes",
    "webhook",
  ]);
  for (const kind of CREDENTIAL_KINDS) {
    assert(DOCUMENT.includes(`\`${kind}\``), kind);
  }
});
