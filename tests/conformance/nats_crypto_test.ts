/**
 * The crypto of NATS JWTs and xkeys against published vectors: what nkeys and
 * tweetnacl compute, native crypto must compute byte for byte.
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { Buffer } from "node:buffer";
import nacl from "tweetnacl";
import {
  signingKeyFromSeed,
  verifyingKey,
  verifySignature,
} from "../../src/nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../../src/nats_jwt/xkeys.ts";
import {
  accountSeed,
  curvePublicKey,
  curveSeed,
  serverPublicKey,
} from "../fixtures/nkey_text.ts";
import { vectorTest } from "../fixtures/vectors.ts";

function base64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}

vectorTest(
  "I4 xkeys open every NaCl box of tweetnacl's vectors",
  "tweetnacl/box.random.json",
  (vectors) => {
    const rows: [pk1: string, sk2: string, message: string, box: string][] =
      JSON.parse(vectors);
    assertEquals(rows.length, 256);
    for (const [pk1, sk2, message, box] of rows) {
      const own = xkeyFromSeed(curveSeed(base64(sk2)));
      const sender = curvePublicKey(base64(pk1));
      const sealed = Buffer.concat([
        Buffer.from("xkv1"),
        Buffer.alloc(24),
        base64(box),
      ]);
      const opened = own.open(sealed, sender);
      assertEquals(Buffer.from(opened).toString("base64"), message);
      sealed[sealed.length - 1] = (sealed[sealed.length - 1] ?? 0) ^ 1;
      assertEquals(own.open(sealed, sender), "seal broken");
    }
  },
);

vectorTest(
  "I4 xkeys agree with Wycheproof on X25519: every shared secret, and none of low order",
  "wycheproof/x25519_test.json",
  (vectors) => {
    interface Row {
      readonly tcId: number;
      readonly public: string;
      readonly private: string;
      readonly shared: string;
    }
    const groups: { tests: Row[] }[] = JSON.parse(vectors).testGroups;
    const rows = groups.flatMap(({ tests }) => tests);
    assertEquals(rows.length, 518);
    for (const row of rows) {
      const own = xkeyFromSeed(curveSeed(hex(row.private)));
      const sender = curvePublicKey(hex(row.public));
      // A box made from the published shared secret, which xkeys must open.
      const key = hsalsa20(hex(row.shared));
      const box = nacl.secretbox(Buffer.from("plain"), new Uint8Array(24), key);
      const sealed = Buffer.concat([
        Buffer.from("xkv1"),
        Buffer.alloc(24),
        box,
      ]);
      const zero = /^0+$/.test(row.shared);
      assertEquals(
        own.open(sealed, sender),
        zero ? "sender unusable" : new TextEncoder().encode("plain"),
        `tcId ${row.tcId}`,
      );
    }
  },
);

/** The key of a NaCl box for an X25519 shared secret: HSalsa20 with a zero nonce. */
function hsalsa20(shared: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  const { crypto_core_hsalsa20: core } = (nacl as unknown as {
    lowlevel: {
      crypto_core_hsalsa20(
        out: Uint8Array,
        input: Uint8Array,
        key: Uint8Array,
        constants: Uint8Array,
      ): void;
    };
  }).lowlevel;
  core(out, new Uint8Array(16), shared, Buffer.from("expand 32-byte k"));
  return out;
}

vectorTest(
  "I5 request signatures: every signature of ed25519.cr.yp.to verifies, and no other",
  "tweetnacl/sign.spec.json",
  (vectors) => {
    const rows: [secretKey: string, message: string, signature: string][] = JSON
      .parse(vectors);
    assertEquals(rows.length, 1024);
    for (const [secretKey, message, signature] of rows) {
      const key = verifyingKey(
        serverPublicKey(base64(secretKey).subarray(32)),
        "server",
      );
      assert(key !== undefined);
      assert(verifySignature(key, base64(message), base64(signature)));
      const forged = base64(signature);
      forged[0] = (forged[0] ?? 0) ^ 1;
      assertFalse(verifySignature(key, base64(message), forged));
    }
  },
);

/** nkeys derives the public key of each seed, in 16 ms: some of the vectors have to do. */
const SIGNED_EVERY = 16;

vectorTest(
  "signing keys sign byte for byte as ed25519.cr.yp.to says",
  "tweetnacl/sign.spec.json",
  (vectors) => {
    const rows: [secretKey: string, message: string, signature: string][] = JSON
      .parse(vectors);
    for (let index = 0; index < rows.length; index += SIGNED_EVERY) {
      const [secretKey = "", message = "", expected] = rows[index] ?? [];
      const seed = accountSeed(base64(secretKey).subarray(0, 32));
      const signature = signingKeyFromSeed(seed, "account")
        .sign(base64(message));
      assertEquals(Buffer.from(signature).toString("base64"), expected);
    }
  },
);

vectorTest(
  "I5 B10 request signatures agree with Wycheproof on Ed25519, S above the order included",
  "wycheproof/ed25519_test.json",
  (vectors) => {
    interface Group {
      readonly publicKey: { readonly pk: string };
      readonly tests: readonly {
        readonly tcId: number;
        readonly msg: string;
        readonly sig: string;
        readonly result: string;
      }[];
    }
    const groups: Group[] = JSON.parse(vectors).testGroups;
    let count = 0;
    for (const { publicKey, tests } of groups) {
      const key = verifyingKey(serverPublicKey(hex(publicKey.pk)), "server");
      for (const { tcId, msg, sig, result } of tests) {
        const verified = key !== undefined &&
          verifySignature(key, hex(msg), hex(sig));
        assertEquals(verified, result === "valid", `tcId ${tcId}`);
        count++;
      }
    }
    assertEquals(count, 151);
  },
);
