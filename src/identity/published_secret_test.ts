import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { Secret } from "../base/secret.ts";
import { PRINTS } from "./published_secret_prints.ts";
import { parseSharedSecret } from "./shared_secret.ts";
import type { SecretEncoding, SharedSecret } from "./shared_secret.ts";

function parse(text: string, encoding: SecretEncoding): SharedSecret {
  return parseSharedSecret({ text: new Secret(text), encoding });
}

Deno.test("E1 parseSharedSecret() refuses the keys of RFC 7515 and RFC 7520, however they are written", () => {
  const rfc7515 =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
  const hex = Buffer.from(rfc7515, "base64url").toString("hex");
  for (
    const [text, encoding] of [[rfc7515, "base64url"], [rfc7515, "utf8"], [
      hex,
      "hex",
    ]] as const
  ) {
    assertThrows(
      () => parse(text, encoding),
      SyntaxError,
      "has been published",
    );
  }
});

Deno.test("E1 a secret of a list is refused, in whatever encoding either is", () => {
  const random = randomBytes(48);
  const encodings = ["base64", "base64url", "hex"] as const;
  for (const listed of encodings) {
    const published = `first\r\n${random.toString(listed)}\r\nlast`;
    for (const encoding of encodings) {
      const text = new Secret(random.toString(encoding));
      assertThrows(
        () => parseSharedSecret({ text, encoding, published }),
        SyntaxError,
        "has been published",
      );
    }
    const text = new Secret(random.toString(listed));
    assertThrows(
      () => parseSharedSecret({ text, encoding: "utf8", published }),
      SyntaxError,
      "has been published",
    );
    const other = new Secret(randomBytes(48).toString("base64"));
    parseSharedSecret({ text: other, encoding: "base64", published });
  }
});

Deno.test("E1 parseSharedSecret() refuses what looks random and is in the list that attackers try", () => {
  // Of jwt.secrets.list: base64, hexadecimal digits, symbols.
  for (
    const text of [
      "37I55x+uqygp+G2VIRXczS6Wew77xm6iJ37L7J5CnY0=",
      "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
      "9iLWEubrk5REQwQfH3N5wYG6W43Dr8n9FsB7xp6XwEbZRKI0nInBtwX0Xf9Goo2v",
      "ek9mDvzK7K8NGA2m/QDYQa7v1R2yXcCBJgwUv5koTvxhRGbcFjYEMJG8/NIt5zfg",
    ]
  ) {
    assertThrows(
      () => parse(text, "utf8"),
      SyntaxError,
      "has been published",
    );
  }
});

Deno.test("E1 of the list that attackers try every print is there", () => {
  // Compared with the list when they were made: whoever makes them anew does so again.
  assertEquals(PRINTS.length, 2564 * 5);
  assertEquals(
    createHash("sha256").update(PRINTS).digest("hex"),
    "4e5b963dd8340ccc6d5e53d136f7c01802b8dd18ed9aa7afb8e0bbb7944a30f4",
  );
});
