import { assert, assertEquals } from "@std/assert";
import type { EpochMs } from "../base/time.ts";
import { json, startAskedServer } from "../../tests/fixtures/asked_server.ts";
import {
  assertIdentity,
  assertRejected,
  bearerOf,
  claims,
  ISSUER,
  issuerOptions,
  judge,
  NOW,
  NOW_SECONDS,
} from "../../tests/fixtures/jwt_scene.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import type { Claims } from "../../tests/fixtures/jwt_signer.ts";
import type { JsonObject } from "../base/json.ts";
import { checkClaims } from "./claim_rules.ts";
import type { JwtIssuerOptions } from "./jwt_issuer_options.ts";

const signer = createSigner("HS256");

type Row = readonly [
  why: string,
  changed: Claims,
  code: string,
  options?: Partial<JwtIssuerOptions>,
];

const refused: readonly Row[] = [
  ["C1 no iss", { iss: undefined }, "claim_missing"],
  ["C1 an iss that is null", { iss: null }, "claim_invalid"],
  ["C1 an iss that is an array", { iss: [ISSUER] }, "claim_invalid"],
  ["C1 an iss with a slash more", { iss: `${ISSUER}/` }, "issuer_untrusted"],
  [
    "C1 an iss in other case",
    { iss: ISSUER.replace("id", "ID") },
    "issuer_untrusted",
  ],
  [
    "C1 an iss with the default port",
    { iss: ISSUER.replace(".com", ".com:443") },
    "issuer_untrusted",
  ],
  [
    "C1 an iss with a look-alike letter",
    { iss: ISSUER.replace("a", "\u0430") },
    "issuer_untrusted",
  ],
  [
    "C1 an iss in another Unicode form",
    { iss: "https://e\u0301xample.com" },
    "issuer_untrusted",
    { issuer: "https://\u00e9xample.com" },
  ],
  ["C3 no aud", { aud: undefined }, "claim_missing"],
  ["C3 an aud of somebody else", { aud: "other" }, "audience_mismatch"],
  ["C3 an aud in other case", { aud: "NATS" }, "audience_mismatch"],
  ["C3 an aud that only contains ours", { aud: "nats2" }, "audience_mismatch"],
  ["C3 auds of others", { aud: ["a", "b"] }, "audience_mismatch"],
  ["C3 no aud in the array", { aud: [] }, "audience_mismatch"],
  ["C3 an aud that is null", { aud: null }, "claim_invalid"],
  ["C3 an aud that is a number", { aud: 1 }, "claim_invalid"],
  ["C3 an aud that is an object", { aud: { nats: 1 } }, "claim_invalid"],
  ["C3 an aud beside something else", { aud: ["nats", 1] }, "claim_invalid"],
  ["C10 no sub", { sub: undefined }, "claim_missing"],
  ["C10 a sub that is null", { sub: null }, "claim_invalid"],
  ["C10 a sub that is a number", { sub: 7 }, "claim_invalid"],
  ["C10 a sub that is an array", { sub: ["alice"] }, "claim_invalid"],
  ["C10 a sub that is an object", { sub: {} }, "claim_invalid"],
  ["C10 an empty sub", { sub: "" }, "claim_invalid"],
  ["C10 a sub of 256 bytes", { sub: "a".repeat(256) }, "claim_invalid"],
  ["C10 a sub of 128 letters of 2", { sub: "é".repeat(128) }, "claim_invalid"],
  [
    "C13 another azp",
    { azp: "other" },
    "oauth_client_not_allowed",
    { clientIds: ["web"] },
  ],
  [
    "C13 another client_id",
    { client_id: "web2" },
    "oauth_client_not_allowed",
    { clientIds: ["web"] },
  ],
  [
    "C13 a client_id that contradicts azp",
    { azp: "web", client_id: "other" },
    "oauth_client_not_allowed",
    { clientIds: ["web"] },
  ],
  ["C13 no client", {}, "claim_missing", { clientIds: ["web"] }],
  [
    "C13 an azp that is an array",
    { azp: ["web"] },
    "claim_invalid",
    { clientIds: ["web"] },
  ],
  [
    "C17 cnf with a thumbprint of a key",
    { cnf: { jkt: "x" } },
    "sender_constrained_token",
  ],
  ["C17 cnf that is null", { cnf: null }, "sender_constrained_token"],
];

for (const [why, changed, code, options] of refused) {
  Deno.test(`${why}: checkClaims() refuses`, () => {
    const bearer = bearerOf(issuerOptions(signer, options));
    const token = signer.token(claims(changed));
    assertRejected(judge(bearer, token), code, token);
  });
}

