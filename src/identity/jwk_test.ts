import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import type { JsonObject } from "../base/json.ts";
import { monotonicClock } from "../base/time.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import { importJwk, UnusableKey } from "./jwk.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import { P256Tables } from "./p256_tables.ts";

const ALGORITHMS = [
  "RS256",
  "PS256",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;
const context = {
  algorithms: ALGORITHMS,
  tables: new P256Tables(monotonicClock),
};

function jwkOf(alg: JwsAlgorithm): JsonObject {
  const jwk = createSigner(alg).jwk;
  return JSON.parse(JSON.stringify(jwk));
}

const rsa = jwkOf("RS256");
const ec = jwkOf("ES256");
const ed = jwkOf("EdDSA");
/** The primes up to 167 and their product: residues of a flawed modulus are powers of 65537. */
const PRIMES = Array.from({ length: 166 }, (_, index) => index + 2)
  .filter((n) => [2, 3, 5, 7, 11].every((p) => n === p || n % p !== 0));

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function number(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + hex.length % 2, "0"), "hex")
    .toString("base64url");
}

/** An odd number of 2048 bits with the fingerprint of ROCA. */
function flawedModulus(): bigint {
  const product = PRIMES.filter((prime) => prime > 2)
    .reduce((all, prime) => all * BigInt(prime), 1n);
  let power = 1n;
  for (let step = 0; step < 12_345; step++) power = power * 65537n % product;
  const high = 1n << 2047n;
  const modulus = high - high % product + product + power;
  return modulus % 2n === 1n ? modulus : modulus + product;
}

function rsaOf(bits: number): JsonObject {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return {
    kty: "RSA",
    ...JSON.parse(JSON.stringify(publicKey.export({ format: "jwk" }))),
  };
}

