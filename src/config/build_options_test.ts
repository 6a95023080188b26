/**
 * A configuration that says of every kind of token all that can be said, nothing
 * of it what would hold without: each setting arrives, and where it belongs.
 */
import { assert, assertEquals } from "@std/assert";
import {
  parseScene,
  WITHOUT_ISSUERS,
} from "../../tests/fixtures/config_scene.ts";
import {
  ALL_TOKENS,
  CONFIGURED_WEBHOOK_SECRET,
} from "../../tests/fixtures/token_settings.ts";

const KINDS = `
issuers:
  - issuer: https://jwt.example
    label: jwt
    audiences: [a, b]
    algorithms: [PS256]
    typ: [at+jwt]
    client_ids: [web]
    required_scopes: [r]
    required_claims: { groups: strings }
    scope_claim: scp
    allow_id_tokens: true
    clock_tolerance_seconds: 1
    lifetime_seconds_max: 101
    userinfo:
      claims: [org]
      origins: [https://api.example]
      cache: { seconds: 102, refusal_seconds: 103, entries_max: 104, bytes_max: 100105 }
    remote:
      metadata_document: oauth-authorization-server
      jwks_origins: [https://keys.example]
      refresh_seconds: 107
      stale_seconds_max: 108
      unknown_key_cooldown_seconds: 106
      timeout_ms: 109
      ca_file: ca.crt
      allow_loopback_http: true
      allow_private_addresses: true
      when_empty: deny
introspection:
  - issuer: https://opaque.example
    label: opaque
    metadata_document: oauth-authorization-server
    origins: [https://api.example]
    client: { id: nats, secret: s, method: client_secret_post }
    token_prefix: ory_at_
    jwts: others
    characters: visible
    audiences: [c]
    client_ids: [app]
    required_scopes: [w]
    required_claims: { org: string }
    sub_claim: username
    seconds_without_exp: 200
    clock_tolerance_seconds: 2
    lifetime_seconds_max: 201
    cache: { seconds: 202, refusal_seconds: 203, entries_max: 204, bytes_max: 100205 }
    remote: { timeout_ms: 209, ca_file: ca.crt, allow_loopback_http: true, allow_private_addresses: true }
webhook:
  url: https://backend.example/token
  issuer: urn:backend
  label: app
  secrets: [{ secret: "${CONFIGURED_WEBHOOK_SECRET}" }]
  token_prefix: "app|"
  jwts: own
  characters: b64token
  required_claims: { team: object }
  clock_tolerance_seconds: 3
  lifetime_seconds_max: 301
  cache: { seconds: 302, refusal_seconds: 303, entries_max: 304, bytes_max: 100305 }
  remote: { timeout_ms: 309, ca_file: ca.crt, allow_loopback_http: true, allow_private_addresses: true }
api_tokens:
  file: api-tokens.json
  issuer: urn:programs
  label: api
  reload_seconds: 400
kubernetes:
  - issuer: https://cluster.example
    label: k8s
    audiences: [d]
    namespaces: [shop]
    api_server: { url: "https://10.0.0.1:6443", token_file: token, ca_file: ca.crt }
    clock_tolerance_seconds: 6
    lifetime_seconds_max: 601
    timeout_ms: 609
  - issuer: https://reviewed.example
    label: reviewed
    method: token_review
    audiences: [e]
    namespaces: [bank]
    api_server: { url: "https://10.0.0.2", token_file: token, ca_file: ca.crt }
    clock_tolerance_seconds: 5
    lifetime_seconds_max: 501
    cache: { seconds: 502, refusal_seconds: 503, entries_max: 504, bytes_max: 100505 }
    timeout_ms: 509
  - issuer: https://public.example
    label: public
    audiences: [f]
    namespaces: [park]
    clock_tolerance_seconds: 7
    lifetime_seconds_max: 701
    timeout_ms: 709
`;

const { config } = parseScene({
  ...ALL_TOKENS,
  text: `${WITHOUT_ISSUERS}${KINDS}`,
});

const caCertificates = [ALL_TOKENS.files["ca.crt"]];
const EVERYWHERE = { allowLoopbackHttp: true, allowPrivateAddresses: true };

/** What is remembered, by the hundred that its section counts in. */
function memory(hundred: number): Readonly<Record<string, number>> {
  return {
    seconds: hundred + 2,
    refusalSeconds: hundred + 3,
    entriesMax: hundred + 4,
    refusalsMax: hundred + 4,
    bytesMax: 100_005 + hundred,
  };
}

