import { assertEquals, assertFalse } from "@std/assert";
import { parseScene } from "../../tests/fixtures/config_scene.ts";
import { ALL_TOKENS } from "../../tests/fixtures/token_settings.ts";
import type { CredentialKind } from "../base/identity.ts";
import { describeSource, type Facts } from "./source_settings.ts";

function describe(
  credential: CredentialKind,
  issuer: string,
  text = ALL_TOKENS.text,
): Facts {
  const { config } = parseScene({ ...ALL_TOKENS, text });
  return describeSource(config, {
    credential,
    issuer,
    ready: true,
    failing: false,
    staleSeconds: 0,
    keyCount: 2,
  });
}

const LIFETIME = {
  "clock_tolerance_seconds": "30",
  "lifetime_seconds_max": "86400, which is 1d",
};

Deno.test("explain knows the settings of an issuer of JWTs, with UserInfo", () => {
  assertEquals(describe("jwt", "https://issuer.example"), {
    "keys": "2 known, of jwks_file",
    "algorithms": "RS256, ES256, EdDSA",
    "typ": "none, JWT or at+jwt",
    "audiences": "nats",
    ...LIFETIME,
    "userinfo":
      "groups: from the endpoint in the issuer's metadata, remembered for 5s",
  });
  const text = ALL_TOKENS.text.replace(
    "jwks_file: issuer.jwks.json",
    "jwks_url: https://issuer.example/jwks?key=canary\n    typ: [at+jwt]\n    client_ids: [a, b]\n    required_claims: { groups: strings, /a/b: string }\n    required_scopes: [r, w]\n    allow_id_tokens: true\n    clock_tolerance_seconds: 5",
  );
  assertEquals(describe("jwt", "https://issuer.example", text), {
    "keys": "2 known, of jwks_url https://issuer.example/jwks",
    "algorithms": "RS256, ES256, EdDSA",
    "typ": "at+jwt",
    "allow_id_tokens": "true",
    "audiences": "nats",
    "client_ids": "a or b",
    "required_scopes": "r and w",
    "required_claims": "groups (strings), a / b (string)",
    "clock_tolerance_seconds": "5",
    "lifetime_seconds_max": "86400, which is 1d",
    "userinfo":
      "groups: from the endpoint in the issuer's metadata, remembered for 5s",
  });
});

Deno.test("explain knows the settings of an issuer that shares a secret, and not the secret", () => {
  const secret = "canary-k7Gm2Qx9Lw4Zt6Rb8Nc3Vf5Hj1Ds0PyT6wKu";
  const text = ALL_TOKENS.text.replace(
    "jwks_file: issuer.jwks.json",
    `shared_secrets: [{ secret: ${secret}, encoding: utf8 }]`,
  );
  const settings = describe("shared_secret", "https://issuer.example", text);
  assertEquals(settings["keys"], "2 known, of shared_secrets (utf8)");
  assertFalse(JSON.stringify(settings).includes("canary"));
});

Deno.test("explain knows the settings of introspection, and not the client's secret", () => {
  assertEquals(describe("introspection", "https://opaque.example"), {
    "token_prefix": "ory_at_",
    "jwts": "own",
    "endpoint": "the endpoint in the issuer's metadata",
    "client": "nats, by client_secret_basic",
    "audiences": "any or none (any_audience: true)",
    "sub_claim": "username",
    "seconds_without_exp": "300, which is 5m",
    ...LIFETIME,
    "cache.seconds": "30: a revoked token is refused after that",
  });
  const settings = describe("introspection", "https://key.example");
  assertEquals(
    [settings["endpoint"], settings["client"], settings["seconds_without_exp"]],
    [
      "https://key.example/introspect",
      "nats, by private_key_jwt",
      "none: an answer without exp is refused",
    ],
  );
});

Deno.test("explain knows the settings of the webhook, and nothing behind its path", () => {
  const issuer = "urn:nats-auth-callout:webhook";
  assertEquals(describe("webhook", issuer), {
    "token_prefix": "app|",
    "url": "https://backend.example/token",
    "secrets": "2: questions are signed",
    "tls": "no client certificate",
    ...LIFETIME,
    "cache.seconds": "60: a revoked token is refused after that",
  });
  const text = ALL_TOKENS.text.replace(
    "https://backend.example/token",
    "https://backend.example/token?key=canary",
  );
  assertFalse(
    JSON.stringify(describe("webhook", issuer, text)).includes("canary"),
  );
});

Deno.test("explain knows the settings of clusters and of API tokens", () => {
  assertEquals(describe("kubernetes", "https://cluster.example"), {
    "method": "keys",
    "api_server.url": "https://10.0.0.1:6443",
    "keys": "2 known",
    "audiences": "nats",
    "namespaces": "shop",
    ...LIFETIME,
  });
  assertEquals(describe("kubernetes", "https://reviewed.example"), {
    "method": "token_review",
    "api_server.url": "https://10.0.0.2",
    "audiences": "nats",
    "namespaces": "any",
    ...LIFETIME,
    "cache.seconds": "60: a revoked token is refused after that",
  });
  assertEquals(
    describe("kubernetes", "https://public.example")["api_server.url"],
    "none: the issuer itself is asked",
  );
  assertEquals(describe("api_token", "urn:nats-auth-callout:api-tokens"), {
    "file": "api-tokens.json",
    "reload_seconds": "2: a token that was disabled is refused after that",
  });
});
