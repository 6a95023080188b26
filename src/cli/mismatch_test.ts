import { assertEquals } from "@std/assert";
import type { CredentialKind } from "../base/identity.ts";
import {
  type Dependency,
  type RejectionCode,
  unavailable,
} from "../base/outcome.ts";
import type { EpochMs } from "../base/time.ts";
import {
  explainMismatch,
  settingThatLetsIn,
  settingToLookAt,
} from "./mismatch.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z") as EpochMs;

const SETTINGS = {
  "issuers": "https://id.example",
  "keys": "2 known, of jwks_file",
  "algorithms": "RS256",
  "typ": "at+jwt",
  "audiences": "nats",
  "client_ids": "web",
  "namespaces": "shop",
  "required_scopes": "nats",
  "clock_tolerance_seconds": "30",
  "lifetime_seconds_max": "3600, which is 1h",
  "file": "tokens.json",
};
const SAYS = {
  "alg": "ES256",
  "kid": "k",
  "typ": "JWT",
  "iss": "https://x",
  "aud": "other",
  "exp": "2026-03-02T11:00:00Z",
  "nbf": "2026-03-02T13:00:00Z",
  "iat": "2026-03-02T10:00:00Z",
  "azp": "shop",
  "namespace": "kube-system",
  "scope": "read",
  "id": "nct_a",
  "entry": "there is none with this id",
};

const rows: [code: RejectionCode, expected?: string, found?: string][] = [
  ["issuer_untrusted", "issuers: https://id.example", "iss: https://x"],
  ["algorithm_not_allowed", "algorithms: RS256", "alg: ES256"],
  ["key_unknown", "keys: 2 known, of jwks_file", "kid: k"],
  ["token_type_not_accepted", "typ: at+jwt", "typ: JWT"],
  ["audience_mismatch", "audiences: nats", "aud: other"],
  ["oauth_client_not_allowed", "client_ids: web", "azp: shop"],
  ["namespace_not_allowed", "namespaces: shop", "namespace: kube-system"],
  ["scope_missing", "required_scopes: nats", "scope: read"],
  [
    "bearer_token_expired",
    "clock_tolerance_seconds: 30; now: 2026-03-02T12:00:00Z",
    "exp: 2026-03-02T11:00:00Z",
  ],
  [
    "bearer_token_not_yet_valid",
    "clock_tolerance_seconds: 30; now: 2026-03-02T12:00:00Z",
    "nbf: 2026-03-02T13:00:00Z; iat: 2026-03-02T10:00:00Z",
  ],
  [
    "bearer_token_lifetime_too_long",
    "lifetime_seconds_max: 3600, which is 1h; now: 2026-03-02T12:00:00Z",
    "iat: 2026-03-02T10:00:00Z; exp: 2026-03-02T11:00:00Z",
  ],
  [
    "bearer_token_unknown",
    "file: tokens.json",
    "id: nct_a; entry: there is none with this id",
  ],
  ["signature_invalid"],
  ["no_rule_matches"],
];

for (const [code, expected, found] of rows) {
  Deno.test(`explain says of ${code} what was asked for and what there is`, () => {
    assertEquals(
      explainMismatch(
        { code, detail: 'Token: header "typ" is none of those accepted' },
        { settings: SETTINGS, says: SAYS },
        NOW,
      ),
      expected === undefined || found === undefined ? {} : { expected, found },
    );
  });
}

Deno.test("explain says nothing of what it does not know", () => {
  assertEquals(
    explainMismatch(
      { code: "audience_mismatch", detail: "" },
      { settings: {}, says: {} },
      NOW,
    ),
    {},
  );
});

Deno.test("explain does not speak of typ where an ID token is known by its claims", () => {
  const refusal = {
    code: "token_type_not_accepted",
    detail: 'Token: claim "nonce" belongs to ID tokens',
  } as const;
  assertEquals(
    explainMismatch(refusal, { settings: SETTINGS, says: SAYS }, NOW),
    {},
  );
  assertEquals(
    settingThatLetsIn(refusal, "jwt"),
    "issuers: allow_id_tokens; better, present the access token",
  );
});

