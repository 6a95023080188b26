import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  createAccount,
  createCurve,
  createServer,
  createUser,
  fromPublic,
  fromSeed,
} from "@nats-io/nkeys";
import { Secret } from "../base/secret.ts";
import {
  createSeed,
  decodeSeed,
  signingKeyFromSeed,
  verifyingKey,
  verifySignature,
} from "./nkeys.ts";
import { decodePublicKey, isPublicKey } from "./public_key.ts";

const BYTES = new TextEncoder().encode("eyJ0eXAiOiJKV1QifQ.e30");

Deno.test("signingKeyFromSeed() signs byte for byte as nkeys does", () => {
  for (let round = 0; round < 5; round++) {
    const seed = createSeed("account");
    const library = fromSeed(new TextEncoder().encode(seed.reveal()));
    const native = signingKeyFromSeed(seed, "account");
    assertEquals(native.publicKey, library.getPublicKey());
    const signature = native.sign(BYTES);
    assertEquals(
      [...signature],
      [...library.sign(BYTES)],
    );
    assert(fromPublic(native.publicKey).verify(BYTES, signature));
  }
});

Deno.test("I5 verifySignature() takes what nkeys signs and nothing else", () => {
  const server = createServer();
  const key = verifyingKey(server.getPublicKey(), "server");
  assert(key !== undefined);
  const signature = server.sign(BYTES);
  assert(verifySignature(key, BYTES, signature));
  const other = signature.slice();
  other[0] = (other[0] ?? 0) ^ 1;
  assertFalse(verifySignature(key, BYTES, other));
  assertFalse(verifySignature(key, BYTES.subarray(1), signature));
  assertFalse(verifySignature(key, BYTES, signature.subarray(0, 63)));
  assertFalse(verifySignature(key, BYTES, new Uint8Array(0)));
});

const wrongSeeds: [why: string, seed: () => string, message: string][] = [
  [
    "of a user",
    () => createSeed("user").reveal(),
    'account seeds start with "SA"',
  ],
  ["with one character changed", () => {
    const seed = createSeed("account").reveal();
    return seed.slice(0, 20) + (seed[20] === "A" ? "B" : "A") + seed.slice(21);
  }, "checksum"],
  [
    "cut short",
    () => createSeed("account").reveal().slice(0, 57),
    "length or checksum",
  ],
  [
    "with a line break",
    () => createSeed("account").reveal() + "\n",
    "length or checksum",
  ],
  [
    "that is a public key",
    () => createAccount().getPublicKey(),
    'account seeds start with "SA"',
  ],
  ["that is empty", () => "", 'account seeds start with "SA"'],
];

for (const [why, makeSeed, message] of wrongSeeds) {
  Deno.test(`J1 decodeSeed() refuses a seed ${why} and shows nothing of it`, () => {
    const seed = makeSeed();
    const error = assertThrows(
      () => decodeSeed(new Secret(seed), "account"),
      SyntaxError,
      message,
    );
    if (seed !== "") assertFalse(error.message.includes(seed.slice(2, 12)));
  });
}

Deno.test("I6 I9 isPublicKey() agrees with nkeys on every role", () => {
  const keys = {
    account: createAccount().getPublicKey(),
    curve: createCurve().getPublicKey(),
    server: createServer().getPublicKey(),
    user: createUser().getPublicKey(),
  } as const;
  const roles = ["account", "curve", "server", "user"] as const;
  for (const role of roles) {
    for (const other of roles) {
      assertEquals(
        isPublicKey(keys[other], role),
        role === other,
        `${other} as ${role}`,
      );
    }
  }
});

const wrongKeys: [why: string, spoil: (key: string) => unknown][] = [
  [
    "with a wrong checksum",
    (key) => key.slice(0, -1) + (key.endsWith("A") ? "B" : "A"),
  ],
  ["one character short", (key) => key.slice(0, -1)],
  ["one character long", (key) => key + "A"],
  ["in lower case", (key) => key.toLowerCase()],
  ["with a space", (key) => key.slice(0, -1) + " "],
  ["with a character beyond ASCII", (key) => key.slice(0, -1) + "Ａ"],
  ["that is empty", () => ""],
  ["that is a number", () => 7],
  ["that is absent", () => undefined],
];

for (const [why, spoil] of wrongKeys) {
  Deno.test(`I9 isPublicKey() refuses a key ${why}`, () => {
    assertFalse(isPublicKey(spoil(createUser().getPublicKey()), "user"));
  });
}

Deno.test("I6 decodePublicKey() refuses one flipped bit anywhere", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const key = createServer().getPublicKey();
  for (let index = 0; index < key.length; index++) {
    const value = alphabet.indexOf(key.charAt(index));
    const flipped = key.slice(0, index) + alphabet.charAt(value ^ 1) +
      key.slice(index + 1);
    assertEquals(decodePublicKey(flipped, "server"), undefined, flipped);
  }
});
