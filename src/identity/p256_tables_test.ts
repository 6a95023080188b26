import { assert, assertEquals } from "@std/assert";
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign,
} from "node:crypto";
import { Buffer } from "node:buffer";
import { P256_TABLES_MAX } from "../base/limits.ts";
import { monotonicClock, type MonotonicMs } from "../base/time.ts";
import {
  assertIdentity,
  bearerOf,
  claims,
  issuerOptions,
  judge,
} from "../../tests/fixtures/jwt_scene.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import { importJwk, UnusableKey } from "./jwk.ts";
import { ROWS } from "./p256_table.ts";
import { generatorTable, P256Tables } from "./p256_tables.ts";

function point(): Uint8Array {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return Buffer.concat([
    Buffer.of(4),
    Buffer.from(x, "base64url"),
    Buffer.from(y, "base64url"),
  ]);
}

Deno.test("P256Tables gives a bounded number of keys a table, and idle ones away", () => {
  let now = 0;
  const tables = new P256Tables(() => now as MonotonicMs);
  const points = Array.from({ length: P256_TABLES_MAX + 1 }, point);
  const [first, ...others] = points;
  const last = others.at(-1);
  assert(first !== undefined && last !== undefined);

  const tableOfFirst = tables.tableOf("0", first);
  for (const [index, other] of others.slice(0, -1).entries()) {
    assert(tables.tableOf(`${index + 1}`, other) !== undefined);
  }
  assertEquals(tables.tableOf("last", last), undefined);
  assertEquals(tables.tableOf("0", first), tableOfFirst);

  now = 3_600_001;
  assertEquals(tables.tableOf("0", first), tableOfFirst);
  assert(tables.tableOf("last", last) !== undefined);
  assertEquals(tables.tableOf("0", first), tableOfFirst);
});

Deno.test("more ES256 keys than tables: all of them verify", () => {
  const signers = Array.from(
    { length: P256_TABLES_MAX + 2 },
    (_, index) => createSigner("ES256", `key-${index}`),
  );
  const [first] = signers;
  assert(first !== undefined);
  const jwks = JSON.stringify({ keys: signers.map(({ jwk }) => jwk) });
  const bearer = bearerOf(
    issuerOptions(first, { keys: { kind: "jwks", jwks } }),
  );
  for (let round = 0; round < 2; round++) {
    for (const signer of signers) {
      assertIdentity(judge(bearer, signer.token(claims())));
    }
  }
});

Deno.test("B9 a sum that the tables cannot make is left to the runtime", () => {
  // The generator as public key: a signature of r = s = digest adds it to itself.
  const [x = 0n] = generatorTable().x;
  const [y = 0n] = generatorTable().y;
  const [publicX, publicY, secret] = [x, y, 1n].map((value) =>
    Buffer.from(value.toString(16).padStart(64, "0"), "hex")
      .toString("base64url")
  );
  const jwk = { kty: "EC", crv: "P-256", x: publicX, y: publicY } as const;
  const key = importJwk(JSON.parse(JSON.stringify(jwk)), {
    algorithms: ["ES256"],
    tables: new P256Tables(monotonicClock),
  });
  assert(!(key instanceof UnusableKey));
  const privateKey = createPrivateKey({
    key: { ...jwk, d: secret },
    format: "jwk",
  });
  for (let row = 0; row <= ROWS; row++) {
    const input = Buffer.from(`header.${row}`);
    const signature = sign("sha256", input, {
      key: privateKey,
      dsaEncoding: "ieee-p1363",
    });
    assert(key.verify("ES256", input, signature));
  }
  const input = Buffer.from("header.payload");
  const digest = createHash("sha256").update(input).digest();
  const signature = Buffer.concat([digest, digest]);
  const verdict = key.verify("ES256", input, signature);
  assertEquals({ verdict }, { verdict: false });
});
