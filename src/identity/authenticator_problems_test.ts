import { assert, assertEquals, assertThrows } from "@std/assert";
import { issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import { createTestClocks } from "../../tests/fixtures/asked_server.ts";
import { Secret } from "../base/secret.ts";
import { createAuthenticator } from "./authenticator.ts";
import type { AuthenticatorOptions } from "./authenticator_options.ts";
import { authenticatorProblems } from "./authenticator_problems.ts";

const RULES = { clockToleranceSeconds: 30, lifetimeSecondsMax: 3600 };
const jwt = issuerOptions(createSigner("EdDSA"), {
  issuer: "https://jwt.example",
});
const apiServer = {
  url: new URL("https://kubernetes.default.svc"),
  bearerToken: (): Promise<Secret> => Promise.resolve(new Secret("t")),
};
const introspection = {
  issuer: "https://opaque.example",
  audiences: ["nats"],
  endpoint: new URL("https://opaque.example/introspect"),
  client: {
    method: "client_secret_basic",
    clientId: "nats",
    secret: new Secret("canary"),
  },
  ...RULES,
} as const;
const webhook = {
  issuer: "urn:webhook",
  url: new URL("https://backend.example/"),
  secrets: [],
  clientCertificate: { certificate: "", key: new Secret("canary") },
  tokenPrefix: "app|",
  ...RULES,
} as const;
const apiTokens = { issuer: "urn:api-tokens", file: "tokens.json" };
const review = {
  kind: "token_review",
  issuer: "https://cluster.example",
  audiences: ["nats"],
  apiServer,
  ...RULES,
} as const;
const cluster = {
  kind: "keys",
  issuer: "https://cluster.example",
  audiences: ["nats"],
  apiServer,
  ...RULES,
} as const;
const userinfo = {
  endpoint: { kind: "discovery" },
  claims: ["groups"],
} as const;

const all: AuthenticatorOptions = {
  issuers: [{ ...jwt, userinfo }],
  kubernetes: [cluster],
  introspection: [introspection],
  webhooks: [webhook],
  apiTokens,
};

Deno.test("options that are right have no problems", () => {
  assertEquals(authenticatorProblems(all), []);
  assertEquals(authenticatorProblems({ kubernetes: [review] }), []);
  assertEquals(authenticatorProblems({}), []);
  const both = { ...introspection, issuer: jwt.issuer };
  assertEquals(
    authenticatorProblems({ issuers: [jwt], introspection: [both] }),
    [],
  );
});

const http = new URL("http://opaque.example/");
const problems: readonly [
  why: string,
  options: AuthenticatorOptions,
  where: string,
][] = [
  ["F16 introspection without TLS", {
    introspection: [{ ...introspection, endpoint: http }],
  }, "introspection[0]: endpoint is not https, and not on this machine"],
  [
    "F16 a webhook without TLS",
    { webhooks: [{ ...webhook, url: http }] },
    "webhooks[0]: url is not https, and not on this machine",
  ],
  ["F16 an API server without TLS", {
    kubernetes: [{ ...review, apiServer: { ...apiServer, url: http } }],
  }, "kubernetes[0]: apiServer.url is not https, and not on this machine"],
  ["F16 UserInfo without TLS", {
    issuers: [{ ...jwt, userinfo: { ...userinfo, endpoint: http } }],
  }, "issuers[0]: userinfo.endpoint is not https, and not on this machine"],
  [
    "F16 loopback without the flag",
    {
      introspection: [{
        ...introspection,
        endpoint: new URL("http://127.0.0.1/"),
      }],
    },
    "introspection[0]: endpoint is not https, which is not allowed for this issuer",
  ],
  ["D1 credentials in a URL", {
    webhooks: [{ ...webhook, url: new URL("https://u:p@backend.example/") }],
  }, "webhooks[0]: url holds credentials"],
  [
    "D1 discovery without a URL",
    {
      introspection: [{
        ...introspection,
        issuer: "opaque",
        endpoint: { kind: "discovery" },
      }],
    },
    "introspection[0]: endpoint cannot be discovered: the issuer is not a URL",
  ],
  ["C15 a path that leads nowhere", {
    webhooks: [{ ...webhook, requiredClaims: [{ path: [], type: "object" }] }],
  }, "webhooks[0]: requiredClaims has a path that names nothing"],
  ["C18 two who judge for one issuer", {
    introspection: [introspection],
    webhooks: [{ ...webhook, issuer: introspection.issuer }],
  }, "webhooks[0]: issuer is configured twice"],
  [
    "C18 an issuer whose JWTs are verified, and asked about",
    {
      issuers: [jwt],
      introspection: [{ ...introspection, issuer: jwt.issuer, jwts: "own" }],
    },
    "introspection[0]: jwts is own, but JWTs of this issuer are verified here",
  ],
  ["C18 an issuer that is verified, and asked in two places", {
    issuers: [jwt],
    introspection: [
      { ...introspection, issuer: jwt.issuer },
      { ...introspection, issuer: jwt.issuer, tokenPrefix: "x" },
    ],
  }, "introspection[1]: issuer is configured twice"],
  ["C18 a cluster that is asked about opaque tokens", {
    kubernetes: [cluster],
    introspection: [{ ...introspection, issuer: cluster.issuer }],
  }, "introspection[0]: issuer is configured twice"],
  ["C18 a cluster that is an issuer too", {
    issuers: [jwt],
    kubernetes: [{ ...cluster, issuer: jwt.issuer }],
  }, "kubernetes[0]: issuer is configured twice"],
  ["C18 a cluster that is reviewed and an issuer too", {
    issuers: [jwt],
    kubernetes: [{ ...review, issuer: jwt.issuer }],
  }, "kubernetes[0]: issuer is configured twice"],
  ["C18 a cluster whose tokens are verified, then reviewed", {
    kubernetes: [cluster, review],
  }, "kubernetes[1]: issuer is configured twice"],
  ["C18 a cluster whose tokens are reviewed, then verified", {
    kubernetes: [review, cluster],
  }, "kubernetes[0]: issuer is configured twice"],
  ["C18 a cluster that is reviewed twice", {
    kubernetes: [review, review],
  }, "kubernetes[1]: issuer is configured twice"],
  ["C18 API tokens of another's issuer", {
    issuers: [jwt],
    apiTokens: { ...apiTokens, issuer: jwt.issuer },
  }, "apiTokens[0]: issuer is configured twice"],
  [
    "A12 two who take all opaque tokens",
    {
      introspection: [introspection, { ...introspection, issuer: "https://b" }],
    },
    "introspection[1]: tokenPrefix is missing: another goes without one already",
  ],
  ["A12 prefixes of which one begins the other", {
    introspection: [{ ...introspection, tokenPrefix: "app" }],
    webhooks: [webhook],
  }, "webhooks[0]: tokenPrefix begins like that of another"],
  ["A12 a prefix of API tokens", {
    webhooks: [{ ...webhook, tokenPrefix: "nct_x" }],
  }, "webhooks[0]: tokenPrefix is how API tokens begin, nct_"],
  ["A12 a prefix that API tokens have, too", {
    webhooks: [{ ...webhook, tokenPrefix: "nc" }],
  }, "webhooks[0]: tokenPrefix is how API tokens begin, nct_"],
  [
    "A12 an empty prefix",
    { webhooks: [{ ...webhook, tokenPrefix: "" }] },
    "webhooks[0]: tokenPrefix is no beginning of a token",
  ],
  ["A12 two who take the other JWTs", {
    introspection: [{ ...introspection, jwts: "others" }],
    webhooks: [{ ...webhook, jwts: "others" }],
  }, "webhooks[0]: jwts is others, as it is for another before"],
  [
    "C3 no audience",
    { introspection: [{ ...introspection, audiences: [] }] },
    "introspection[0]: audiences is empty",
  ],
  ["C3 no audience of a cluster", {
    kubernetes: [{ ...review, audiences: [] }],
  }, "kubernetes[0]: audiences is empty"],
  ["an empty list of namespaces", {
    kubernetes: [{ ...cluster, namespaces: [] }],
  }, "kubernetes[0]: namespaces is empty"],
  ["C5 a clock that may be far off", {
    webhooks: [{ ...webhook, clockToleranceSeconds: 301 }],
  }, "webhooks[0]: clockToleranceSeconds is not between 0 and 300"],
  ["F8 a memory of two days", {
    introspection: [{ ...introspection, memory: { seconds: 172_800 } }],
  }, "introspection[0]: memory.seconds is not between 0 and 86400"],
  ["F8 refusals for an hour", {
    introspection: [{ ...introspection, memory: { refusalSeconds: 3600 } }],
  }, "introspection[0]: memory.refusalSeconds is not between 0 and 600"],
  ["F12 a time-out of a minute", {
    introspection: [{ ...introspection, timeoutMs: 60_000 }],
  }, "introspection[0]: timeoutMs is not between 50 and 10000"],
  ["F2 no client secret", {
    introspection: [{
      ...introspection,
      client: { ...introspection.client, secret: new Secret("") },
    }],
  }, "introspection[0]: client.secret is empty"],
  [
    "a webhook that anybody may ask",
    {
      webhooks: [{ issuer: "urn:w", url: webhook.url, secrets: [], ...RULES }],
    },
    "webhooks[0]: secrets is empty, and there is no client certificate: anybody could ask the backend about tokens",
  ],
  [
    "UserInfo that names who it is",
    {
      issuers: [{
        ...jwt,
        userinfo: { ...userinfo, claims: ["groups", "sub"] },
      }],
    },
    "issuers[0]: userinfo.claims contains sub, which only the token itself can say",
  ],
  [
    "C20 UserInfo with an email that nothing says is verified",
    {
      issuers: [{ ...jwt, userinfo: { ...userinfo, claims: ["email"] } }],
    },
    "issuers[0]: userinfo.claims contains email alone: email and email_verified are one statement",
  ],
  [
    "C20 UserInfo that says an email of nobody knows whom is verified",
    {
      issuers: [{
        ...jwt,
        userinfo: { ...userinfo, claims: ["email_verified"] },
      }],
    },
    "issuers[0]: userinfo.claims contains email_verified alone: email and email_verified are one statement",
  ],
  ["UserInfo without claims", {
    issuers: [{ ...jwt, userinfo: { ...userinfo, claims: [] } }],
  }, "issuers[0]: userinfo.claims is empty"],
  [
    "an issuer's own problems",
    { issuers: [{ ...jwt, audiences: [] }] },
    "issuers[0]: audiences is empty",
  ],
  [
    "a file without a name",
    { apiTokens: { ...apiTokens, file: "" } },
    "apiTokens[0]: file is empty",
  ],
];

for (const [why, options, text] of problems) {
  Deno.test(`${why} is a problem`, () => {
    const found = authenticatorProblems(options).map((problem) => problem.text);
    assert(found.includes(text), JSON.stringify(found));
    assert(!JSON.stringify(found).includes("canary"));
  });
}

Deno.test("createAuthenticator() names every problem at once", () => {
  const error = assertThrows(
    () =>
      createAuthenticator({
        introspection: [{ ...introspection, audiences: [], endpoint: http }],
        webhooks: [{ ...webhook, tokenPrefix: "" }],
      }, createTestClocks().dependencies),
    TypeError,
  );
  assertEquals(error.message.split("\n").length, 4);
});
