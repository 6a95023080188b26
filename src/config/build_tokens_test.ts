import { assert, assertEquals } from "@std/assert";
import { createTestClocks } from "../../tests/fixtures/asked_server.ts";
import { parseScene, TEXT } from "../../tests/fixtures/config_scene.ts";
import { ALL_TOKENS } from "../../tests/fixtures/token_settings.ts";
import { createAuthenticator } from "../identity/authenticator.ts";
import { listPermissionFlags } from "./permissions.ts";
import type { RulesContext } from "../permissions/rule_context.ts";

Deno.test("every kind of token can be configured, and what is said arrives", () => {
  const { config } = parseScene(ALL_TOKENS);
  assertEquals(config.issuers[0]?.userinfo, {
    endpoint: { kind: "discovery", origins: ["https://api.example"] },
    claims: ["groups"],
    timeoutMs: 1000,
    memory: {
      seconds: 5,
      refusalSeconds: 10,
      entriesMax: 10_000,
      refusalsMax: 10_000,
      bytesMax: 16_777_216,
    },
    allowLoopbackHttp: false,
    allowPrivateAddresses: false,
  });
  const [opaque, withKey] = config.introspection ?? [];
  assertEquals(
    [opaque?.audiences, opaque?.subMember, opaque?.secondsWithoutExp],
    ["any", "username", 300],
  );
  assertEquals([opaque?.tokenPrefix, opaque?.jwts], ["ory_at_", "own"]);
  assertEquals(opaque?.memory?.entriesMax, 7);
  assertEquals([opaque?.timeoutMs, opaque?.allowPrivateAddresses], [700, true]);
  assert(withKey?.client.method === "private_key_jwt");
  assertEquals(
    [withKey.client.kid, withKey.client.algorithm, withKey.client.audience],
    ["k1", "ES256", "https://key.example"],
  );
  assertEquals(config.webhooks?.[0]?.secrets.length, 2);
  assertEquals(config.apiTokens, {
    file: "api-tokens.json",
    issuer: "urn:nats-auth-callout:api-tokens",
    reloadSeconds: 2,
  });
  assertEquals(config.kubernetes?.map(({ kind }) => kind), [
    "keys",
    "token_review",
    "keys",
  ]);
  const authenticator = createAuthenticator(
    config,
    createTestClocks().dependencies,
  );
  assertEquals(authenticator.status().length, 8);
});

Deno.test("C15 claims can be required of JWTs, opaque tokens and the webhook", () => {
  const required = "required_claims: { groups: strings, /a~1b/c: object }";
  const text = ALL_TOKENS.text
    .replace("jwks_file:", `${required}\n    jwks_file:`)
    .replace("label: opaque", `label: opaque\n    ${required}`)
    .replace("label: app", `label: app\n  ${required}`);
  const { config } = parseScene({ ...ALL_TOKENS, text });
  const { issuers, introspection, webhooks } = config;
  for (const options of [issuers[0], introspection?.[0], webhooks?.[0]]) {
    assertEquals(options?.requiredClaims, [
      { path: ["groups"], type: "strings" },
      { path: ["a/b", "c"], type: "object" },
    ]);
  }
});

Deno.test("C3 an audience that is not looked at is said loudly", () => {
  const { warnings } = parseScene(ALL_TOKENS);
  assertEquals(
    warnings.map(({ code, setting }) => [code, setting]),
    [["audience_unchecked", "introspection[0].any_audience"]],
  );
});

function kindsOf({ tokens = [] }: RulesContext): readonly unknown[] {
  return tokens.map(({ credential, issuer }) => [issuer, credential]);
}

Deno.test("C18 each kind has its label, and rules know the issuers of all", () => {
  const { config: { permissions } } = parseScene(ALL_TOKENS);
  assertEquals(Object.fromEntries(permissions.issuerLabels), {
    "https://opaque.example": "opaque",
    "https://key.example": "key",
    "urn:nats-auth-callout:webhook": "app",
    "urn:nats-auth-callout:api-tokens": "api",
    "https://cluster.example": "k8s",
    "https://reviewed.example": "reviewed",
    "https://public.example": "public",
  });
  assertEquals(kindsOf(permissions), [
    ["https://issuer.example", "jwt"],
    ["https://opaque.example", "introspection"],
    ["https://key.example", "introspection"],
    ["https://cluster.example", "kubernetes"],
    ["https://reviewed.example", "kubernetes"],
    ["https://public.example", "kubernetes"],
    ["urn:nats-auth-callout:webhook", "webhook"],
    ["urn:nats-auth-callout:api-tokens", "api_token"],
  ]);
});

Deno.test("C18 one issuer may have JWTs and opaque tokens, under one label", () => {
  const opaque =
    "introspection: [{ issuer: https://issuer.example, client: { id: nats, secret: s } }]";
  const labelled = TEXT.replace(
    "jwks_file: issuer.jwks.json",
    "jwks_file: issuer.jwks.json\n    label: own",
  );
  for (
    const [text, labels] of [[TEXT, {}], [labelled, {
      "https://issuer.example": "own",
    }]] as const
  ) {
    const { config } = parseScene({ text: `${text}${opaque}\n` });
    const { issuerLabels } = config.permissions;
    assertEquals(Object.fromEntries(issuerLabels), labels);
    assertEquals(kindsOf(config.permissions), [
      ["https://issuer.example", "jwt"],
      ["https://issuer.example", "introspection"],
    ]);
    assertEquals(config.introspection?.length, 1);
  }
});

Deno.test("K9 start may talk to whom it asks, and to nobody else", () => {
  const [net] = listPermissionFlags({
    ...parseScene(ALL_TOKENS),
    files: [],
    variables: [],
  });
  const hosts = new Set(net?.replace("--allow-net=", "").split(","));
  for (
    const host of [
      "issuer.example",
      "api.example",
      "opaque.example",
      "key.example",
      "backend.example",
      "10.0.0.1:6443",
      "10.0.0.2:443",
      "public.example",
    ]
  ) assert(hosts.delete(host), host);
  assertEquals([...hosts], ["127.0.0.1:4222", "127.0.0.1:8080"]);
});

Deno.test("API tokens alone are enough", () => {
  const text = TEXT.replace(
    /issuers:[^]*$/,
    "api_tokens: { file: api-tokens.json }\n",
  );
  const { config } = parseScene({ ...ALL_TOKENS, text });
  assertEquals(config.issuers, []);
  assertEquals(config.apiTokens?.file, "api-tokens.json");
});
