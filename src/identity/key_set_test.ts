import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
} from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { JsonFault } from "../base/json.ts";
import { monotonicClock } from "../base/time.ts";
import {
  assertIdentity,
  assertRejected,
  bearerOf,
  claims,
  issuerOptions,
  judge,
} from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import type { Claims, Signer } from "../../tests/fixtures/jwt_signer.ts";
import type { Authenticator } from "./authenticate.ts";
import { importKeySet } from "./key_set.ts";
import { P256Tables } from "./p256_tables.ts";

const context = {
  algorithms: ["EdDSA", "ES256"],
  tables: new P256Tables(monotonicClock),
} as const;

function without(jwk: Claims, ...names: readonly string[]): Claims {
  return Object.fromEntries(
    Object.entries(jwk).filter(([name]) => !names.includes(name)),
  );
}

function bearerWith(signer: Signer, ...keys: readonly Claims[]): Authenticator {
  const source = { kind: "jwks", jwks: jwksOf(...keys) } as const;
  return bearerOf(issuerOptions(signer, { keys: source }));
}

const refused: readonly [why: string, jwks: string][] = [
  ["A7 D6 a doubled name", '{"keys":[],"keys":[]}'],
  ["A7 D6 a doubled name in a key", '{"keys":[{"kty":"EC","kty":"RSA"}]}'],
  ["D6 an array", "[]"],
  ["D6 no keys", "{}"],
  ["D6 keys that are an object", '{"keys":{}}'],
  ["D6 no JSON", "<html>"],
  ["D6 nothing", ""],
];

for (const [why, jwks] of refused) {
  Deno.test(`${why}: importKeySet() refuses the set`, () => {
    assertInstanceOf(importKeySet(jwks, context), JsonFault);
  });
}

Deno.test("D7 D8 importKeySet() keeps the good keys of a mixed set, and warns of what should not be there", () => {
  const good = createSigner("EdDSA", "good");
  const jwks = JSON.stringify({
    keys: [
      null,
      "text",
      { kty: "unknown" },
      { ...good.jwk, kid: "private", d: "AAAA" },
      { kty: "oct", k: "AAAA", kid: "secret" },
      { ...createSigner("RS256").jwk, use: "enc" },
      good.jwk,
    ],
  });
  const imported = importKeySet(jwks, context);
  assert(!(imported instanceof JsonFault));
  assertEquals(imported.keySet.keys.map(({ kid }) => kid), ["good"]);
  assertEquals(imported.warnings, [
    "key 0 is not an object",
    "key 1 is not an object",
    'key 3 holds secret material ("d")',
    'key 4 holds secret material ("k")',
  ]);
  assertEquals(imported.others, 2);
});

Deno.test("D5 importKeySet() takes 64 keys and says that it left out the rest", () => {
  const { jwk } = createSigner("EdDSA");
  const keys = Array.from(
    { length: 65 },
    (_, index) => ({ ...jwk, kid: `${index}` }),
  );
  const imported = importKeySet(jwksOf(...keys), context);
  assert(!(imported instanceof JsonFault));
  assertEquals(imported.keySet.keys.length, 64);
  assertEquals(imported.warnings, ["keys after the first 64 are ignored"]);
});

Deno.test("B15 a kid is an opaque name: paths, queries and commands are unknown keys", () => {
  const signer = createSigner("EdDSA", "key-1");
  const bearer = bearerWith(signer, signer.jwk);
  for (
    const kid of [
      "",
      "KEY-1",
      "key-1 ",
      "key-1\0",
      "../key-1",
      "/dev/null",
      "key-1' OR '1'='1",
      "|sleep 10",
      "http://127.0.0.1:1/key-1",
      "__proto__",
    ]
  ) {
    const token = signer.token(claims(), { kid });
    assertRejected(judge(bearer, token), "key_unknown", token);
  }
  assertIdentity(judge(bearer, signer.token(claims())));
});

Deno.test("B16 the same kid at two issuers never crosses", () => {
  const ours = createSigner("EdDSA", "same");
  const theirs = createSigner("EdDSA", "same");
  const bearer = bearerOf(
    issuerOptions(ours),
    issuerOptions(theirs, { issuer: "https://other.example.com" }),
  );
  assertIdentity(judge(bearer, ours.token(claims())));
  const crossed = theirs.token(claims());
  assertRejected(judge(bearer, crossed), "signature_invalid", crossed);
  const elsewhere = ours.token(claims({ iss: "https://other.example.com" }));
  assertRejected(judge(bearer, elsewhere), "signature_invalid", elsewhere);
});