const refused: readonly [why: string, jwk: JsonObject, problem: string][] = [
  ["B5 for encryption", { ...rsa, use: "enc" }, '"use" is not "sig"'],
  ["B5 with a use that is no text", { ...rsa, use: 1 }, '"use" is not "sig"'],
  [
    "B5 that only signs",
    { ...rsa, key_ops: ["sign"] },
    '"key_ops" does not contain "verify"',
  ],
  [
    "B5 that encrypts",
    { ...ec, key_ops: ["encrypt"] },
    '"key_ops" does not contain "verify"',
  ],
  [
    "B5 with key_ops as text",
    { ...ec, key_ops: "verify" },
    '"key_ops" does not contain "verify"',
  ],
  [
    "B5 on a curve that is not configured",
    { ...ec, crv: "secp256k1" },
    "fits none of the configured algorithms",
  ],
  [
    "B5 of Ed25519 with x too short",
    { ...ed, x: text(new Uint8Array(31)) },
    '"x" does not have the length of Ed25519',
  ],
  [
    "B6 of an algorithm that is not configured",
    { ...rsa, alg: "RS512" },
    "fits none of the configured algorithms",
  ],
  [
    "B6 with an alg of another type",
    { ...rsa, alg: "ES256" },
    "fits none of the configured algorithms",
  ],
  [
    "B6 with an unregistered alg",
    { ...jwkOf("ES512"), alg: "ES521" },
    "fits none of the configured algorithms",
  ],
  [
    "B6 with an alg that is no text",
    { ...rsa, alg: ["RS256"] },
    "fits none of the configured algorithms",
  ],
  [
    "B7 RSA of 1024 bits",
    rsaOf(1024),
    "RSA modulus has 1024 bits, less than 2048",
  ],
  [
    "B7 RSA of 2047 bits",
    { ...rsa, n: number((1n << 2047n) - 1n) },
    "RSA modulus has 2047 bits, less than 2048",
  ],
  [
    "B7 RSA of 8193 bits",
    { ...rsa, n: number((1n << 8192n) + 1n) },
    "RSA modulus has more than 8192 bits",
  ],
  [
    "B7 an even modulus",
    { ...rsa, n: number(1n << 2047n) },
    "RSA modulus is even",
  ],
  [
    "B7 an exponent of 1",
    { ...rsa, e: number(1n) },
    "RSA exponent is less than 3",
  ],
  [
    "B7 an exponent of 0",
    { ...rsa, e: number(0n) },
    "RSA exponent is less than 3",
  ],
  [
    "B7 an even exponent",
    { ...rsa, e: number(65536n) },
    "RSA exponent is even",
  ],
  [
    "B7 an exponent of 33 bits",
    { ...rsa, e: number((1n << 32n) + 1n) },
    "RSA exponent is too large",
  ],
  [
    "B9 a point that is not on P-256",
    { ...ec, y: ec["x"] ?? "" },
    "is not a valid public key",
  ],
  ["B9 a coordinate with a zero in front", {
    ...ec,
    x: text(
      Buffer.concat([
        new Uint8Array(1),
        Buffer.from(String(ec["x"]), "base64url"),
      ]),
    ),
  }, '"x" or "y" does not have the length of P-256'],
  ["B9 the point at infinity", {
    ...ec,
    x: text(new Uint8Array(32)),
    y: text(new Uint8Array(32)),
  }, "is not a valid public key"],
  ["B9 a coordinate beyond the prime", {
    ...ec,
    x: text(new Uint8Array(32).fill(255)),
  }, "is not a valid public key"],
  ["B15 a kid that is a number", { ...rsa, kid: 1 }, '"kid" is not a string'],
  [
    "B15 a kid of 257 characters",
    { ...rsa, kid: "k".repeat(257) },
    '"kid" is too long',
  ],
  [
    "B22 a modulus with the ROCA flaw",
    { ...rsa, n: number(flawedModulus()) },
    "RSA modulus was made by a generator with the ROCA flaw (CVE-2017-15361)",
  ],
  [
    "D7 of an unknown type",
    { kty: "AKP", pub: "x" },
    "fits none of the configured algorithms",
  ],
  ["D7 without a type", { n: "x" }, "fits none of the configured algorithms"],
  [
    "D7 with n missing",
    { kty: "RSA", e: "AQAB" },
    '"n" or "e" is not base64url',
  ],
  ["D7 with n as a number", { ...rsa, n: 7 }, '"n" or "e" is not base64url'],
  [
    "A2 D7 with padding in e",
    { ...rsa, e: "AQAB====" },
    '"n" or "e" is not base64url',
  ],
  [
    "D8 with a private exponent",
    { ...rsa, d: "AQAB" },
    'holds secret material ("d")',
  ],
  ["D8 with a prime", { ...rsa, p: "AQAB" }, 'holds secret material ("p")'],
  ["B4 D8 of a shared secret", {
    kty: "oct",
    k: text(new Uint8Array(32)),
    alg: "HS256",
  }, 'holds secret material ("k")'],
  [
    "B4 of type oct without a secret",
    { kty: "oct", alg: "HS256" },
    "fits none of the configured algorithms",
  ],
];

for (const [why, jwk, problem] of refused) {
  Deno.test(`${why}: importJwk() leaves the key out`, () => {
    const key = importJwk(jwk, context);
    assertInstanceOf(key, UnusableKey);
    assertEquals(key.problem, problem);
  });
}

Deno.test("B5 B6 importJwk() limits a key to its own alg, or to those that fit it", () => {
  const algorithmsOf = (jwk: JsonObject): readonly string[] => {
    const key = importJwk(jwk, context);
    assert(!(key instanceof UnusableKey), JSON.stringify(key));
    return [...key.algorithms];
  };
  assertEquals(algorithmsOf(rsa), ["RS256"]);
  const { alg: _alg, ...anyRsa } = rsa;
  assertEquals(algorithmsOf(anyRsa), ["RS256", "PS256"]);
  const { alg: _ecAlg, ...anyEc } = ec;
  assertEquals(algorithmsOf(anyEc), ["ES256"]);
  assertEquals(algorithmsOf({ ...ed, key_ops: ["verify"] }), ["EdDSA"]);
});

Deno.test("B7 importJwk() takes RSA of 2048 bits and an exponent of 3", () => {
  for (const jwk of [rsa, { ...rsa, e: number(3n) }]) {
    assert(!(importJwk(jwk, context) instanceof UnusableKey));
  }
});

Deno.test("B10 EdDSA and Ed25519 are two names, each accepted only where configured", () => {
  const { alg: _alg, ...jwk } = ed;
  for (const algorithm of ["EdDSA", "Ed25519"] as const) {
    const key = importJwk(jwk, { ...context, algorithms: [algorithm] });
    assert(!(key instanceof UnusableKey));
    assertEquals([...key.algorithms], [algorithm]);
  }
});
