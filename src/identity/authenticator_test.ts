import { assert, assertEquals } from "@std/assert";
import { createHold } from "../../tests/fixtures/asked_server.ts";
import {
  allKinds,
  ISSUERS,
  tokenOf,
  unsignedJwt,
} from "../../tests/fixtures/all_kinds.ts";
import type { AllKinds } from "../../tests/fixtures/all_kinds.ts";
import { brief } from "../../tests/fixtures/introspection_scene.ts";
import type { CredentialKind } from "../base/identity.ts";
import { Secret } from "../base/secret.ts";

const NOBODY = [0, 0, 0] as const;

const belongs: readonly [
  why: string,
  token: (kinds: AllKinds) => string,
  sub: string,
  issuer: string,
  credential: CredentialKind,
  questions: readonly [number, number, number],
][] = [
  [
    "a JWT",
    ({ jwt }) => tokenOf(jwt, { iss: ISSUERS.jwt }),
    "alice",
    ISSUERS.jwt,
    "jwt",
    NOBODY,
  ],
  [
    "a JWT of the shared secret",
    ({ secret }) => tokenOf(secret, { iss: ISSUERS.secret }),
    "alice",
    ISSUERS.secret,
    "shared_secret",
    NOBODY,
  ],
  [
    "an API token",
    ({ apiToken }) => apiToken.token.reveal(),
    "sensor-17",
    ISSUERS.apiTokens,
    "api_token",
    NOBODY,
  ],
  [
    "an opaque token",
    () => "opaque",
    "alice",
    ISSUERS.introspection,
    "introspection",
    [1, 0, 0],
  ],
  [
    "an opaque token with a prefix",
    () => "ory_at_x.y",
    "prefixed",
    ISSUERS.prefixed,
    "introspection",
    [0, 1, 0],
  ],
  [
    "a token with the webhook's prefix",
    () => "app|x",
    "hooked",
    ISSUERS.webhook,
    "webhook",
    [0, 0, 1],
  ],
  [
    "a JWT whose issuer is asked",
    () => unsignedJwt({ alg: "RS256" }, { iss: ISSUERS.introspection }),
    "alice",
    ISSUERS.introspection,
    "introspection",
    [1, 0, 0],
  ],
];

for (const [why, token, sub, issuer, credential, questions] of belongs) {
  Deno.test(`A12 C18 ${why} is judged by whom it belongs to, and nobody else is asked`, async () => {
    await using kinds = await allKinds();
    const text = token(kinds);
    const source = kinds.authenticator.sourceOf(new Secret(text));
    assertEquals([source?.issuer, source?.credential], [issuer, credential]);
    assertEquals(kinds.questions(), NOBODY);
    const outcome = await kinds.judge(text);
    assert(outcome.kind === "identity", JSON.stringify(outcome));
    assertEquals([outcome.sub, outcome.issuer, outcome.credential], [
      sub,
      issuer,
      credential,
    ]);
    assertEquals(kinds.questions(), questions);
  });
}

const final: readonly [
  why: string,
  token: (kinds: AllKinds) => string,
  code: string,
][] = [
  [
    "A12 a JWT with a wrong signature",
    ({ jwt }) => spoil(tokenOf(jwt, { iss: ISSUERS.jwt })),
    "signature_invalid",
  ],
  [
    "A12 a JWT that has expired",
    ({ jwt }) => tokenOf(jwt, { iss: ISSUERS.jwt, exp: 1 }),
    "bearer_token_expired",
  ],
  [
    "A12 a JWT of an issuer that is unknown",
    ({ jwt }) => tokenOf(jwt, { iss: "https://x" }),
    "issuer_untrusted",
  ],
  [
    "A12 a JWT without an issuer",
    ({ jwt }) => tokenOf(jwt, { iss: undefined }),
    "claim_missing",
  ],
  [
    "A12 a JWT of an issuer with opaque tokens",
    () => unsignedJwt({ alg: "RS256" }, { iss: ISSUERS.prefixed }),
    "issuer_untrusted",
  ],
  [
    "A12 a JWT of the webhook",
    () => unsignedJwt({ alg: "RS256" }, { iss: ISSUERS.webhook }),
    "issuer_untrusted",
  ],
  [
    "A12 a JWT with a space behind it",
    ({ jwt }) => `${tokenOf(jwt, { iss: ISSUERS.jwt })} `,
    "bearer_token_malformed",
  ],
  [
    "A12 a JWT with padding",
    ({ jwt }) => `${tokenOf(jwt, { iss: ISSUERS.jwt })}=`,
    "bearer_token_malformed",
  ],
  [
    "A12 a JWT with a part too many",
    ({ jwt }) => `${tokenOf(jwt)}.AAAA`,
    "bearer_token_malformed",
  ],
  [
    "A12 a JWT without alg",
    () => unsignedJwt({}, { iss: ISSUERS.introspection }),
    "bearer_token_malformed",
  ],
  [
    "A12 JSON",
    () => '{"iss":"https://opaque.example"}',
    "bearer_token_malformed",
  ],
  [
    "B4 C21 an HS256 JWT that names an issuer with keys",
    ({ secret }) => tokenOf(secret, { iss: ISSUERS.jwt }),
    "algorithm_not_allowed",
  ],
  [
    "B4 C21 an RS256 JWT that names the issuer of the secret",
    ({ jwt }) => tokenOf(jwt, { iss: ISSUERS.secret }),
    "algorithm_not_allowed",
  ],
  [
    "C21 an API token with another secret",
    ({ apiToken }) => `${apiToken.id}.${"A".repeat(43)}`,
    "bearer_token_unknown",
  ],
  [
    "C21 an API token that is cut off",
    ({ apiToken }) => apiToken.id,
    "bearer_token_malformed",
  ],
  [
    "C21 an API token around a JWT",
    ({ jwt }) => `nct_${tokenOf(jwt, { iss: ISSUERS.jwt })}`,
    "bearer_token_malformed",
  ],
  [
    "A13 Bearer before an opaque token",
    () => "Bearer opaque",
    "bearer_token_malformed",
  ],
  [
    "A13 Bearer before a JWT",
    ({ jwt }) => `Bearer ${tokenOf(jwt, { iss: ISSUERS.jwt })}`,
    "bearer_token_malformed",
  ],
  ["F15 a text in another script", () => "токен", "bearer_token_malformed"],
  ["an empty token", () => "", "bearer_token_malformed"],
];

