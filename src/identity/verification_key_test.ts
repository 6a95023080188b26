import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  assertIdentity,
  assertRejected,
  bearerOf,
  claims,
  issuerOptions,
  judge,
} from "../../tests/fixtures/jwt_scene.ts";
import {
  createSigner,
  encodePart,
  hmac,
} from "../../tests/fixtures/jwt_signer.ts";
import { JWS_ALGORITHMS } from "./jws_algorithms.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";

const P256_ORDER =
  0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ED25519_ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;

function withSignature(token: string, signature: Uint8Array): string {
  return `${token.slice(0, token.lastIndexOf("."))}.${encodePart(signature)}`;
}

function signatureOf(token: string): Buffer {
  return Buffer.from(token.slice(token.lastIndexOf(".") + 1), "base64url");
}

function bigEndian(value: bigint, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex");
}

for (const alg of JWS_ALGORITHMS) {
  Deno.test(`B1 B20 ${alg} verifies its own signatures and no others`, () => {
    const signer = createSigner(alg);
    const bearer = bearerOf(issuerOptions(signer));
    const good = signer.token(claims());
    assertIdentity(judge(bearer, good));

    const signature = signatureOf(good);
    const spoiled: Uint8Array[] = [
      signature.subarray(1),
      signature.subarray(0, -1),
      Buffer.concat([signature, Buffer.of(0)]),
      Buffer.concat([Buffer.of(0), signature]),
      Buffer.alloc(signature.length),
      Buffer.alloc(signature.length, 0xff),
      Buffer.of(0),
      signatureOf(createSigner(alg).token(claims())),
    ];
    for (const bit of [0, 7, 8 * signature.length - 1, 4 * signature.length]) {
      const flipped = Buffer.from(signature);
      const byte = Math.floor(bit / 8);
      flipped[byte] = (flipped[byte] ?? 0) ^ (1 << (bit % 8));
      spoiled.push(flipped);
    }
    for (const bytes of spoiled) {
      const token = withSignature(good, bytes);
      assertRejected(judge(bearer, token), "signature_invalid", token);
    }
    // The claims of one token under the signature of another.
    const [header, , own] = good.split(".");
    const claimsOfRoot = encodePart(JSON.stringify(claims({ sub: "root" })));
    const forged = `${header}.${claimsOfRoot}.${own}`;
    assertRejected(judge(bearer, forged), "signature_invalid", forged);
  });
}

Deno.test("B1 B3 algorithms come from the configuration, by exact name", () => {
  const signer = createSigner("RS256");
  const bearer = bearerOf(issuerOptions(signer));
  for (
    const alg of [
      "rs256",
      "RS256 ",
      "Rs256",
      "RS384",
      "PS256",
      "ES256",
      "EdDSA",
      "",
    ]
  ) {
    const token = signer.token(claims(), { alg });
    assertRejected(judge(bearer, token), "algorithm_not_allowed", token);
  }
});

Deno.test("B2 none is no algorithm, in any spelling, with or without a signature", () => {
  for (const own of ["HS256", "EdDSA"] as const) {
    const signer = createSigner(own);
    const bearer = bearerOf(issuerOptions(signer));
    for (const alg of ["none", "None", "NONE", "nOnE", "NoNe"]) {
      const signed = signer.token(claims(), { alg });
      assertRejected(judge(bearer, signed), "algorithm_not_allowed", signed);
      const unsigned = signed.slice(0, signed.lastIndexOf(".") + 1);
      assertRejected(judge(bearer, unsigned), "bearer_token_malformed");
      assertRejected(
        judge(bearer, unsigned.slice(0, -1)),
        "bearer_token_malformed",
      );
    }
  }
});

Deno.test("B4 C21 a public key, in any form, is no HMAC secret", () => {
  for (const own of ["RS256", "ES256", "EdDSA"] as const) {
    const signer = createSigner(own);
    const bearer = bearerOf(issuerOptions(signer));
    const secrets = [
      JSON.stringify(signer.jwk),
      String(signer.jwk["n"] ?? signer.jwk["x"]),
      Buffer.from(String(signer.jwk["n"] ?? signer.jwk["x"]), "base64url"),
      "",
    ];
    for (const alg of ["HS256", "HS384", "HS512"] as const) {
      for (const secret of secrets) {
        const input = signer.token(claims(), { alg })
          .split(".").slice(0, 2).join(".");
        const mac = hmac(Buffer.from(secret), alg, input);
        const token = `${input}.${encodePart(mac)}`;
        assertRejected(judge(bearer, token), "algorithm_not_allowed", token);
      }
    }
  }
});

