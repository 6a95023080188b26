import { assertEquals } from "@std/assert";
import type { CredentialKind } from "../base/identity.ts";
import type { RejectionCode } from "../base/outcome.ts";
import type { EpochMs } from "../base/time.ts";
import { explainMismatch, settingThatLetsIn } from "./mismatch.ts";

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
    "lifetime_seconds_max: 3600, which is 1h",
    "iat: 2026-03-02T10:00:00Z; exp: 2026-03-02T11:00:00Z; now: 2026-03-02T12:00:00Z",
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
  for (
    const code of [
      "audience_mismatch",
      "bearer_token_lifetime_too_long",
    ] as const
  ) {
    assertEquals(
      explainMismatch({ code, detail: "" }, { settings: {}, says: {} }, NOW),
      {},
    );
  }
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
    "bearer_token_too_large",
    "9000 bytes, of which 8192 are allowed",
    undefined,
    "callout.bearer_token_bytes_max, and max_control_line of the server",
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
