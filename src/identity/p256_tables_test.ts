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
  const verified = (id: number, times: number): boolean => {
    const publicKey = points[id];
    assert(publicKey !== undefined);
    for (let count = 0; count < times; count++) {
      tables.verified(`${id}`, publicKey);
    }
    return tables.completeTableOf(`${id}`) !== undefined;
  };
  for (let id = 0; id < P256_TABLES_MAX; id++) assert(!verified(id, 1));
  const last = P256_TABLES_MAX;
  assert(!verified(last, 33));

  now = 3_600_001;
  assert(!verified(0, 1));
  assert(verified(last, 33));
  // The first one was in use, and has kept its two rows.
  assert(verified(0, 31));
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

interface P256Pair {
  readonly tableId: string;
  verify(signature: Uint8Array): boolean;
  readonly signature: Uint8Array;
}

function p256Pair(tables: P256Tables): P256Pair {
  const signer = createSigner("ES256");
  const [x, y] = ["x", "y"].map((name) =>
    Buffer.from(String(signer.jwk[name]), "base64url")
  );
  const key = importJwk(JSON.parse(JSON.stringify(signer.jwk)), {
    algorithms: ["ES256"],
    tables,
  });
  assert(x !== undefined && y !== undefined && !(key instanceof UnusableKey));
  const input = Buffer.from("header.payload");
  return {
    tableId: Buffer.concat([Buffer.of(4), x, y]).toString("base64url"),
    verify: (signature) => key.verify("ES256", input, signature),
    signature: signer.sign("header.payload"),
  };
}

Deno.test("B9 only valid signatures make an ES256 table grow", () => {
  const tables = new P256Tables(monotonicClock);
  const { tableId, verify, signature } = p256Pair(tables);
  for (let round = 0; round < ROWS; round++) {
    assertEquals(tables.completeTableOf(tableId), undefined);
    assert(!verify(Buffer.alloc(64, 1 + round)));
    assert(verify(signature));
  }
  assert(tables.completeTableOf(tableId) !== undefined);
  assert(verify(signature) && !verify(Buffer.alloc(64, 1)));
});

Deno.test("B9 signatures that do not verify take no table's place, and keep none", () => {
  let now = 0;
  const tables = new P256Tables(() => now as MonotonicMs);
  const keys = Array.from(
    { length: P256_TABLES_MAX + 1 },
    () => p256Pair(tables),
  );
  const [wanted, ...others] = keys;
  assert(wanted !== undefined);
  const garbage = Buffer.alloc(64, 1);
  for (const { verify } of others) assert(!verify(garbage));
  assert(wanted.verify(wanted.signature));
  for (const { verify, signature } of others) assert(verify(signature));
  // All but one have a place. An hour later all that comes of them is garbage.
  now = 3_600_001;
  for (const { verify } of others) assert(!verify(garbage));
  const late = p256Pair(tables);
  for (let round = 0; round < ROWS; round++) {
    assert(wanted.verify(wanted.signature) && late.verify(late.signature));
  }
  assert(tables.completeTableOf(wanted.tableId) !== undefined);
  assert(tables.completeTableOf(late.tableId) !== undefined);
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
