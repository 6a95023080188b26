import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  assertIdentity,
  assertRejected,
  bearerOf,
  claims,
  issuerOptions,
  judge,
} from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, encodePart } from "../../tests/fixtures/jwt_signer.ts";
import {
  JOSE_HEADER_BYTES_MAX,
  JOSE_HEADERS_REMEMBERED_MAX,
} from "../base/limits.ts";
import { decodeCompactJws } from "./compact_jws.ts";

const signer = createSigner("HS256");
const bearer = bearerOf(issuerOptions(signer));
const good = signer.token(claims());
const goodHeader = JSON.stringify({ alg: "HS256", kid: signer.kid });
const goodPayload = JSON.stringify(claims());
const [header = "", payload = "", signature = ""] = good.split(".");

/** Signed all the same: only the form is wrong. */
function withHeader(text: string): string {
  return signer.tokenOf(text, goodPayload);
}

function withPayload(text: string): string {
  return signer.tokenOf(goodHeader, text);
}

function withMembers(members: Readonly<Record<string, unknown>>): string {
  return signer.token(claims(), members);
}

const malformed: readonly [why: string, token: string][] = [
  ["A1 one part", header],
  ["A1 two parts", `${header}.${payload}`],
  ["A1 two parts and a dot", `${header}.${payload}.`],
  ["A1 an empty header", `.${payload}.${signature}`],
  ["A1 an empty payload", `${header}..${signature}`],
  ["A1 an empty payload with its own signature", withPayload("")],
  ["A1 four parts", `${good}.${signature}`],
  ["A1 five parts, a JWE", `${good}.${payload}.${signature}`],
  [
    "A1 the flattened JSON serialization",
    JSON.stringify({ protected: header, payload, signature }),
  ],
  [
    "A1 the general JSON serialization",
    JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
  ],
  ["A1 nothing", ""],
  ["A2 a space in front", ` ${good}`],
  ["A2 a line break at the end", `${good}\n`],
  ["A2 a carriage return at the end", `${good}\r`],
  ["A2 a byte order mark in front", `\uFEFF${good}`],
  ["A2 a space inside", `${header}. ${payload}.${signature}`],
  ["A2 a line break inside", `${header}.${payload}\n.${signature}`],
  ["A2 a tab inside a part", `${header}.\t${payload}.${signature}`],
  ["A2 padding", `${good}=`],
  ["A2 padding of the header", `${header}=.${payload}.${signature}`],
  ["A2 letters of plain base64", `${header}.${payload}.+/${signature}`],
  ["A2 a letter beyond ASCII", `${header}.${payload}.${signature}é`],
  ["A2 a null character", `${good}\0`],
  ["A3 unused bits that are set", changeLastCharacter(good)],
  ["A3 a part of an impossible length", `${header}.${payload}A.${signature}`],
  ["A6 a header that is not UTF-8", tokenOfBytes(0xc3, 0x28)],
  ["A6 a header with a byte order mark", withHeader(`\uFEFF${goodHeader}`)],
  ["A6 claims with a byte order mark", withPayload(`\uFEFF${goodPayload}`)],
  [
    "A7 a duplicate name in the header",
    withHeader('{"alg":"HS256","alg":"HS256"}'),
  ],
  [
    "A7 a duplicate kid",
    withHeader('{"alg":"HS256","kid":"key-1","kid":"key-1"}'),
  ],
  [
    "A7 a duplicate name in the claims",
    withPayload(`{"sub":"root",${goodPayload.slice(1)}`),
  ],
  [
    "A7 an escaped duplicate name",
    withPayload(`{"s\\u0075b":"root",${goodPayload.slice(1)}`),
  ],
  ["A8 a header that is an array", withHeader("[]")],
  ["A8 a header that is a string", withHeader('"HS256"')],
  ["A8 a header that is null", withHeader("null")],
  ["A8 claims that are an array", withPayload(`[${goodPayload}]`)],
  ["A8 claims that are a string", withPayload('"alice"')],
  ["A8 claims that are no JSON", withPayload("alice")],
  [
    "A9 a lone surrogate in sub",
    withPayload(goodPayload.replace("alice", "\\ud800")),
  ],
  [
    "A10 an infinite exp",
    withPayload(goodPayload.replace(/"exp":\d+/, '"exp":1e400')),
  ],
  [
    "A5 claims that are nested too deep",
    withPayload(`{"a":${"[".repeat(17)}${"]".repeat(17)}}`),
  ],
  [
    "A5 claims with too many members",
    withPayload(`{"a":[${"1,".repeat(1100)}1]}`),
  ],
  ["B2 no alg", withMembers({ alg: undefined })],
  ["B2 an alg that is a number", withMembers({ alg: 256 })],
  ["B2 an alg that is null", withMembers({ alg: null })],
  ["B2 an alg that is an array", withMembers({ alg: ["HS256"] })],
  ["B12 crit", withMembers({ crit: ["exp"] })],
  ["B12 crit with an unknown name", withMembers({ crit: ["x"], x: 1 })],
  ["B12 an empty crit", withMembers({ crit: [] })],
  ["B12 a crit that is null", withMembers({ crit: null })],
  ["B13 b64: false", withMembers({ b64: false })],
  [
    "B13 b64: false that is critical",
    withMembers({ b64: false, crit: ["b64"] }),
  ],
  ["B15 a kid that is a number", withMembers({ kid: 1 })],
  ["B15 a kid that is an object", withMembers({ kid: {} })],
  ["B15 a kid of 257 characters", withMembers({ kid: "k".repeat(257) })],
  ["B19 zip", withMembers({ zip: "DEF" })],
  ["B19 cty: JWT", withMembers({ cty: "JWT" })],
  ["B19 cty: application/jwt", withMembers({ cty: "application/jwt" })],
  ["B19 enc", withMembers({ enc: "A256GCM" })],
  ["C11 a typ that is a number", withMembers({ typ: 1 })],
];