Deno.test("B9 an ES256 signature has r and s from 1 to the order, 32 bytes each", () => {
  const signer = createSigner("ES256");
  const bearer = bearerOf(issuerOptions(signer));
  // Once while the runtime verifies, once with the table complete.
  for (let round = 0; round < 40; round++) {
    assertIdentity(judge(bearer, signer.token(claims())));
    if (round !== 0 && round !== 39) continue;
    const good = signer.token(claims());
    const r = signatureOf(good).subarray(0, 32);
    const s = signatureOf(good).subarray(32);
    const order = bigEndian(P256_ORDER, 32);
    const zero = Buffer.alloc(32);
    for (
      const parts of [
        [zero, zero],
        [zero, s],
        [r, zero],
        [order, s],
        [r, order],
        [bigEndian(P256_ORDER + 1n, 32), s],
        [Buffer.alloc(32, 0xff), Buffer.alloc(32, 0xff)],
        [bigEndian(1n, 32), bigEndian(1n, 32)],
        [zero, r, s],
        [r, s, zero],
        [s, r],
      ]
    ) {
      const token = withSignature(good, Buffer.concat(parts));
      assertRejected(judge(bearer, token), "signature_invalid", token);
    }
    // ECDSA is malleable: n - s verifies as well, and RFC 7518 allows it.
    const other = P256_ORDER - BigInt(`0x${s.toString("hex")}`);
    const twin = Buffer.concat([r, bigEndian(other, 32)]);
    assertIdentity(judge(bearer, withSignature(good, twin)));
  }
});

Deno.test("B9 an ES256 signature in DER is refused", () => {
  const signer = createSigner("ES256");
  const bearer = bearerOf(issuerOptions(signer));
  const good = signer.token(claims());
  const integer = (bytes: Buffer): Buffer => {
    const positive = (bytes[0] ?? 0) >= 0x80
      ? Buffer.concat([Buffer.of(0), bytes])
      : bytes;
    return Buffer.concat([Buffer.of(2, positive.length), positive]);
  };
  const body = Buffer.concat([
    integer(signatureOf(good).subarray(0, 32)),
    integer(signatureOf(good).subarray(32)),
  ]);
  const der = Buffer.concat([Buffer.of(0x30, body.length), body]);
  assertRejected(judge(bearer, withSignature(good, der)), "signature_invalid");
});

Deno.test("B10 an Ed25519 signature has s below the order", () => {
  const signer = createSigner("EdDSA");
  const bearer = bearerOf(issuerOptions(signer));
  const good = signer.token(claims());
  const s = signatureOf(good).subarray(32);
  const value = BigInt(`0x${Buffer.from(s).reverse().toString("hex")}`);
  const twin = Buffer.from(bigEndian(value + ED25519_ORDER, 32)).reverse();
  const token = withSignature(
    good,
    Buffer.concat([signatureOf(good).subarray(0, 32), twin]),
  );
  assertRejected(judge(bearer, token), "signature_invalid", token);
});

Deno.test("B11 a PSS signature has a salt as long as the digest", async () => {
  const { constants, generateKeyPairSync, sign } = await import("node:crypto");
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
  });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "key-1" };
  const template = createSigner("PS256");
  const bearer = bearerOf(issuerOptions(template, {
    keys: { kind: "jwks", jwks: JSON.stringify({ keys: [jwk] }) },
  }));
  const verdictOf = (saltLength: number): string => {
    const input = template.token(claims()).split(".").slice(0, 2).join(".");
    const signature = sign("sha256", Buffer.from(input), {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength,
    });
    return judge(bearer, `${input}.${encodePart(signature)}`).kind;
  };
  assertEquals([0, 20, 31, 32, 33, 64].map(verdictOf), [
    "rejected",
    "rejected",
    "rejected",
    "identity",
    "rejected",
    "rejected",
  ]);
});

Deno.test("B14 keys and URLs in the header are ignored, and nothing is fetched", async () => {
  let hits = 0;
  await using trap = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    () => {
      hits++;
      return new Response("{}");
    },
  );
  const url = `http://127.0.0.1:${trap.addr.port}/`;
  const attacker = createSigner("EdDSA", "attacker");
  for (const own of ["EdDSA", "HS256"] as JwsAlgorithm[]) {
    const signer = createSigner(own);
    const bearer = bearerOf(issuerOptions(signer));
    const headers = {
      jku: `${url}jwks.json`,
      x5u: `${url}cert.pem`,
      jwk: attacker.jwk,
      x5c: ["MIIB"],
      x5t: "AAAA",
      "x5t#S256": "AAAA",
    };
    assertIdentity(judge(bearer, signer.token(claims(), headers)));
    const forged = attacker.token(claims(), { ...headers, alg: own });
    assertRejected(judge(bearer, forged), "key_unknown", forged);
    const renamed = attacker.token(claims(), {
      ...headers,
      alg: own,
      kid: signer.kid,
    });
    assertRejected(judge(bearer, renamed), "signature_invalid", renamed);
  }
  // Long enough for a fetch that nobody waits for.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(hits, 0);
});

Deno.test("B20 claims of a token with a wrong signature are not looked at", () => {
  const signer = createSigner("EdDSA");
  const bearer = bearerOf(issuerOptions(signer));
  const other = createSigner("EdDSA");
  for (
    const changed of [{ exp: 1 }, { aud: "other" }, { sub: 1 }, { cnf: {} }]
  ) {
    const token = other.token(claims(changed));
    assertRejected(judge(bearer, token), "signature_invalid", token);
  }
});
