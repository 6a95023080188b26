/** What `explain` says about those who could not be asked. */
import { assertEquals, assertMatch } from "@std/assert";
import { DISCOVERY, signer } from "../../tests/fixtures/issuer_inquiries.ts";
import { issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { WEBHOOK_SECRET } from "../../tests/fixtures/webhook_scene.ts";
import { unavailable } from "../base/outcome.ts";
import type { Dependency } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import type { TokenConfig } from "../config/config.ts";
import { EndpointFault, Unanswered } from "../identity/endpoint_fault.ts";
import type { FaultCause } from "../identity/endpoint_fault.ts";
import { parseWebhookSecret } from "../identity/webhook_signature.ts";
import { findRemedy } from "./endpoint_remedies.ts";

const LIFETIME = { clockToleranceSeconds: 0, lifetimeSecondsMax: 3600 };

/** Of each kind one, with its kind as its issuer. */
const ALL_KINDS: TokenConfig = {
  issuers: [
    issuerOptions(signer, { issuer: "discovery", keys: DISCOVERY }),
    {
      ...issuerOptions(signer, {
        issuer: "jwks_url",
        keys: {
          ...DISCOVERY,
          kind: "jwks_url",
          url: new URL("https://id.example.com/jwks"),
        },
      }),
      userinfo: {
        endpoint: new URL("https://id.example.com/userinfo"),
        claims: ["groups"],
      },
    },
  ],
  introspection: [{
    issuer: "introspection",
    audiences: ["nats"],
    endpoint: new URL("https://id.example.com/introspect"),
    client: {
      method: "client_secret_basic",
      clientId: "nats",
      secret: new Secret("secret-of-the-client"),
    },
    ...LIFETIME,
  }],
  webhooks: [{
    issuer: "webhook",
    url: new URL("https://backend.example.com"),
    secrets: [parseWebhookSecret(new Secret(WEBHOOK_SECRET))],
    ...LIFETIME,
  }],
  kubernetes: (["keys", "token_review"] as const).map((kind) => ({
    kind,
    issuer: kind,
    audiences: ["nats"],
    apiServer: {
      url: new URL("https://10.0.0.1"),
      bearerToken: () => Promise.resolve(new Secret("token-of-our-own")),
    },
    ...LIFETIME,
  })),
};

const remedies: readonly [
  dependency: Dependency,
  issuer: string,
  cause: FaultCause,
  remedy: RegExp,
][] = [
  ["jwks", "discovery", "unreachable", /^issuers: compare issuer; if it is/],
  ["jwks", "jwks_url", "unreachable", /^issuers: compare jwks_url; if it is/],
  ["jwks", "jwks_url", "proof_refused", /^issuers: .*\bjwks_url\b/],
  ["jwks", "discovery", "authority_unknown", /^issuers: set remote\.ca_file/],
  ["jwks", "discovery", "private", /remote\.allow_private_addresses: true/],
  ["jwks", "discovery", "loopback", /remote\.allow_loopback_http: true/],
  ["jwks", "discovery", "slow", /^issuers: .*\bremote\.timeout_ms$/],
  ["jwks", "discovery", "other_origin", /name it in remote\.jwks_origins/],
  ["jwks", "keys", "authority_unknown", /^kubernetes: set api_server\.ca_file/],
  ["jwks", "keys", "private", /^kubernetes: allow it with api_server\.url/],
  ["jwks", "keys", "proof_unreadable", /api_server\.token_file is there/],
  [
    "userinfo",
    "jwks_url",
    "elsewhere",
    /^issuers: compare userinfo\.endpoint$/,
  ],
  ["introspection", "introspection", "proof_refused", /: compare client\.id,/],
  ["introspection", "introspection", "host_unknown", /: compare endpoint;/],
  ["introspection", "introspection", "question_refused", /: compare endpoint;/],
  ["introspection", "introspection", "slow", /^introspection: .*remote\.time/],
  ["webhook", "webhook", "proof_refused", /^webhook: compare secrets, .* tls/],
  ["webhook", "webhook", "unusable", /^webhook: see what is at url/],
  ["token_review", "token_review", "proof_refused", /auth-delegator$/],
  ["token_review", "token_review", "unreachable", /compare api_server\.url;/],
];

for (const [dependency, issuer, cause, remedy] of remedies) {
  Deno.test(`explain says what to do about ${dependency} of ${issuer}: ${cause}`, () => {
    const fault = new EndpointFault("", { cause });
    const outcome = new Unanswered(dependency, "In vain", fault);
    assertMatch(findRemedy(outcome, ALL_KINDS, issuer) ?? "", remedy);
  });
}

Deno.test("explain leads to the file of API tokens, and from one's own judge to nothing", () => {
  assertEquals(
    findRemedy(unavailable("api_tokens", ""), ALL_KINDS, "here"),
    "api_tokens: see whether file can be read",
  );
  assertEquals(
    findRemedy(unavailable("custom", ""), ALL_KINDS, "here"),
    undefined,
  );
});
