import {
  assert,
  assertEquals,
  assertFalse,
  assertNotEquals,
} from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { anyText, SPACES } from "../../tests/fixtures/hostile_texts.ts";
import { canBeSubjectToken, subjectToken } from "./subject_token.ts";

Deno.test("H1 subjectToken() is one safe subject token for any sub", () => {
  const subs = [
    ...SPACES,
    "*",
    ">",
    "a.b",
    "> q",
    "{{name()}}",
    "${sub}",
    "$SYS",
    "ü",
    "=",
    "=YQ",
    "../x",
    "a".repeat(65),
  ];
  for (const sub of subs) {
    const token = subjectToken(sub);
    assert(/^=[A-Za-z0-9_-]+$/.test(token), `${JSON.stringify(sub)}: ${token}`);
  }
  for (const plain of ["user_A-1", "-", "a_", "0", "a".repeat(64)]) {
    assertEquals(subjectToken(plain), plain);
  }
});

Deno.test("H2 H3 subjectToken() can be read back, for every single code point", () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const sub = String.fromCodePoint(point);
    const token = subjectToken(sub);
    const encoded = token.startsWith("=");
    const text = encoded
      ? Buffer.from(token.slice(1), "base64url").toString("utf8")
      : token;
    if (text !== sub || !/^=?[A-Za-z0-9_-]+$/.test(token)) {
      assertEquals(token, sub, `U+${point.toString(16)}`);
    }
  }
});

Deno.test("H14 subjectToken() never begins like a subject that NATS keeps for itself", () => {
  const reserved = [
    "_INBOX",
    "_R_",
    "_GR_",
    "_",
    "$SYS",
    "$JS",
    "$KV",
    "$O",
    "$SRV",
    "$MQTT",
    "$G",
  ];
  for (const sub of reserved) {
    assert(subjectToken(sub).startsWith("="), sub);
    assertFalse(canBeSubjectToken(sub), sub);
  }
  fc.assert(
    fc.property(anyText(), (sub) => /^[A-Za-z0-9=-]/.test(subjectToken(sub))),
    { numRuns: 3000 },
  );
});

Deno.test("H3 subjectToken() never gives two identities the same token", () => {
  const pairs: [one: string, other: string][] = [
    ["\u00e9", "e\u0301"],
    ["Alice", "alice"],
    ["*", "=Kg"],
    ["_INBOX", "=X0lOQk9Y"],
    ["a".repeat(64), "a".repeat(65)],
  ];
  for (const [one, other] of pairs) {
    assertNotEquals(subjectToken(one), subjectToken(other));
  }
  const label = fc.option(fc.constantFrom("a", "b", "a-b"), { nil: undefined });
  fc.assert(
    fc.property(
      anyText(),
      label,
      anyText(),
      label,
      (one, oneLabel, other, otherLabel) => {
        const same = one === other && oneLabel === otherLabel;
        return same ===
          (subjectToken(one, oneLabel) === subjectToken(other, otherLabel));
      },
    ),
    { numRuns: 5000 },
  );
});

Deno.test("H3 canBeSubjectToken() says yes to every token there is", () => {
  const label = fc.option(fc.constantFrom("a", "0-b"), { nil: undefined });
  fc.assert(
    fc.property(
      anyText(),
      label,
      (sub, issuer) => canBeSubjectToken(subjectToken(sub, issuer)),
    ),
    { numRuns: 2000 },
  );
  for (const text of ["", "a.b", "*", ">", "ü", "a b"]) {
    assertFalse(canBeSubjectToken(text), text);
  }
});