Deno.test("C5 C8 C13 D10 D12 D16 all that is said of an issuer of JWTs arrives", () => {
  const asking = { timeoutMs: 109, caCertificates, ...EVERYWHERE };
  assertEquals<unknown>(config.issuers, [{
    issuer: "https://jwt.example",
    audiences: ["a", "b"],
    algorithms: ["PS256"],
    typ: ["at+jwt"],
    clientIds: ["web"],
    requiredScopes: ["r"],
    requiredClaims: [{ path: ["groups"], type: "strings" }],
    scopeClaim: "scp",
    allowIdTokens: true,
    clockToleranceSeconds: 1,
    lifetimeSecondsMax: 101,
    userinfo: {
      endpoint: {
        kind: "discovery",
        document: "oauth-authorization-server",
        origins: ["https://api.example"],
      },
      claims: ["org"],
      memory: memory(100),
      ...asking,
    },
    keys: {
      kind: "discovery",
      document: "oauth-authorization-server",
      jwksOrigins: ["https://keys.example"],
      refreshSeconds: 107,
      staleSecondsMax: 108,
      unknownKeyCooldownSeconds: 106,
      whenEmpty: "deny",
      ...asking,
    },
  }]);
});

Deno.test("C5 C8 C13 F15 all that is said of introspection arrives", () => {
  const [found, ...others] = config.introspection ?? [];
  assertEquals(others, []);
  assert(found?.client.method === "client_secret_post");
  const { client: { secret, ...client }, ...options } = found;
  assertEquals(secret.reveal(), "s");
  assertEquals<unknown>({ client, ...options }, {
    client: { method: "client_secret_post", clientId: "nats" },
    issuer: "https://opaque.example",
    endpoint: {
      kind: "discovery",
      document: "oauth-authorization-server",
      origins: ["https://api.example"],
    },
    tokenPrefix: "ory_at_",
    jwts: "others",
    characters: "visible",
    audiences: ["c"],
    clientIds: ["app"],
    requiredScopes: ["w"],
    requiredClaims: [{ path: ["org"], type: "string" }],
    subMember: "username",
    secondsWithoutExp: 200,
    clockToleranceSeconds: 2,
    lifetimeSecondsMax: 201,
    memory: memory(200),
    timeoutMs: 209,
    caCertificates,
    ...EVERYWHERE,
  });
});

Deno.test("C5 C8 F15 all that is said of the webhook arrives", () => {
  const [found, ...others] = config.webhooks ?? [];
  assertEquals(others, []);
  assert(found !== undefined);
  const { secrets, ...options } = found;
  assertEquals(secrets.length, 1);
  assertEquals<unknown>(options, {
    url: new URL("https://backend.example/token"),
    issuer: "urn:backend",
    tokenPrefix: "app|",
    jwts: "own",
    characters: "b64token",
    requiredClaims: [{ path: ["team"], type: "object" }],
    clockToleranceSeconds: 3,
    lifetimeSecondsMax: 301,
    memory: memory(300),
    timeoutMs: 309,
    caCertificates,
    ...EVERYWHERE,
  });
});

Deno.test("G5 all that is said of API tokens arrives", () => {
  assertEquals(config.apiTokens, {
    file: "api-tokens.json",
    issuer: "urn:programs",
    reloadSeconds: 400,
  });
});

Deno.test("C3 C5 C8 all that is said of clusters arrives", () => {
  const clusters = (config.kubernetes ?? []).map((cluster) => {
    const { apiServer, ...options } = cluster;
    return { url: apiServer?.url.href, ...options };
  });
  const inside = { caCertificates, allowPrivateAddresses: true };
  assertEquals<unknown>(clusters, [{
    kind: "keys",
    issuer: "https://cluster.example",
    audiences: ["d"],
    namespaces: ["shop"],
    url: "https://10.0.0.1:6443/",
    clockToleranceSeconds: 6,
    lifetimeSecondsMax: 601,
    remote: { timeoutMs: 609, ...inside },
  }, {
    kind: "token_review",
    issuer: "https://reviewed.example",
    audiences: ["e"],
    namespaces: ["bank"],
    url: "https://10.0.0.2/",
    clockToleranceSeconds: 5,
    lifetimeSecondsMax: 501,
    memory: memory(500),
    timeoutMs: 509,
    ...inside,
  }, {
    kind: "keys",
    issuer: "https://public.example",
    audiences: ["f"],
    namespaces: ["park"],
    url: undefined,
    clockToleranceSeconds: 7,
    lifetimeSecondsMax: 701,
    remote: { timeoutMs: 709 },
  }]);
});
