/**
 * The Web Platform Tests of forgiving base64, the other way round: whatever
 * forgiving decoding puts up with has no place in a token.
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { decodeBase64url } from "../../src/base/base64url.ts";
import { vectorTest } from "../fixtures/vectors.ts";

vectorTest(
  "A2 A3 of what forgiving base64 decodes, only the canonical spelling is base64url",
  "base64/wpt-forgiving-base64.json",
  (vectors) => {
    const cases: readonly (readonly [
      text: string,
      bytes: readonly number[] | null,
    ])[] = JSON.parse(vectors);
    let canonical = 0;
    for (const [plain, bytes] of cases) {
      const text = plain.replaceAll("+", "-").replaceAll("/", "_");
      const decoded = decodeBase64url(text);
      const spelling = bytes === null
        ? undefined
        : Buffer.from(bytes).toString("base64url");
      if (text !== spelling) {
        assertEquals(decoded, undefined, JSON.stringify(plain));
        continue;
      }
      assert(decoded !== undefined, JSON.stringify(plain));
      assertEquals([...decoded], bytes);
      canonical++;
    }
    assertEquals(cases.length, 71);
    assert(canonical > 0);
  },
);

Deno.test("A3 decodeBase64url() has exactly one spelling for every value of the last bits", () => {
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const front of ["", "AAAA", "_-_-"]) {
    for (const [middle, values] of [["A", 4], ["AA", 16]] as const) {
      const accepted = [...alphabet].filter((last) =>
        decodeBase64url(front + middle + last) !== undefined
      );
      assertEquals(accepted.length, values);
    }
  }
});
