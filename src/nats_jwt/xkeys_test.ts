import { assert, assertEquals, assertThrows } from "@std/assert";
import { createCurve, fromCurveSeed } from "@nats-io/nkeys";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { curvePublicKey } from "../../tests/fixtures/nkey_text.ts";
import { XKEY_CACHE_ENTRIES_MAX } from "../base/limits.ts";
import { createKeyAgreement } from "./key_agreement.ts";
import { createSeed, decodeSeed } from "./nkeys.ts";
import { createXkey, isSealed, xkeyFromSeed } from "./xkeys.ts";

const PLAIN = new TextEncoder().encode("an authorization request");

Deno.test("xkeyFromSeed() opens what nkeys seals, and the other way round", () => {
  for (let round = 0; round < 5; round++) {
    const seed = createSeed("curve");
    const own = xkeyFromSeed(seed);
    const library = fromCurveSeed(new TextEncoder().encode(seed.reveal()));
    assertEquals(own.publicKey, library.getPublicKey());
    const server = createCurve();
    const sealedByServer = server.seal(PLAIN, own.publicKey);
    assert(isSealed(sealedByServer));
    assertEquals(own.open(sealedByServer, server.getPublicKey()), PLAIN);
    const sealedByUs = own.seal(PLAIN, server.getPublicKey());
    assertEquals([...server.open(sealedByUs, own.publicKey) ?? []], [...PLAIN]);
  }
});

Deno.test("I16 seal() never uses a nonce twice", () => {
  const own = xkeyFromSeed(createSeed("curve"));
  const recipient = createCurve().getPublicKey();
  const nonces = new Set<string>();
  for (let round = 0; round < 1000; round++) {
    nonces.add(own.seal(PLAIN, recipient).subarray(4, 28).join());
  }
  assertEquals(nonces.size, 1000);
});

Deno.test("I4 open() refuses every broken seal", () => {
  const own = xkeyFromSeed(createSeed("curve"));
  const server = createCurve();
  const sealed = server.seal(PLAIN, own.publicKey);
  for (let index = 0; index < sealed.length; index++) {
    const broken = sealed.slice();
    broken[index] = (broken[index] ?? 0) ^ 1;
    assertEquals(
      own.open(broken, server.getPublicKey()),
      "seal broken",
      `byte ${index}`,
    );
  }
  for (const length of [0, 3, 4, 27, 28, 43, sealed.length - 1]) {
    assertEquals(
      own.open(sealed.subarray(0, length), server.getPublicKey()),
      "seal broken",
    );
  }
  assertEquals(
    own.open(sealed, createCurve().getPublicKey()),
    "seal broken",
    "foreign sender",
  );
  const foreign = createCurve().seal(PLAIN, createCurve().getPublicKey());
  assertEquals(
    own.open(foreign, server.getPublicKey()),
    "seal broken",
    "for another recipient",
  );
});

/** Points of low order on Curve25519 (RFC 7748 section 6.1; https://cr.yp.to/ecdh.html). */
const LOW_ORDER_POINTS = [
  "00".repeat(32),
  "01" + "00".repeat(31),
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

for (const point of LOW_ORDER_POINTS) {
  Deno.test(`I4 open() and seal() refuse the point of low order ${point.slice(0, 8)}…`, () => {
    const own = xkeyFromSeed(createSeed("curve"));
    const key = curvePublicKey(Buffer.from(point, "hex"));
    const sealed = createCurve().seal(PLAIN, own.publicKey);
    assertEquals(own.open(sealed, key), "sender unusable");
    assertThrows(() => own.seal(PLAIN, key), TypeError, "not usable");
  });
}

Deno.test("I4 open() refuses what is no curve key", () => {
  const own = xkeyFromSeed(createSeed("curve"));
  const sealed = createCurve().seal(PLAIN, own.publicKey);
  for (
    const key of [
      "",
      "X",
      createCurve().getPublicKey().slice(1),
      "A".repeat(56),
    ]
  ) {
    assertEquals(own.open(sealed, key), "sender unusable", key);
  }
});

Deno.test("I4 open() remembers the keys of those who have sealed something, and no invented ones", () => {
  const { raw, publicKey } = decodeSeed(createSeed("curve"), "curve");
  const agreeOnKey = createKeyAgreement(raw);
  let agreements = 0;
  const own = createXkey(publicKey, (otherRaw) => {
    agreements++;
    return agreeOnKey(otherRaw);
  });
  const server = createCurve();
  const sealed = server.seal(PLAIN, publicKey);
  assertEquals(own.open(sealed, server.getPublicKey()), PLAIN);
  own.seal(PLAIN, server.getPublicKey());
  assertEquals(agreements, 1);

  for (let count = 0; count <= XKEY_CACHE_ENTRIES_MAX; count++) {
    const invented = curvePublicKey(randomBytes(32));
    assertEquals(own.open(sealed, invented), "seal broken");
  }
  agreements = 0;
  assertEquals(own.open(sealed, server.getPublicKey()), PLAIN);
  own.seal(PLAIN, server.getPublicKey());
  assertEquals(agreements, 0);

  const recipient = createCurve().getPublicKey();
  own.seal(PLAIN, recipient);
  own.seal(PLAIN, recipient);
  assertEquals(agreements, 1);
});
