import {
  assertEquals,
  assertFalse,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import { Secret } from "../base/secret.ts";
import { parseSharedSecret } from "./shared_secret.ts";
import { secretWeakness } from "./weak_secret.ts";

const weak: readonly [why: string, text: string, reason: string][] = [
  ["nothing", "", "it is not utf8"],
  ["31 bytes", "vK8#qL2m!zR7pW4xT9bN3cF6hJ0dS5g", "shorter than 32 bytes"],
  ["one character", "q".repeat(57), "mostly a pattern"],
  ["a word over and over", "trombone-cake".repeat(5), "mostly a pattern"],
  ["digits over and over", "9081726354".repeat(8), "mostly a pattern"],
  [
    "the alphabet, there and back",
    "abcdefghijklmnopqrstuvwxyz9876543210ZYXWVUTSRQPONMLKJIHGFEDCBA",
    "mostly a pattern",
  ],
  [
    "a keyboard, twice",
    "qwertyuiopasdfghjklzxcvbnm[]QWERTYUIOPASDFGHJKLZXCVBNM",
    "mostly a pattern",
  ],
  ["a UUID", "7f1c6a52-6a1f-4c19-9a55-7f7a0c2d3a4b", "text of 147 bits"],
  ["16 bytes in hex", "b4b32c7b8c2a4c5f9d3e1a0f6e7d8c9b", "text of 128 bits"],
  [
    "32 letters and digits",
    "nAcYmDpO3tk06M6dj8SSuQqkhW1M0jKK",
    "text of 190 bits",
  ],
  ["words", "quitequitequitequitequitetrusted", "text of 150 bits"],
  [
    "a UUID in base64",
    btoa("7f1c6a52-6a1f-4c19-9a55-7f7a0c2d3a4b"),
    "text of 147 bits",
  ],
  [
    "hex of a placeholder",
    Buffer.from("please change me before you go to live").toString("hex"),
    "placeholder",
  ],
  [
    "jwt.io's sample",
    "a-string-secret-at-least-256-bits-long",
    "has been published",
  ],
  ["a keyboard", "qwertyuiopasdfghjklzxcvbnm123456", "has been published"],
  ["your-256-bit-secret", "please-put-your-256-bit-secret-here", "placeholder"],
  ["change me", "kT92-ChangeMe-before-you-go-to-live", "placeholder"],
  [
    "a product's default",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "has been published",
  ],
  ["a password", "MyPassword!MyPassw0rd?MyPassword.2024", "placeholder"],
  ["an example", "kz7-example-of-a-token-secret-for-us", "placeholder"],
];

for (const [why, text, reason] of weak) {
  Deno.test(`E1 parseSharedSecret() refuses ${why}`, () => {
    const error = assertThrows(
      () => parseSharedSecret({ text: new Secret(text), encoding: "utf8" }),
      SyntaxError,
      reason,
    );
    if (text !== "") assertFalse(error.message.includes(text));
  });
}

for (
  const [chars, weakness] of [[24, "pattern"], [32, "pattern"], [
    33,
    "",
  ]] as const
) {
  Deno.test(`E1 secretWeakness() wants three quarters of 256 bits outside of patterns: ${chars} letters and digits, and a row`, () => {
    const random = "nAcYmDpO3tk06M6dj8SSuQqkhW1M0jKKv".slice(0, chars);
    const text = new TextEncoder().encode(random + "-".repeat(30));
    assertStringIncludes(secretWeakness(text) ?? "", weakness);
    assertEquals(secretWeakness(text) === undefined, weakness === "");
  });
}

/** All that a public key is written down as, and its private key, too. */
function formsOf(
  { publicKey, privateKey }: {
    readonly publicKey: KeyObject;
    readonly privateKey: KeyObject;
  },
): readonly (readonly [form: string, key: string | Uint8Array])[] {
  const jwk = { kid: "1", ...publicKey.export({ format: "jwk" }) };
  const pem = String(publicKey.export({ type: "spki", format: "pem" }));
  const isRsa = publicKey.asymmetricKeyType === "rsa";
  return [
    ["a JWK", JSON.stringify(jwk)],
    ["a JWK with spaces", JSON.stringify(jwk, null, 1).replaceAll(/\s+/g, " ")],
    ["a JWKS", JSON.stringify({ keys: [jwk] })],
    ["a JWKS with line breaks", JSON.stringify({ keys: [jwk] }, null, 2)],
    ["SPKI", publicKey.export({ type: "spki", format: "der" })],
    ["PEM", pem],
    ["PEM in one line", pem.trim().replaceAll("\n", " ")],
    [
      "PEM of the private key",
      String(privateKey.export({ type: "pkcs8", format: "pem" })),
    ],
    ...isRsa
      ? [
        ["PKCS#1", publicKey.export({ type: "pkcs1", format: "der" })],
        [
          "PEM of PKCS#1",
          String(publicKey.export({ type: "pkcs1", format: "pem" })),
        ],
      ] as const
      : [],
  ];
}

const certificate = createCertificateAuthority("x").certificate;
const publicForms = [
  ["RSA", ...formsOf(generateKeyPairSync("rsa", { modulusLength: 2048 }))],
  ["P-256", ...formsOf(generateKeyPairSync("ec", { namedCurve: "P-256" }))],
  ["Ed25519", ...formsOf(generateKeyPairSync("ed25519"))],
  ["an X.509 certificate", [
    "DER",
    Buffer.from(certificate.replaceAll(/-----.*-----/g, ""), "base64"),
  ], ["PEM", certificate]],
] as const;

for (const [of, ...forms] of publicForms) {
  for (const [form, key] of forms) {
    Deno.test(`B4 parseSharedSecret() refuses ${form} of ${of}, in every encoding`, () => {
      const bytes = Buffer.from(key);
      const base64 = bytes.toString("base64");
      const spellings = [
        [base64, "base64"],
        [bytes.toString("base64url"), "base64url"],
        [bytes.toString("hex"), "hex"],
        [base64, "utf8"],
        [bytes.toString("base64url"), "utf8"],
        [bytes.toString("hex"), "utf8"],
        [btoa(base64), "base64"],
        ...typeof key === "string" && !key.includes("\n")
          ? [[key, "utf8"]] as const
          : [],
      ] as const;
      for (const [text, encoding] of spellings) {
        assertThrows(
          () => parseSharedSecret({ text: new Secret(text), encoding }),
          SyntaxError,
          "as public keys are",
        );
      }
    });
  }
}

const generators: readonly [
  how: string,
  generate: () => string | Uint8Array,
][] = [
  ["openssl rand -base64 32", () => randomBytes(32).toString("base64")],
  ["openssl rand -base64 48", () => randomBytes(48).toString("base64")],
  ["openssl rand -hex 32", () => randomBytes(32).toString("hex")],
  ["43 characters of base64url", () => randomBytes(32).toString("base64url")],
  ["two UUIDs", () => crypto.randomUUID() + crypto.randomUUID()],
  ["32 bytes", () => randomBytes(32)],
];

for (const [how, generate] of generators) {
  Deno.test(`E1 secretWeakness() has nothing against ${how}`, () => {
    for (let round = 0; round < 2_000; round++) {
      const secret = generate();
      assertEquals(
        secretWeakness(Buffer.from(secret)),
        undefined,
        String(secret),
      );
    }
  });
}