Deno.test("B17 up to four keys of one kid are tried, in any order; five decide nothing", () => {
  const signers = Array.from(
    { length: 5 },
    () => createSigner("EdDSA", "same"),
  );
  const [first] = signers;
  assert(first !== undefined);
  const jwks = signers.map(({ jwk }) => jwk);
  for (const order of [jwks.slice(0, 4), jwks.slice(0, 4).reverse()]) {
    const bearer = bearerWith(first, ...order);
    for (const signer of signers.slice(0, 4)) {
      assertIdentity(judge(bearer, signer.token(claims())));
    }
  }
  for (const order of [jwks, [...jwks].reverse()]) {
    const bearer = bearerWith(first, ...order);
    for (const signer of signers) {
      assertRejected(judge(bearer, signer.token(claims())), "key_unknown");
    }
  }
});

Deno.test("B18 without a kid the keys that fit are tried, four at most", () => {
  const signers = Array.from(
    { length: 5 },
    (_, index) => createSigner("EdDSA", `${index}`),
  );
  const other = createSigner("ES256", "other");
  const [first] = signers;
  assert(first !== undefined);
  const jwks = signers.map(({ jwk }) => jwk);
  const anonymous = first.token(claims(), { kid: undefined });

  assertIdentity(judge(bearerWith(first, first.jwk), anonymous));
  assertIdentity(
    judge(bearerWith(first, without(first.jwk, "kid")), anonymous),
  );
  assertIdentity(
    judge(bearerWith(first, ...jwks.slice(0, 4).reverse()), anonymous),
  );
  assertIdentity(
    judge(bearerWith(first, ...jwks.slice(0, 4), other.jwk), anonymous),
  );
  assertRejected(judge(bearerWith(first, ...jwks), anonymous), "key_unknown");
  // A key without a name is not the one that a token names.
  assertRejected(
    judge(bearerWith(first, without(first.jwk, "kid")), first.token(claims())),
    "key_unknown",
  );
});

Deno.test("B5 B6 a key verifies nothing but its own algorithm", () => {
  const rsa = createSigner("RS256", "key-1");
  const pss = createSigner("PS256", "key-1");
  const both = { algorithms: ["RS256", "PS256", "ES256"] } as const;
  const bearer = bearerOf(issuerOptions(rsa, both));
  assertIdentity(judge(bearer, rsa.token(claims())));
  for (const alg of ["PS256", "ES256"]) {
    const token = rsa.token(claims(), { alg });
    assertRejected(judge(bearer, token), "algorithm_not_allowed", token);
  }
  // Without an alg of its own, the key may do both, each with its own padding.
  const anyAlg = {
    kind: "jwks",
    jwks: jwksOf(without(pss.jwk, "alg")),
  } as const;
  const either = bearerOf(issuerOptions(pss, { ...both, keys: anyAlg }));
  assertIdentity(judge(either, pss.token(claims())));
  assertRejected(
    judge(either, pss.token(claims(), { alg: "RS256" })),
    "signature_invalid",
  );
});

Deno.test("D7 importKeySet() throws for no document, however its keys are spoiled", () => {
  const algorithms = ["RS256", "ES256", "ES384", "EdDSA"] as const;
  const good = algorithms.map((alg) => createSigner(alg).jwk);
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constantFrom(null, "", "RSA", "EC", "OKP", "P-256", "AQAB"),
    fc.uint8Array({ maxLength: 66 }).map((bytes) =>
      Buffer.from(bytes).toString("base64url")
    ),
    fc.array(fc.string(), { maxLength: 2 }),
  );
  const name = fc.constantFrom(
    ...["kty", "crv", "x", "y", "n", "e", "alg", "use", "kid", "key_ops"],
  );
  const spoiled = fc.tuple(
    fc.constantFrom(...good),
    fc.dictionary(name, value, { maxKeys: 3 }),
  ).map(([jwk, changes]) => ({ ...jwk, ...changes }));
  const document = fc.oneof(
    fc.json(),
    fc.array(fc.oneof(spoiled, fc.jsonValue()), { maxLength: 4 })
      .map((keys) => JSON.stringify({ keys })),
  );
  fc.assert(
    fc.property(document, (jwks) => {
      const imported = importKeySet(jwks, { ...context, algorithms });
      if (imported instanceof JsonFault) return;
      for (const key of imported.keySet.keys) {
        for (const algorithm of key.algorithms) {
          const [input, signature] = [Buffer.of(1), Buffer.alloc(64, 1)];
          assertFalse(key.verify(algorithm, input, signature));
        }
      }
    }),
    { numRuns: 2000 },
  );
});
