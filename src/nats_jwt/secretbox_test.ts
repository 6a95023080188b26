import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { randomBytes, randomInt } from "node:crypto";
import nacl from "tweetnacl";
import {
  NONCE_BYTES,
  openSecretbox,
  sealSecretbox,
  TAG_BYTES,
} from "./secretbox.ts";

function seal(plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): Buffer {
  const box = Buffer.alloc(TAG_BYTES + plain.length);
  sealSecretbox(box, 0, plain, nonce, key);
  return box;
}

Deno.test("sealSecretbox() makes the box of NaCl's own test", () => {
  const key = Buffer.from(
    "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389",
    "hex",
  );
  const nonce = Buffer.from(
    "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37",
    "hex",
  );
  const plain = Buffer.from(
    "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f4" +
      "1db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52" +
      "f0a089bc76897040e082f937763848645e0705",
    "hex",
  );
  const box = seal(plain, nonce, key);
  assertEquals(
    box.toString("hex"),
    "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b" +
      "4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da" +
      "99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5",
  );
  assertEquals(openSecretbox(box, nonce, key), new Uint8Array(plain));
});

Deno.test("sealSecretbox() and openSecretbox() agree with tweetnacl at every length", () => {
  // Lengths around blocks of 64 and pieces of 16 bytes, and what outgrows the memory.
  const lengths = [...Array(200).keys(), 4095, 4096, 65_535, 70_000];
  for (const length of lengths) {
    const key = randomBytes(nacl.secretbox.keyLength);
    const nonce = randomBytes(NONCE_BYTES);
    const plain = randomBytes(length);
    const box = seal(plain, nonce, key);
    assertEquals(box, Buffer.from(nacl.secretbox(plain, nonce, key)));
    assertEquals(openSecretbox(box, nonce, key), new Uint8Array(plain));
  }
});

Deno.test("sealSecretbox() agrees with tweetnacl where all bits are set", () => {
  // Nothing carries further than this.
  const ones = Buffer.alloc(2048, 0xff);
  for (let turn = 0; turn < 500; turn++) {
    const key = turn % 2 === 0
      ? ones.subarray(0, nacl.secretbox.keyLength)
      : randomBytes(32);
    const nonce = randomBytes(NONCE_BYTES);
    const plain = ones.subarray(0, randomInt(1, ones.length));
    assertEquals(
      seal(plain, nonce, key),
      Buffer.from(nacl.secretbox(plain, nonce, key)),
    );
  }
});

Deno.test("I3 openSecretbox() refuses a box of which one bit was changed", () => {
  const key = randomBytes(nacl.secretbox.keyLength);
  const nonce = randomBytes(NONCE_BYTES);
  const box = seal(randomBytes(100), nonce, key);
  for (let bit = 0; bit < 8 * box.length; bit++) {
    const forged = Buffer.from(box);
    forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ 1 << (bit & 7);
    assertEquals(openSecretbox(forged, nonce, key), undefined);
  }
});

Deno.test("openSecretbox() refuses what is shorter than a tag", () => {
  const key = randomBytes(nacl.secretbox.keyLength);
  const nonce = randomBytes(NONCE_BYTES);
  for (let length = 0; length < TAG_BYTES; length++) {
    assertEquals(
      openSecretbox(new Uint8Array(length), nonce, key),
      undefined,
    );
  }
});

Deno.test("openSecretbox() gives away no memory that it uses again", () => {
  const key = randomBytes(nacl.secretbox.keyLength);
  const nonce = randomBytes(NONCE_BYTES);
  const opened = openSecretbox(
    seal(Buffer.from("one"), nonce, key),
    nonce,
    key,
  );
  openSecretbox(seal(Buffer.from("two"), nonce, key), nonce, key);
  assert(opened !== undefined);
  assertEquals(Buffer.from(opened).toString(), "one");
});