/** Another last but one character: the unused bits of the last one must stay zero. */
function spoil(token: string): string {
  return `${token.slice(0, -2)}${token.at(-2) === "A" ? "B" : "A"}${
    token.at(-1)
  }`;
}

for (const [why, token, code] of final) {
  Deno.test(`${why}: refused for good, and nobody is asked`, async () => {
    await using kinds = await allKinds();
    assertEquals(brief(await kinds.judge(token(kinds))), code);
    assertEquals(kinds.questions(), NOBODY);
  });
}

Deno.test("A12 kinds that are not configured are refused, whatever else is", async () => {
  await using kinds = await allKinds({
    introspection: [],
    webhooks: [],
    issuers: [],
  });
  for (const token of ["opaque", "ory_at_x.y", "app|x"]) {
    assertEquals(brief(await kinds.judge(token)), "bearer_token_malformed");
  }
  assertEquals(
    brief(await kinds.judge(tokenOf(kinds.jwt))),
    "issuer_untrusted",
  );
});

Deno.test("A12 an opaque token that begins as nobody's is refused with how they begin", async () => {
  await using kinds = await allKinds({ introspection: [] });
  const outcome = await kinds.judge("opaque");
  assertEquals(
    outcome.kind === "rejected" ? outcome.detail : outcome.kind,
    "Token: is no JWT, and begins with no configured token_prefix: app|",
  );
});

Deno.test("A12 a token with Bearer before it is refused, and told of", async () => {
  await using kinds = await allKinds({ introspection: [] });
  for (const token of [`Bearer ${tokenOf(kinds.jwt)}`, "bearer opaque"]) {
    const outcome = await kinds.judge(token);
    assertEquals(
      outcome.kind === "rejected" ? outcome.detail : outcome.kind,
      "Token: begins with Bearer, which is no part of it",
    );
  }
});

Deno.test("A12 JWTs that belong to nobody else go to whoever takes the others", async () => {
  await using kinds = await allKinds({}, { webhookJwts: "others" });
  const strangers = [{ iss: "https://x" }, {}, { iss: 7 }, {
    iss: ISSUERS.webhook,
  }];
  for (const payload of strangers) {
    const token = unsignedJwt({ alg: "RS256" }, payload);
    assertEquals(brief(await kinds.judge(token)), "identity hooked");
  }
  assertEquals(kinds.questions(), [0, 0, strangers.length]);
  for (const iss of [ISSUERS.jwt, ISSUERS.secret]) {
    const token = unsignedJwt({ alg: "RS256" }, { iss });
    assertEquals((await kinds.judge(token)).kind, "rejected");
  }
  // What cannot be read is nobody's: it is not passed on to see who takes it.
  const good = unsignedJwt({ alg: "RS256" }, { iss: "https://x" });
  for (const text of ["eyJ.b.c", `${good}=`, `${good}.x`, `\ufeff${good}`]) {
    assertEquals(brief(await kinds.judge(text)), "bearer_token_malformed");
  }
  assertEquals(kinds.questions(), [0, 0, strangers.length]);
});

Deno.test("D18 an issuer that hangs holds up nobody else's tokens", async () => {
  await using kinds = await allKinds();
  const hold = createHold();
  kinds.introspection.answer = hold.answer;
  const hanging = Array.from(
    { length: 500 },
    (_, index) => kinds.judge(`opaque-${index}`),
  );
  const start = performance.now();
  for (
    const token of [
      tokenOf(kinds.jwt, { iss: ISSUERS.jwt }),
      kinds.apiToken.token.reveal(),
      "ory_at_x.y",
      "app|x",
    ]
  ) {
    assertEquals((await kinds.judge(token)).kind, "identity");
  }
  assert(performance.now() - start < 300);
  hold.release();
  await Promise.all(hanging);
});
