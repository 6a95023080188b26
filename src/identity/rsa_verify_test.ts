import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { createRsaVerifier, type VerifyRsa } from "./rsa_verify.ts";

const DIGESTS = ["sha256", "sha384", "sha512"] as const;
const MESSAGE = Buffer.from("a message");

function bytesOf(text: string | undefined): Buffer {
  return Buffer.from(text ?? "", "base64url");
}

interface TestKey {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly verifyRsa: VerifyRsa;
}

function keyPair(bits: number, publicExponent = 0x10001): TestKey {
  const pair = generateKeyPairSync("rsa", {
    modulusLength: bits,
    publicExponent,
  });
  const { n, e } = pair.publicKey.export({ format: "jwk" });
  return { ...pair, verifyRsa: createRsaVerifier(bytesOf(n), bytesOf(e)) };
}

const { privateKey, publicKey, verifyRsa } = keyPair(2048);
const jwk = privateKey.export({ format: "jwk" });
const modulus = toBigInt(bytesOf(jwk.n));

function toBigInt(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

function toBytes(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex");
}

/** Signs whatever the block says, well-formed or not. */
function signBlock(block: Buffer): Buffer {
  let result = 1n;
  for (const bit of toBigInt(bytesOf(jwk.d)).toString(2)) {
    result = result * result % modulus;
    if (bit === "1") result = result * toBigInt(block) % modulus;
  }
  return toBytes(result, 256);
}

Deno.test("B11 createRsaVerifier() agrees with the runtime for every length and digest", () => {
  for (const bits of [2048, 2056, 3072, 4096]) {
    const pair = keyPair(bits);
    for (const digest of DIGESTS) {
      const signature = sign(digest, MESSAGE, pair.privateKey);
      assert(pair.verifyRsa(digest, MESSAGE, signature));
      assert(verify(digest, MESSAGE, pair.publicKey, signature));
      assert(!pair.verifyRsa(digest, Buffer.from("another"), signature));
    }
  }
});

Deno.test("B11 createRsaVerifier() verifies with the small exponent 3", () => {
  const pair = keyPair(2048, 3);
  const signature = sign("sha256", MESSAGE, pair.privateKey);
  assert(pair.verifyRsa("sha256", MESSAGE, signature));
  assert(!pair.verifyRsa("sha512", MESSAGE, signature));
});

Deno.test("B11 createRsaVerifier() refuses a signature of which one bit was changed", () => {
  const signature = sign("sha256", MESSAGE, privateKey);
  for (let bit = 0; bit < 8 * signature.length; bit += 7) {
    const spoiled = Buffer.from(signature);
    spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ 1 << (bit & 7);
    assert(!verifyRsa("sha256", MESSAGE, spoiled));
    assert(!verify("sha256", MESSAGE, publicKey, spoiled));
  }
});

Deno.test("B11 createRsaVerifier() refuses the signature plus the modulus, and another length", () => {
  const signature = sign("sha256", MESSAGE, privateKey);
  const wrapped = toBytes(toBigInt(signature) + modulus, 257);
  assert(!verifyRsa("sha256", MESSAGE, wrapped));
  assert(!verifyRsa("sha256", MESSAGE, wrapped.subarray(1)));
  assert(!verifyRsa("sha256", MESSAGE, signature.subarray(1)));
  assert(
    !verifyRsa("sha256", MESSAGE, Buffer.concat([signature, Buffer.of(0)])),
  );
  assert(!verifyRsa("sha256", MESSAGE, new Uint8Array(0)));
  assert(!verifyRsa("sha1", MESSAGE, signature));
});

/** Blocks that a lenient reader takes for a signature of the message. */
const DIGEST = createHash("sha256").update(MESSAGE).digest("hex");
const INFO = "3031300d060960864801650304020105000420";
const FORGED_BLOCKS: Readonly<Record<string, string>> = {
  "garbage behind a short padding": `0001ffffffffffffffff00${INFO}${DIGEST}`
    .padEnd(512, "00"),
  "no parameters in the algorithm":
    `0001${"ff".repeat(204)}00302f300b0609608648016503040201` +
    `0420${DIGEST}`,
  "another block type": `0002${"ff".repeat(202)}00${INFO}${DIGEST}`,
  "padding that is not all ones": `0001${"ff".repeat(100)}fe${
    "ff".repeat(101)
  }00${INFO}${DIGEST}`,
  "the bare digest": DIGEST.padStart(512, "0"),
};

Deno.test("B11 createRsaVerifier() takes the block that it expects", () => {
  const block = Buffer.from(`0001${"ff".repeat(202)}00${INFO}${DIGEST}`, "hex");
  assert(verifyRsa("sha256", MESSAGE, signBlock(block)));
});

for (const [name, hex] of Object.entries(FORGED_BLOCKS)) {
  Deno.test(`B11 createRsaVerifier() refuses a block with ${name}`, () => {
    const block = Buffer.from(hex, "hex");
    assertEquals(block.length, 256);
    assert(!verifyRsa("sha256", MESSAGE, signBlock(block)));
  });
}
