import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import { monotonicClock } from "../base/time.ts";
import { ed25519Weakness } from "./ed25519_weakness.ts";
import { importJwk, UnusableKey } from "./jwk.ts";
import { P256Tables } from "./p256_tables.ts";

/** In little-endian hex, without the sign of x (eprint 2020/1244, table 5). */
const SMALL = "is a point of small order";
const STRANGE = "is not the canonical form of a point";
const encodings: readonly [why: string, hex: string, problem: string][] = [
  ["0, of order 4", "00".repeat(32), SMALL],
  ["1, the neutral element", `01${"00".repeat(31)}`, SMALL],
  ["-1, of order 2", `ec${"ff".repeat(30)}7f`, SMALL],
  [
    "the one half of order 8",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    SMALL,
  ],
  [
    "the other half of order 8",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    SMALL,
  ],
  ["0, written as the prime", `ed${"ff".repeat(30)}7f`, STRANGE],
  ["1, written as the prime and 1", `ee${"ff".repeat(30)}7f`, STRANGE],
  ["18, written as 2^255 - 1", `${"ff".repeat(31)}7f`, STRANGE],
];

for (const [why, hex, problem] of encodings) {
  for (const sign of [0, 0x80]) {
    Deno.test(`B10 importJwk() leaves an Ed25519 key out whose y is ${why}${sign === 0 ? "" : ", with the sign"}`, () => {
      const bytes = Buffer.from(hex, "hex");
      bytes[31] = (bytes[31] ?? 0) | sign;
      const jwk = {
        kty: "OKP",
        crv: "Ed25519",
        x: bytes.toString("base64url"),
      };
      const tables = new P256Tables(monotonicClock);
      const key = importJwk(jwk, { algorithms: ["EdDSA"], tables });
      assertInstanceOf(key, UnusableKey);
      assertEquals(key.problem, `"x" ${problem}`);
    });
  }
}

Deno.test("B10 the runtime itself takes a key under which one signature is good for everything", () => {
  const one = Buffer.from(`01${"00".repeat(31)}`, "hex");
  const x = one.toString("base64url");
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x },
    format: "jwk",
  });
  const signature = Buffer.concat([one, Buffer.alloc(32)]);
  assert(verify(null, Buffer.from("anything"), key, signature));
});

Deno.test("B10 ed25519Weakness() finds none in the key of RFC 8032, test 1", () => {
  const hex =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  assertEquals(ed25519Weakness(Buffer.from(hex, "hex")), undefined);
});
