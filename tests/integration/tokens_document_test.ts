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
import type { CredentialKind } from "../../src/base/identity.ts";
import type { Config } from "../../src/config/config.ts";
import { createApiToken } from "../../src/identity/api_token.ts";
import type { NewApiToken } from "../../src/identity/api_token.ts";
import { formatApiTokenFile } from "../../src/identity/api_token_file.ts";
import { json, startAskedServer } from "../fixtures/asked_server.ts";
import type { AskedServer } from "../fixtures/asked_server.ts";
import { startCluster } from "../fixtures/cluster.ts";
import type { Cluster } from "../fixtures/cluster.ts";
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
import type { WebhookBackend } from "../fixtures/webhook_backend.ts";

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

interface Counterparts extends AsyncDisposable {
  readonly issuer: AskedServer;
  readonly opaque: AskedServer;
  readonly cluster: Cluster;
  readonly backend: WebhookBackend;
  readonly apiToken: NewApiToken;
  readonly shopSecret: Uint8Array;
  /** With the files that the configuration names. */
  readonly folder: string;
  /** What the document's variables stand for. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Whoever is asked, and what is in files. */
async function startCounterparts(seconds: number): Promise<Counterparts> {
  const cluster = startCluster(seconds);
  const webhookSecret = `whsec_${randomBytes(32).toString("base64")}`;
  const shopSecret = randomBytes(32);
  const apiToken = createApiToken();
  const folder = await Deno.makeTempDir();
  const tokens = formatApiTokenFile([{
    id: apiToken.id,
    "sha256": apiToken.digest,
    sub: "sensor-17",
    "created_at": "2026-01-01T00:00:00Z",
    "expires_at": new Date((seconds + 60) * 1000).toISOString(),
  }]);
  await Deno.writeTextFile(`${folder}/token`, cluster.ownToken);
  await Deno.writeTextFile(`${folder}/ca.crt`, cluster.caCertificate);
  await Deno.writeTextFile(`${folder}/api-tokens.json`, tokens, {
    mode: 0o600,
  });
  const issuer = startIssuer();
  const opaque = startIntrospection(seconds);
  const backend = await startWebhookBackend(webhookSecret);
  return {
    issuer,
    opaque,
    cluster,
    backend,
    apiToken,
    shopSecret,
    folder,
    variables: {
      DEV_ISSUER_JWKS_FILE: "",
      SHOP_SECRET: shopSecret.toString("base64"),
      INTROSPECTION_SECRET: "introspection-secret",
      WEBHOOK_SECRET: webhookSecret,
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(
        [issuer, opaque, cluster, backend].map((each) =>
          each[Symbol.asyncDispose]()
        ),
      );
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function documentedConfig(
  { issuer, opaque, backend, cluster, folder, variables }: Counterparts,
  environment: Readonly<Record<string, string>>,
): Config {
  const text = documentedConfiguration(DOCUMENT, DELIVERED, {
    issuer: issuer.origin,
    opaque: opaque.origin,
    backend: backend.url.origin,
    apiServer: cluster.url.origin,
    folder,
  });
  const set = new Map(Object.entries({ ...environment, ...variables }));
  return parseConfig(text, {
    source: "docs/TOKENS.md",
    lookup: (name) => set.get(name),
    readFile: readTextFile,
  }).config;
}

interface Presented {
  readonly kind: CredentialKind;
  readonly token: string;
  /** How the user's name in subjects ends. */
  readonly name: string;
  /** A token of the same kind that gets nobody in. */
  readonly wrong: string;
}

function presentedTokens(
  { issuer, shopSecret, apiToken, cluster }: Counterparts,
  seconds: number,
): readonly Presented[] {
  const claims = { sub: "alice", aud: "nats", iat: seconds, exp: seconds + 60 };
  const jwt = (iss: string): string => signer.token({ ...claims, iss });
  const shopClaims = JSON.stringify({
    ...claims,
    iss: "https://shop.example.com",
  });
  const shop = `${encodePart('{"alg":"HS256","kid":"2026-01"}')}.${
    encodePart(shopClaims)
  }`;
  return [
    {
      kind: "jwt",
      token: jwt(issuer.origin),
      name: "alice",
      wrong: jwt("https://x"),
    },
    {
      kind: "shared_secret",
      token: `${shop}.${encodePart(hmac(shopSecret, "HS256", shop))}`,
      name: "shop=alice",
      wrong: `${shop}.${"A".repeat(43)}`,
    },
    {
      kind: "introspection",
      token: "opaque-of-bob",
      name: "opaque=bob",
      wrong: "opaque-of-nobody",
    },
    {
      kind: "api_token",
      token: apiToken.token.reveal(),
      name: "api=sensor-17",
      wrong: createApiToken().token.reveal(),
    },
    {
      kind: "webhook",
      token: "1|Zl3cR8hV0tqkq2fJ",
      name: "app=user-4711",
      wrong: "1|unknown",
    },
    {
      kind: "kubernetes",
      token: cluster.projectedToken("shop", "web"),
      // The colons are encoded.
      name: "",
      wrong: cluster.projectedToken("kube-system", "web"),
    },
  ];
}

Deno.test("a token of every kind that docs/TOKENS.md explains gets in, as it says", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await using stack = await startStack();
  await using counterparts = await startCounterparts(seconds);
  await using service = await startService(
    documentedConfig(counterparts, stack.environment),
  );
  const presented = presentedTokens(counterparts, seconds);
  for (const { kind, token, name, wrong } of presented) {
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
  const shown = presented.map(({ kind }) => kind);
  assertEquals(CREDENTIAL_KINDS.filter((kind) => !shown.includes(kind)), [
    "custom",
  ]);
  const { opaque, issuer } = counterparts;
  assertEquals(opaque.asked.length, 2);
  assertEquals(
    issuer.asked.filter(({ path }) => path === "/userinfo").length,
    1,
  );
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
