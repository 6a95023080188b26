import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { decode, encodeUser } from "@nats-io/jwt";
import { createUser, fromSeed } from "@nats-io/nkeys";
import { Buffer } from "node:buffer";
import { JsonFault } from "../base/json.ts";
import { NATS_JWT_VERSION, type UserClaims } from "./claims.ts";
import { decodeNatsJwt, encodeNatsJwt } from "./codec.ts";
import {
  createSeed,
  signingKeyFromSeed,
  verifyingKey,
  verifySignature,
} from "./nkeys.ts";

const LIMITS = { depthMax: 8, membersMax: 64 };
const seed = createSeed("account");
const signer = signingKeyFromSeed(seed, "account");
const account = signingKeyFromSeed(createSeed("account"), "account").publicKey;
const user = createUser().getPublicKey();

const CLAIMS: UserClaims = {
  "sub": user,
  "name": "alice",
  "iat": 1_700_000_000,
  "exp": 1_700_000_600,
  "nats": {
    "type": "user",
    "version": NATS_JWT_VERSION,
    "issuer_account": account,
    "pub": { "allow": ["users.alice.>"] },
    "sub": { "allow": ["users.alice.>"] },
    "subs": -1,
    "data": -1,
    "payload": -1,
  },
};

Deno.test("encodeNatsJwt() is read by nats-io/jwt", () => {
  const decoded = decode<Record<string, unknown>>(
    encodeNatsJwt(CLAIMS, signer),
  );
  const { jti, iss, ...rest } = decoded as unknown as Record<string, unknown>;
  assertEquals(rest, CLAIMS as unknown as Record<string, unknown>);
  assertEquals(iss, signer.publicKey);
  assert(typeof jti === "string" && /^[0-9a-f-]{36}$/.test(jti));
});

Deno.test("encodeNatsJwt() holds the same claims as nats-io/jwt's own encoder", async () => {
  const library = await encodeUser(
    "alice",
    user,
    account,
    {
      pub: { allow: ["users.alice.>"], deny: [] },
      sub: { allow: ["users.alice.>"], deny: [] },
    },
    {
      exp: 1_700_000_600,
      signer: fromSeed(new TextEncoder().encode(seed.reveal())),
    },
  );
  const theirs = claimsOf(library);
  const ours = claimsOf(encodeNatsJwt(CLAIMS, signer));
  // Theirs says "NATS" as `aud`, where in server configuration mode the account stands.
  assertEquals(theirs["aud"], "NATS");
  for (const claims of [theirs, ours]) {
    for (const name of ["aud", "iat", "jti"]) delete claims[name];
  }
  const nats = theirs["nats"] as Record<string, Record<string, unknown>>;
  for (const side of ["pub", "sub"]) delete nats[side]?.["deny"];
  assertEquals(ours, theirs);
});

Deno.test("I5 decodeNatsJwt() gives back what was signed", () => {
  const jwt = decodeNatsJwt(Buffer.from(encodeNatsJwt(CLAIMS, signer)), LIMITS);
  assert(!(jwt instanceof JsonFault));
  const key = verifyingKey(signer.publicKey, "account");
  assert(
    key !== undefined && verifySignature(key, jwt.signedBytes, jwt.signature),
  );
  assertEquals(jwt.claims["sub"], user);
});

const [header = "", claims = "", signature = ""] = encodeNatsJwt(CLAIMS, signer)
  .split(".");
const broken: [why: string, text: string][] = [
  ["nothing", ""],
  ["one part", header],
  ["two parts", `${header}.${claims}`],
  ["four parts", `${header}.${claims}.${signature}.${signature}`],
  ["an empty header", `.${claims}.${signature}`],
  ["padding", `${header}.${claims}.${signature}=`],
  ["white space", `${header}. ${claims}.${signature}`],
  ["standard base64", `${header}.${claims}.${signature.slice(0, -2)}+/`],
  [
    "unused bits that are set",
    `${header}.${claims}.${signature.slice(0, -1)}B`,
  ],
  [
    "another alg",
    `${base64url('{"typ":"JWT","alg":"none"}')}.${claims}.${signature}`,
  ],
  [
    "version 1's alg",
    `${base64url('{"typ":"jwt","alg":"ed25519"}')}.${claims}.${signature}`,
  ],
  [
    "alg in capitals",
    `${base64url('{"typ":"JWT","alg":"ED25519-NKEY"}')}.${claims}.${signature}`,
  ],
  [
    "another typ",
    `${
      base64url('{"typ":"at+jwt","alg":"ed25519-nkey"}')
    }.${claims}.${signature}`,
  ],
  ["no typ", `${base64url('{"alg":"ed25519-nkey"}')}.${claims}.${signature}`],
  [
    "a duplicate alg",
    `${
      base64url('{"typ":"JWT","alg":"none","alg":"ed25519-nkey"}')
    }.${claims}.${signature}`,
  ],
  ["claims that are an array", `${header}.${base64url("[]")}.${signature}`],
  [
    "duplicate claims",
    `${header}.${base64url('{"sub":1,"sub":2}')}.${signature}`,
  ],
  [
    "claims that are not UTF-8",
    `${header}.${Buffer.from([0x7b, 0xff]).toString("base64url")}.${signature}`,
  ],
];

for (const [why, text] of broken) {
  Deno.test(`I5 A7 decodeNatsJwt() refuses ${why}`, () => {
    assertInstanceOf(decodeNatsJwt(Buffer.from(text), LIMITS), JsonFault);
  });
}

Deno.test("I20 decodeNatsJwt() takes the header's members in any order", () => {
  const text = `${
    base64url('{"alg":"ed25519-nkey","typ":"JWT","new":1}')
  }.${claims}.${signature}`;
  assert(!(decodeNatsJwt(Buffer.from(text), LIMITS) instanceof JsonFault));
});

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(
    Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString(),
  );
}
