import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { Secret } from "../base/secret.ts";
import {
  assertIdentity,
  assertRejected,
  bearerOf,
  claims,
  issuerOptions,
  judge,
} from "../../tests/fixtures/jwt_scene.ts";
import {
  createSigner,
  encodePart,
  hmac,
  sharedSecret,
} from "../../tests/fixtures/jwt_signer.ts";
import type { Authenticator } from "./authenticate.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import { jwtIssuerProblems } from "./jwt_issuer_problems.ts";
import { parseSharedSecret } from "./shared_secret.ts";
import type { SecretEncoding, SharedSecret } from "./shared_secret.ts";

const bytes = randomBytes(48);
/** Only for the shape of its tokens. */
const template = createSigner("HS256");

function parse(text: string, encoding: SecretEncoding): SharedSecret {
  return parseSharedSecret({ text: new Secret(text), encoding });
}

function macOf(secret: SharedSecret): string {
  return createHmac("sha256", secret.keyObject).update("x").digest("hex");
}

function tokenBy(secret: Uint8Array, kid: string | undefined): string {
  const input = template.token(claims(), { kid }).split(".").slice(0, 2).join(
    ".",
  );
  return `${input}.${encodePart(hmac(secret, "HS256", input))}`;
}

function bearerWith(...secrets: readonly SharedSecret[]): Authenticator {
  const keys = { kind: "shared_secret", secrets } as const;
  return bearerOf(issuerOptions(template, { keys }));
}

function problemsOf(
  secrets: readonly SharedSecret[],
  algorithm: JwsAlgorithm = "HS256",
): readonly string[] {
  const keys = { kind: "shared_secret", secrets } as const;
  const algorithms = [algorithm];
  return jwtIssuerProblems([issuerOptions(template, { algorithms, keys })])
    .map(({ problem }) => problem);
}

Deno.test("E1 parseSharedSecret() takes 32 random bytes in every encoding", () => {
  for (let round = 0; round < 200; round++) {
    const random = randomBytes(32);
    const inHex = random.toString("hex");
    assertEquals(parse(random.toString("base64"), "base64").byteLength, 32);
    assertEquals(
      parse(random.toString("base64url"), "base64url").byteLength,
      32,
    );
    assertEquals(parse(inHex, "hex").byteLength, 32);
    assertEquals(parse(inHex, "utf8").byteLength, 64);
  }
});

Deno.test("E1 B8 a secret is at least as long as the digest", () => {
  for (const [alg, length] of [["HS384", 48], ["HS512", 64]] as const) {
    const secretOf = (size: number): readonly SharedSecret[] => [
      sharedSecret(randomBytes(size)),
    ];
    assertEquals(problemsOf(secretOf(length), alg), []);
    assertEquals(problemsOf(secretOf(length - 1), alg), [
      `has a secret shorter than the ${length} bytes that ${alg} needs`,
    ]);
  }
});

Deno.test("E2 parseSharedSecret() reads the bytes in the encoding it is told, and no other", () => {
  const same = [
    parse(bytes.toString("base64"), "base64"),
    parse(bytes.toString("base64url"), "base64url"),
    parse(bytes.toString("hex"), "hex"),
    parse(bytes.toString("hex").toUpperCase(), "hex"),
  ];
  assertEquals(new Set(same.map(macOf)).size, 1);
  const asText = parse(bytes.toString("hex"), "utf8");
  assertEquals(asText.byteLength, 96);
  const wrong: readonly [string, SecretEncoding][] = [
    [`${bytes.toString("hex")}0`, "hex"],
    [`0x${bytes.toString("hex")}`, "hex"],
    [`${bytes.toString("base64").slice(0, -1)}=`, "base64url"],
    ["-_".repeat(24), "base64"],
    [`${bytes.toString("base64")}====`, "base64"],
  ];
  for (const [text, encoding] of wrong) {
    assertThrows(() => parse(text, encoding), SyntaxError, `not ${encoding}`);
  }
});

Deno.test("E2 one line break at the end of a secret is not part of it; other space is a mistake", () => {
  const text = bytes.toString("base64");
  const expected = macOf(parse(text, "base64"));
  assertEquals(macOf(parse(`${text}\n`, "base64")), expected);
  assertEquals(macOf(parse(`${text}\r\n`, "base64")), expected);
  assertEquals(macOf(parse(`${text}\n`, "utf8")), macOf(parse(text, "utf8")));
  for (
    const spoiled of [
      `${text}\n\n`,
      ` ${text}`,
      `${text} `,
      `${text}\t`,
      `\uFEFF${text}`,
    ]
  ) {
    assertThrows(() => parse(spoiled, "base64"), SyntaxError);
  }
  for (const spoiled of [`${text}\n\n`, ` ${text}`, `${text} `]) {
    assertThrows(() => parse(spoiled, "utf8"), SyntaxError);
  }
});