const accepted: readonly [
  why: string,
  changed: Claims,
  options?: Partial<JwtIssuerOptions>,
][] = [
  ["C3 an aud among others", { aud: ["other", "nats"] }],
  ["C3 the second audience", { aud: "b" }, { audiences: ["a", "b"] }],
  ["C10 a sub of 255 bytes", { sub: "a".repeat(255) }],
  ["C13 an allowed azp", { azp: "web" }, { clientIds: ["web", "cli"] }],
  [
    "C13 an allowed client_id and azp",
    { azp: "web", client_id: "cli" },
    { clientIds: ["web", "cli"] },
  ],
  ["C13 any client, if none is configured", { azp: 7, client_id: "x" }],
];

for (const [why, changed, options] of accepted) {
  Deno.test(`${why}: checkClaims() accepts`, () => {
    const bearer = bearerOf(issuerOptions(signer, options));
    const outcome = judge(bearer, signer.token(claims(changed)));
    assertIdentity(outcome, String(claims(changed)["sub"]));
  });
}

Deno.test("C2 C18 the same sub at two issuers is two identities", () => {
  const other = createSigner("HS256");
  const bearer = bearerOf(
    issuerOptions(signer),
    issuerOptions(other, { issuer: "https://other.example.com" }),
  );
  const ours = judge(bearer, signer.token(claims()));
  const theirs = judge(
    bearer,
    other.token(claims({ iss: "https://other.example.com" })),
  );
  assert(ours.kind === "identity" && theirs.kind === "identity");
  assertEquals([ours.sub, ours.issuer], ["alice", ISSUER]);
  assertEquals([theirs.sub, theirs.issuer], [
    "alice",
    "https://other.example.com",
  ]);
  // The key of one does not verify what names the other.
  const crossed = other.token(claims());
  assertRejected(judge(bearer, crossed), "signature_invalid", crossed);
});

Deno.test("C20 email is no identity, whatever email_verified says", () => {
  const bearer = bearerOf(issuerOptions(signer));
  const token = signer.token(claims({
    email: "root@example.com",
    email_verified: true,
    act: { sub: "root" },
  }));
  assertIdentity(judge(bearer, token), "alice");
});

Deno.test("C19 distributed and aggregated claims are left alone: nobody is asked for them", async () => {
  await using trap = startAskedServer(() => json({ sub: "root" }));
  const bearer = bearerOf(issuerOptions(signer));
  const sources = {
    "_claim_names": { sub: "src1", groups: "src2" },
    "_claim_sources": {
      src1: { endpoint: `${trap.origin}/claims`, access_token: "x" },
      src2: { JWT: signer.token(claims({ groups: ["root"] })) },
    },
  };
  const outcome = judge(bearer, signer.token(claims(sources)));
  assertIdentity(outcome);
  assert(outcome.kind === "identity" && !("groups" in outcome.claims));
  // Long enough for a fetch that nobody waits for.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(trap.asked, []);
});

Deno.test("C22 a step of the wall clock by an hour grants no expired token", () => {
  const bearer = bearerOf(issuerOptions(signer));
  const token = signer.token(claims());
  const hour = 3_600_000;
  assertIdentity(judge(bearer, token));
  assertRejected(
    judge(bearer, token, NOW + hour as EpochMs),
    "bearer_token_expired",
  );
  assertRejected(
    judge(bearer, token, NOW - hour as EpochMs),
    "bearer_token_not_yet_valid",
  );
  // And back: nothing was remembered of either.
  assertIdentity(judge(bearer, token));
  const expired = signer.token(claims({ exp: NOW_SECONDS - 31 }));
  assertRejected(judge(bearer, expired), "bearer_token_expired");
});

Deno.test("C1 A9 checkClaims() relies on nobody: iss and sub are checked wherever the claims come from", () => {
  const rules = issuerOptions(signer);
  const context = { now: NOW, credential: "jwt" } as const;
  const verdict = (changed: JsonObject): string => {
    const all: JsonObject = JSON.parse(JSON.stringify(claims()));
    const outcome = checkClaims({ ...all, ...changed }, "JWT", rules, context);
    return outcome.kind === "rejected" ? outcome.code : outcome.kind;
  };
  assertEquals(verdict({}), "identity");
  assertEquals(
    verdict({ iss: "https://other.example.com" }),
    "issuer_untrusted",
  );
  assertEquals(verdict({ sub: "a\ud800" }), "claim_invalid");
});
