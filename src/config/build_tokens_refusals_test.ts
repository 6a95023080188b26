import { assert } from "@std/assert";
import { issuesOf } from "../../tests/fixtures/config_scene.ts";
import {
  ALL_TOKENS,
  CONFIGURED_WEBHOOK_SECRET,
} from "../../tests/fixtures/token_settings.ts";

const wrong: readonly [
  why: string,
  from: string,
  to: string,
  path: string,
  problem: RegExp,
][] = [
  [
    "C18 two without a label",
    "    label: opaque\n",
    "",
    "introspection[0].label",
    /is missing/,
  ],
  [
    "C18 two of one label",
    "label: api",
    "label: app",
    "api_tokens.label",
    /label of another/,
  ],
  [
    "C18 two of one issuer",
    "issuer: https://reviewed.example",
    "issuer: https://cluster.example",
    "kubernetes[1].issuer",
    /configured twice/,
  ],
  [
    "C18 one issuer with two labels",
    "issuer: https://key.example",
    "issuer: https://cluster.example",
    "kubernetes[0].label",
    /same issuer/,
  ],
  [
    "A12 an issuer whose JWTs are verified, and asked about",
    "issuer: https://opaque.example",
    "issuer: https://issuer.example",
    "introspection[0].jwts",
    /JWTs of this issuer are verified here.*set it to none/,
  ],
  [
    "A12 two without a prefix",
    '  token_prefix: "app|"\n',
    "",
    "webhook.token_prefix",
    /is missing: another/,
  ],
  [
    "A12 a prefix of API tokens",
    "token_prefix: ory_at_",
    "token_prefix: nct_",
    "introspection[0].token_prefix",
    /API tokens begin/,
  ],
  [
    "F16 an endpoint without TLS",
    "endpoint: https://key",
    "endpoint: http://key",
    "introspection[1].endpoint",
    /not https/,
  ],
  [
    "F16 a webhook without TLS",
    "url: https://backend",
    "url: http://backend",
    "webhook.url",
    /not https/,
  ],
  [
    "no URL",
    "url: https://backend.example/token",
    "url: backend",
    "webhook.url",
    /not a URL/,
  ],
  [
    "F2 no client id",
    "id: nats, secret",
    "secret",
    "introspection[0].client.id",
    /is missing/,
  ],
  [
    "F2 no client secret",
    'id: nats, secret: "a secret"',
    "id: nats",
    "introspection[0].client.secret or introspection[0].client.secret_file",
    /is missing/,
  ],
  [
    "F2 a key that is none",
    "key_file: client.pem",
    "key_file: token",
    "introspection[1].client.key_file",
    /neither a private key/,
  ],
  [
    "no audience",
    "any_audience: true",
    "audiences: []",
    "introspection[0].audiences",
    /is empty/,
  ],
  [
    "a webhook secret of another form",
    `secret: "${CONFIGURED_WEBHOOK_SECRET}"`,
    'secret: "canary"',
    "webhook.secrets[0].secret",
    /not whsec_/,
  ],
  [
    "a webhook that anybody may ask",
    `secrets: [{ secret: "${CONFIGURED_WEBHOOK_SECRET}" }, { secret_file: webhook.secret }]`,
    "secrets: []",
    "webhook.secrets",
    /anybody could ask/,
  ],
  [
    "a certificate without a key",
    '  token_prefix: "app|"\n',
    '  token_prefix: "app|"\n  tls: { cert_file: ca.crt }\n',
    "webhook.tls.key_file",
    /is missing/,
  ],
  [
    "G3 a file of API tokens that is wrong",
    "file: api-tokens.json",
    "file: token",
    "api_tokens.file",
    /is not JSON/,
  ],
  [
    "no file of API tokens",
    "file: api-tokens.json",
    "file: none.json",
    "api_tokens.file",
    /does not exist.*api-token add/,
  ],
  [
    "no API server to review",
    'api_server: { url: "https://10.0.0.2", token_file: token, ca_file: ca.crt }',
    "namespaces: [a]",
    "kubernetes[1].api_server.url",
    /is missing/,
  ],
  [
    "F16 an API server without TLS",
    "https://10.0.0.1:6443",
    "http://10.0.0.1:6443",
    "kubernetes[0].api_server.url",
    /not https/,
  ],
  [
    "an API server without TLS: there is no remote to look for",
    "https://10.0.0.1:6443",
    "http://10.0.0.1:6443",
    "kubernetes[0].api_server.url",
    /: write it like https:\/\/kubernetes\.default\.svc$/,
  ],
  [
    "a cluster whose issuer is no URL, and no API server",
    "issuer: https://public.example",
    "issuer: my-cluster",
    "kubernetes[2].issuer",
    /not a URL.*set api_server\.url/,
  ],
  [
    "an issuer that is no URL, and no endpoint",
    "issuer: https://opaque.example",
    "issuer: my-app",
    "introspection[0].endpoint",
    /the issuer is not a URL.*set it to the introspection endpoint/,
  ],
  [
    "an issuer that is no URL, and no UserInfo endpoint",
    "issuer: https://issuer.example",
    "issuer: my-app",
    "issuers[0].userinfo.endpoint",
    /the issuer is not a URL.*set it to the UserInfo endpoint/,
  ],
  [
    "D17 a cluster's CA that is another file",
    "token_file: token, ca_file: ca.crt }\n  - issuer: https://reviewed",
    "token_file: token, ca_file: token }\n  - issuer: https://reviewed",
    "kubernetes[0].api_server.ca_file",
    /names token, which holds no certificate/,
  ],
  [
    "D17 a CA of an endpoint that is another file",
    "timeout_ms: 700,",
    "timeout_ms: 700, ca_file: client.pem,",
    "introspection[0].remote.ca_file",
    /holds no certificate/,
  ],
  [
    "D17 a CA of an issuer that holds half a certificate",
    "jwks_file: issuer.jwks.json",
    "remote: { ca_file: half.pem }",
    "issuers[0].remote.ca_file",
    /holds no certificate/,
  ],
  [
    "UserInfo that says who it is",
    "claims: [groups]",
    "claims: [sub]",
    "issuers[0].userinfo.claims",
    /only the token itself/,
  ],
  [
    "C20 UserInfo with an email that nothing says is verified",
    "claims: [groups]",
    "claims: [email]",
    "issuers[0].userinfo.claims",
    /name both there, or neither/,
  ],
  [
    "UserInfo without TLS",
    'origins: ["https://api.example"]',
    "endpoint: http://api.example",
    "issuers[0].userinfo.endpoint",
    /not https/,
  ],
  [
    "C15 a type that is none",
    "label: opaque",
    "label: opaque\n    required_claims: { groups: list }",
    "introspection[0].required_claims.groups",
    /one of string, number, boolean, strings, object/,
  ],
  [
    "C16 a path that is none",
    "label: opaque",
    'label: opaque\n    required_claims: { "/a~b": string }',
    "introspection[0].required_claims./a~b",
    /neither ~0 nor ~1/,
  ],
  [
    "D2 the address of an issuer's metadata, who is asked",
    "issuer: https://opaque.example",
    "issuer: https://opaque.example/.well-known/openid-configuration",
    "introspection[0].issuer",
    /is where its metadata are.*: write the name that stands there/,
  ],
  [
    "C1 an issuer with a space behind it, who is asked",
    "issuer: https://key.example",
    'issuer: "https://key.example "',
    "introspection[1].issuer",
    /has white space .*: take it away$/,
  ],
  [
    "a misspelt setting",
    "token_prefix: ory_at_",
    "token_prefx: ory_at_",
    "introspection[0].token_prefx",
    /is no setting/,
  ],
  [
    "a memory of a week",
    "seconds: 30",
    "seconds: 604800",
    "introspection[0].cache.seconds",
    /86400/,
  ],
];

for (const [why, from, to, path, problem] of wrong) {
  Deno.test(`${why} is refused, at ${path}`, () => {
    assert(ALL_TOKENS.text.includes(from), from);
    const issues = issuesOf({
      ...ALL_TOKENS,
      text: ALL_TOKENS.text.replace(from, to),
    });
    const found = issues.find((issue) => issue.path === path);
    assert(found !== undefined, JSON.stringify(issues));
    assert(
      problem.test(`${found.problem}: ${found.remedy}`),
      JSON.stringify(found),
    );
    assert(!JSON.stringify(issues).includes("canary"));
    assert(
      !JSON.stringify(issues).includes(CONFIGURED_WEBHOOK_SECRET.slice(8)),
    );
  });
}