function tokenOfBytes(...bytes: readonly number[]): string {
  const input = `${encodePart(Uint8Array.from(bytes))}.${payload}`;
  return `${input}.${encodePart(signer.sign(input))}`;
}

/** The same signature in other letters: the lowest bit of the last one is not used. */
function changeLastCharacter(token: string): string {
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const value = alphabet.indexOf(token.slice(-1));
  return token.slice(0, -1) + alphabet.charAt(value + 1);
}

for (const [why, token] of malformed) {
  Deno.test(`${why}: the token is malformed`, () => {
    assertRejected(judge(bearer, token), "bearer_token_malformed", token);
  });
}

Deno.test("A13 a Bearer prefix is never stripped, whatever its case", () => {
  for (const prefix of ["Bearer ", "bearer ", "BEARER "]) {
    assertRejected(judge(bearer, prefix + good), "bearer_token_malformed");
  }
});

Deno.test("A4 a token of 16 KiB is parsed, one byte more is not", () => {
  const padded = (bytes: number): string => {
    const room = bytes - signer.token(claims({ x: "" })).length;
    const token = signer.token(claims({ x: "x".repeat(room * 3 / 4) }));
    return token + "A".repeat(bytes - token.length);
  };
  assertRejected(
    judge(bearer, padded(16 * 1024 + 1)),
    "bearer_token_too_large",
  );
  assertRejected(
    judge(bearer, "x".repeat(10_000_000)),
    "bearer_token_too_large",
  );
  const largest = judge(bearer, padded(16 * 1024));
  assertFalse(
    largest.kind === "rejected" && largest.code === "bearer_token_too_large",
  );
});

Deno.test("A5 a header of more than 4 KiB is refused", () => {
  const padded = (bytes: number): string =>
    withHeader(goodHeader.padEnd(bytes));
  assertIdentity(judge(bearer, padded(4096)));
  assertRejected(judge(bearer, padded(4097)), "bearer_token_too_large");
});

Deno.test("A5 the headers that are remembered take 1 MiB at most", () => {
  const encodedChars = Math.ceil(JOSE_HEADER_BYTES_MAX / 3) * 4;
  // What is read of one is no longer than itself, at two bytes a character.
  const bytes = encodedChars + 2 * JOSE_HEADER_BYTES_MAX + 400;
  assert(JOSE_HEADERS_REMEMBERED_MAX * bytes < 2 ** 20);
});

Deno.test("A11 names of Object.prototype are members like any other", () => {
  const hostile = `{"__proto__":{"sub":"root","aud":"nats"},` +
    `"constructor":{"prototype":{"sub":"root"}},${goodPayload.slice(1)}`;
  const outcome = judge(bearer, withPayload(hostile));
  assertIdentity(outcome);
  // Neither does a claim come from a prototype that a token brings.
  const orphan = `{"__proto__":${goodPayload},"iss":${
    JSON.stringify(claims()["iss"])
  }}`;
  assertRejected(judge(bearer, withPayload(orphan)), "claim_missing");
  for (
    const alg of ["constructor", "__proto__", "toString", "hasOwnProperty"]
  ) {
    assertRejected(
      judge(bearer, withMembers({ alg })),
      "algorithm_not_allowed",
    );
    assertRejected(
      judge(
        bearer,
        withPayload(goodPayload.replace(/"iss":"[^"]*"/, `"iss":"${alg}"`)),
      ),
      "issuer_untrusted",
    );
    assertRejected(judge(bearer, withMembers({ kid: alg })), "key_unknown");
  }
});

Deno.test("A12 text that is no JWT is refused, not passed on as an opaque token", () => {
  for (const token of ["opaque-token", "id.secret", `${header}.x.y`]) {
    assertRejected(judge(bearer, token), "bearer_token_malformed");
  }
});

Deno.test("decodeCompactJws() reads what the compact form allows", () => {
  assertIdentity(judge(bearer, good));
  assertIdentity(
    judge(bearer, withMembers({ cty: "text/plain", x: { y: [] } })),
  );
  assertIdentity(judge(bearer, withHeader(` ${goodHeader}\n`)));
  const decoded = decodeCompactJws(good);
  assertEquals(
    decoded.kind === "compact jws" && decoded.signingInput,
    `${header}.${payload}`,
  );
});
