import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { p256 } from "@noble/curves/nist.js";
import { DIGIT_BITS, GrowingTable, ROW_ENTRIES } from "./p256_table.ts";
import { generatorTable } from "./p256_tables.ts";
import { verifyP256 } from "./p256_verify.ts";

const ORDER = p256.Point.Fn.ORDER;

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}

function tableOf(publicKey: Uint8Array): GrowingTable {
  const table = GrowingTable.of(publicKey);
  while (!table.complete) table.grow();
  return table;
}

/** Uncompressed. */
function publicPoint(secret: bigint): Uint8Array {
  const { x, y } = p256.Point.BASE.multiply(secret).toAffine();
  return Buffer.concat([Buffer.of(4), bytesOf(x), bytesOf(y)]);
}

const { publicKey, privateKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
});
const jwk = publicKey.export({ format: "jwk" });
const table = tableOf(Buffer.concat([
  Buffer.of(4),
  Buffer.from(jwk.x ?? "", "base64url"),
  Buffer.from(jwk.y ?? "", "base64url"),
]));

function ours(
  message: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  const digest = createHash("sha256").update(message).digest();
  return verifyP256(generatorTable(), table, digest, signature);
}

function native(message: Uint8Array, signature: Uint8Array): boolean {
  const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
  return verify("sha256", message, key, signature);
}

Deno.test("B9 verifyP256() agrees with the runtime on signatures and on spoiled ones", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.nat(511),
      (message, bit) => {
        const signature = sign("sha256", message, {
          key: privateKey,
          dsaEncoding: "ieee-p1363",
        });
        assert(ours(message, signature) && native(message, signature));
        const spoiled = Buffer.from(signature);
        spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assertEquals(ours(message, spoiled), native(message, spoiled));
        assert(!ours(message, spoiled));
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("B9 verifyP256() refuses arbitrary bytes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      (signature) => !ours(Buffer.of(1), signature),
    ),
    { numRuns: 100 },
  );
  for (const length of [0, 1, 63, 65, 128]) {
    assert(!ours(Buffer.of(1), new Uint8Array(length).fill(1)));
  }
});

/**
 * With a chosen key and nonce every scalar can be reached: those whose digits
 * carry, that are zero, and that make the two halves of the sum meet.
 */
Deno.test("B9 verifyP256() is right or undecided where the sum has doublings, opposites and carries", () => {
  const base = p256.Point.BASE;
  let undecided = 0;
  let valid = 0;
  const scalars = [
    1n,
    2n,
    127n,
    128n,
    129n,
    255n,
    256n,
    257n,
    511n,
    512n,
    (1n << 255n) - 1n,
    ORDER - 1n,
    ORDER - 2n,
    ORDER >> 1n,
  ];
  for (const secret of [1n, 2n, ORDER - 1n, 0x8080808080808080n]) {
    const keyTable = tableOf(publicPoint(secret));
    for (const nonce of scalars) {
      const r = base.multiply(nonce).toAffine().x % ORDER;
      for (
        const digest of [
          0n,
          1n,
          128n,
          ORDER - 1n,
          ORDER,
          r * secret % ORDER,
          (1n << 256n) - 1n,
        ]
      ) {
        const s = p256.Point.Fn.inv(nonce) * (digest + r * secret) % ORDER;
        const signature = Buffer.concat([bytesOf(r), bytesOf(s)]);
        const verdict = verifyP256(
          generatorTable(),
          keyTable,
          bytesOf(digest),
          signature,
        );
        const reference = s !== 0n && p256.verify(
          signature,
          bytesOf(digest),
          publicPoint(secret),
          { prehash: false, lowS: false },
        );
        assertEquals(reference, s !== 0n);
        if (verdict === undefined) undecided++;
        else assertEquals(verdict, reference, `${secret} ${nonce} ${digest}`);
        if (verdict === true) valid++;
      }
    }
  }
  // Keys of 1, 2 and -1 meet the generator; the other one does not.
  assert(undecided > 0, "no sum met what the formula does not know");
  assert(valid > 2 * undecided, `${valid} valid, ${undecided} undecided`);
});