Deno.test("E3 two secrets: chosen by kid, or tried in order", () => {
  const [a, b, other] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const named = bearerWith(sharedSecret(a, "a"), sharedSecret(b, "b"));
  for (
    const [secret, kid] of [[a, "a"], [b, "b"], [a, undefined], [
      b,
      undefined,
    ]] as const
  ) {
    assertIdentity(judge(named, tokenBy(secret, kid)));
  }
  assertRejected(judge(named, tokenBy(a, "b")), "signature_invalid");
  assertRejected(judge(named, tokenBy(a, "c")), "key_unknown");
  assertRejected(judge(named, tokenBy(other, undefined)), "signature_invalid");

  const unnamed = bearerWith(sharedSecret(a), sharedSecret(b));
  for (const secret of [a, b]) {
    for (const kid of [undefined, "whatever"]) {
      assertIdentity(judge(unnamed, tokenBy(secret, kid)));
    }
  }
  assertRejected(judge(unnamed, tokenBy(other, "x")), "signature_invalid");

  const mixed = bearerWith(sharedSecret(a, "a"), sharedSecret(b));
  assertIdentity(judge(mixed, tokenBy(b, "unknown")));
  assertRejected(judge(mixed, tokenBy(a, "unknown")), "signature_invalid");
});

Deno.test("E3 three secrets, none, or one name twice are refused", () => {
  const three = [1, 2, 3].map(() => sharedSecret(randomBytes(32)));
  assertEquals(problemsOf(three), ["has more than 2 secrets"]);
  assertEquals(problemsOf([]), ["is empty"]);
  const two = [1, 2].map(() => sharedSecret(randomBytes(32), "x"));
  assertEquals(problemsOf(two), ['has the same "kid" twice']);
});

Deno.test("E4 iss and aud are required of tokens with a shared secret", () => {
  const bearer = bearerOf(issuerOptions(template));
  assertRejected(
    judge(bearer, template.token(claims({ iss: undefined }))),
    "claim_missing",
  );
  assertRejected(
    judge(bearer, template.token(claims({ iss: "other" }))),
    "issuer_untrusted",
  );
  assertRejected(
    judge(bearer, template.token(claims({ aud: undefined }))),
    "claim_missing",
  );
  assertRejected(
    judge(bearer, template.token(claims({ aud: "other" }))),
    "audience_mismatch",
  );
});

Deno.test("E5 a shared secret is printed by nothing", () => {
  const text = "canary-kV93hD72mQ01xZ65tB48wPrT26sGfYc94-canary";
  const secret = parseSharedSecret({
    text: new Secret(text),
    encoding: "utf8",
  });
  const options = issuerOptions(template, {
    keys: { kind: "shared_secret", secrets: [secret] },
  });
  const bearer = bearerOf(options);
  const printed = [secret, options, bearer].flatMap((value) => [
    JSON.stringify(value),
    Deno.inspect(value, { depth: 20, showHidden: true }),
    inspect(value, { depth: 20, showHidden: true }),
  ]);
  const spellings = [
    text,
    Buffer.from(text).toString("hex"),
    Buffer.from(text).toString("base64"),
    [...Buffer.from(text)].slice(0, 6).join(", "),
    [...Buffer.from(text)].slice(0, 6).join(","),
  ];
  for (const output of printed) {
    for (const spelling of spellings) assertFalse(output?.includes(spelling));
  }
});

Deno.test("B21 MACs are compared by timingSafeEqual() and nothing else", async () => {
  const source = await Deno.readTextFile(
    new URL("./verification_key.ts", import.meta.url),
  );
  const hmacKey = source.slice(
    source.indexOf("export function createHmacKey"),
    source.indexOf("export function createNativeKey"),
  );
  assertEquals(
    hmacKey.match(/timingSafeEqual\(expected, signature\)/g)?.length,
    1,
  );
  assertFalse(
    /signature (?:===|!==)|expected (?:===|!==)|\.equals\(|compare\(/.test(
      hmacKey,
    ),
  );
});