const letIn: [
  code: RejectionCode,
  detail: string,
  kind: CredentialKind | undefined,
  setting: string | undefined,
][] = [
  [
    "bearer_token_malformed",
    "Token: is no JWT, and opaque tokens are not configured",
    undefined,
    "introspection or webhook, if the issuer's tokens are no JWTs",
  ],
  [
    "claim_missing",
    'Claim "aud" is missing',
    "introspection",
    "introspection: any_audience",
  ],
  [
    "claim_missing",
    'Claim "exp" is missing',
    "introspection",
    "introspection: seconds_without_exp",
  ],
  [
    "claim_missing",
    'Claim "username" is missing',
    "introspection",
    "introspection: sub_claim",
  ],
  ["claim_missing", 'Claim "aud" is missing', "jwt", undefined],
];

for (const [code, detail, kind, setting] of letIn) {
  Deno.test(`explain names ${setting ?? "no setting"} for "${detail}" of ${kind ?? "nobody"}`, () => {
    assertEquals(settingThatLetsIn({ code, detail }, kind), setting);
  });
}

const KEYS_ADDRESS =
  "issuers: jwks_url, or where the issuer's metadata say that its keys are";

const causes: [
  dependency: Dependency,
  detail: string,
  kind: CredentialKind,
  setting: string | undefined,
][] = [
  [
    "jwks",
    "invalid peer certificate: UnknownIssuer",
    "jwt",
    "issuers: remote.ca_file",
  ],
  [
    "jwks",
    "Unable to add pem file to certificate store",
    "jwt",
    "issuers: remote.ca_file",
  ],
  [
    "jwks",
    "invalid peer certificate: UnknownIssuer",
    "kubernetes",
    "kubernetes: api_server.ca_file",
  ],
  [
    "jwks",
    "10.1.2.3 is in a private network, which",
    "jwt",
    "issuers: remote.allow_private_addresses",
  ],
  [
    "jwks",
    "10.1.2.3 is in a private network, which",
    "kubernetes",
    "kubernetes: api_server.url",
  ],
  [
    "jwks",
    "Cannot use keys of https://id.example: they did not come in time",
    "jwt",
    "issuers: remote.timeout_ms",
  ],
  [
    "introspection",
    "Cannot ask about a token of https://within.certificate.example: cannot resolve host",
    "introspection",
    "introspection: endpoint",
  ],
  [
    "jwks",
    'metadata name another "issuer", https://certificate.example',
    "jwt",
    KEYS_ADDRESS,
  ],
  ["jwks", "invalid peer certificate: Expired", "jwt", KEYS_ADDRESS],
  ["jwks", "https://id.example answered 403", "jwt", KEYS_ADDRESS],
  [
    "userinfo",
    "https://id.example answered 401",
    "shared_secret",
    "issuers: userinfo.endpoint",
  ],
  ["webhook", "fatal alert: CertificateRequired", "webhook", "webhook: tls"],
  [
    "jwks",
    "127.0.0.1 is this machine, which",
    "jwt",
    "issuers: remote.allow_loopback_http",
  ],
  [
    "introspection",
    "no answer within 1000 ms",
    "introspection",
    "introspection: remote.timeout_ms",
  ],
  [
    "introspection",
    "https://id.example answered 401",
    "introspection",
    "introspection: client",
  ],
  [
    "webhook",
    "https://backend.example answered 401",
    "webhook",
    "webhook: secrets or tls",
  ],
  [
    "token_review",
    "https://10.0.0.1 answered 403",
    "kubernetes",
    "kubernetes: api_server.token_file",
  ],
  [
    "jwks",
    "the token that this service shows to the API server cannot be read: No such file",
    "kubernetes",
    "kubernetes: api_server.token_file",
  ],
  [
    "introspection",
    "cannot resolve id.example",
    "introspection",
    "introspection: endpoint",
  ],
  [
    "userinfo",
    "https://id.example answered 500",
    "jwt",
    "issuers: userinfo.endpoint",
  ],
  ["webhook", "connection refused", "webhook", "webhook: url"],
  [
    "token_review",
    "connection refused",
    "kubernetes",
    "kubernetes: api_server.url",
  ],
  [
    "api_tokens",
    "The file of API tokens was never read",
    "api_token",
    "api_tokens: file",
  ],
  ["verdict", "nobody said anything", "jwt", undefined],
];

for (const [dependency, detail, kind, setting] of causes) {
  Deno.test(`explain leads from "${detail}" of ${kind} to ${setting ?? "no setting"}`, () => {
    assertEquals(
      settingToLookAt(unavailable(dependency, detail), kind),
      setting,
    );
  });
}