/** The first point at or after this x. */
function pointFrom(x: bigint): InstanceType<typeof p256.Point> {
  for (let next = x;; next++) {
    const bytes = Buffer.concat([Buffer.of(2), bytesOf(next)]);
    try {
      return p256.Point.fromBytes(bytes);
    } catch {
      // Every other x has no point.
    }
  }
}

/** A key, a digest and an s for which the sum is `sum`, with any r. */
function meet(
  sum: InstanceType<typeof p256.Point>,
  r: bigint,
): { keyTable: GrowingTable; digest: Buffer; s: Buffer } {
  const { Fn, BASE } = p256.Point;
  const [u1, u2] = [1234567n, 7654321n];
  const key = sum.subtract(BASE.multiply(u1)).multiply(Fn.inv(u2)).toAffine();
  const s = Fn.mul(Fn.create(r), Fn.inv(u2));
  return {
    keyTable: tableOf(
      Buffer.concat([Buffer.of(4), bytesOf(key.x), bytesOf(key.y)]),
    ),
    digest: bytesOf(Fn.mul(u1, s)),
    s: bytesOf(s),
  };
}

Deno.test("B9 verifyP256() compares x modulo the order, and r is below it", () => {
  // One x in 2^128 is between the order and the prime: r is then x less the order.
  const sum = pointFrom(ORDER);
  const { x } = sum.toAffine();
  const { keyTable, digest, s } = meet(sum, x - ORDER);
  const verdict = (r: bigint): boolean | undefined =>
    verifyP256(
      generatorTable(),
      keyTable,
      digest,
      Buffer.concat([bytesOf(r), s]),
    );
  assert(verdict(x - ORDER));
  assert(!verdict(x));
});

Deno.test("B9 verifyP256() does not go around the prime", () => {
  const prime = p256.Point.Fp.ORDER;
  const sum = pointFrom(2n);
  const { x } = sum.toAffine();
  // r + order is x + prime: the same x, by a way that the standard does not go.
  const r = x + prime - ORDER;
  const { keyTable, digest, s } = meet(sum, r);
  const signature = Buffer.concat([bytesOf(r), s]);
  assert(!verifyP256(generatorTable(), keyTable, digest, signature));
  // With the r that x has, the same sum is a signature.
  const right = meet(sum, x);
  assert(
    verifyP256(
      generatorTable(),
      right.keyTable,
      right.digest,
      Buffer.concat([bytesOf(x), right.s]),
    ),
  );
});

Deno.test("B9 verifyP256() refuses a sum at infinity", () => {
  // u1 + u2 * secret is 0 for digest = -r * secret: no point, so no signature.
  const secret = 12345n;
  const keyTable = tableOf(publicPoint(secret));
  for (const r of [1n, 2n, ORDER - 1n]) {
    const digest = (ORDER - r * secret % ORDER) % ORDER;
    for (const s of [1n, 7n, ORDER - 1n]) {
      const signature = Buffer.concat([bytesOf(r), bytesOf(s)]);
      assert(
        !verifyP256(generatorTable(), keyTable, bytesOf(digest), signature),
      );
    }
  }
});

Deno.test("B9 GrowingTable takes no point that is not on the curve", () => {
  const off = Buffer.concat([Buffer.of(4), bytesOf(1n), bytesOf(1n)]);
  assertThrows(() => GrowingTable.of(off));
  assertThrows(() => GrowingTable.of(new Uint8Array(65)));
  assertThrows(() => GrowingTable.of(new Uint8Array(0)));
});

Deno.test("GrowingTable holds the multiples that it says", () => {
  const places = [[0, 1], [0, 256], [1, 1], [17, 77], [27, 256], [28, 1]];
  for (const [row = 0, digit = 0] of places) {
    const scalar = BigInt(digit) << BigInt(DIGIT_BITS * row);
    const expected = p256.Point.BASE.multiply(scalar % ORDER).toAffine();
    const index = row * ROW_ENTRIES + digit - 1;
    assertEquals(generatorTable().x[index], expected.x);
    assertEquals(generatorTable().y[index], expected.y);
  }
});
