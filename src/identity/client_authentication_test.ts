import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { jwtVerify } from "jose";
import { generateKeyPairSync } from "node:crypto";
import { Secret } from "../base/secret.ts";
import { systemClock } from "../base/time.ts";
import { parseClientKey, proveClient } from "./client_authentication.ts";

Deno.test("F2 a key that cannot sign is refused, and not shown", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 1024,
  });
  const texts = [
    String(privateKey.export({ format: "pem", type: "pkcs8" })),
    String(publicKey.export({ format: "pem", type: "spki" })),
    "canary",
    "{}",
    '{"kty":"oct","k":"canary"}',
  ];
  for (const text of texts) {
    const error = assertThrows(
      () => parseClientKey(new Secret(text)),
      SyntaxError,
    );
    assertMatch(error.message, /^Cannot use client key: it is n/);
    assert(!error.message.includes("canary"));
  }
});

const kinds = [
  ["RS256", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["ES256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
  ["ES384", () => generateKeyPairSync("ec", { namedCurve: "P-384" })],
  ["EdDSA", () => generateKeyPairSync("ed25519")],
] as const;

for (const [algorithm, generate] of kinds) {
  Deno.test(`F2 a key for ${algorithm} can be PEM or a JWK`, () => {
    const { privateKey } = generate();
    const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: "k1" };
    assertEquals(parseClientKey(new Secret(pem)).algorithm, algorithm);
    const fromJwk = parseClientKey(new Secret(JSON.stringify(jwk)));
    assertEquals([fromJwk.algorithm, fromJwk.kid], [algorithm, "k1"]);
  });
}

const named = [
  ["PS256", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["Ed25519", () => generateKeyPairSync("ed25519")],
] as const;

for (const [alg, generate] of named) {
  Deno.test(`F2 a JWK with the alg ${alg} signs with ${alg}`, async () => {
    const { privateKey, publicKey } = generate();
    const jwk = { ...privateKey.export({ format: "jwk" }), alg };
    const proof = await proveClient({
      method: "private_key_jwt",
      clientId: "nats",
      audience: "https://id.example.com",
      ...parseClientKey(new Secret(JSON.stringify(jwk))),
    }, systemClock);
    const { protectedHeader } = await jwtVerify(
      proof.parameters["client_assertion"] ?? "",
      publicKey,
    );
    assertEquals(protectedHeader.alg, alg);
  });
}

for (const alg of ["RS512", "ES256", "RSA-OAEP", "", null, 1]) {
  Deno.test(`F2 an RSA key with the alg ${Deno.inspect(alg)} is refused`, () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwk = { ...privateKey.export({ format: "jwk" }), alg };
    assertThrows(
      () => parseClientKey(new Secret(JSON.stringify(jwk))),
      SyntaxError,
      'it is not for RS256 or PS256, but has another "alg"',
    );
  });
}
