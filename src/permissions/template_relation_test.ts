import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { literal, pattern, tokensOf } from "../../tests/fixtures/templates.ts";
import { subjectMatches } from "./subject.ts";
import { covers, mayMeet } from "./template_relation.ts";

const rows: [one: string, other: string, covers: boolean, mayMeet: boolean][] =
  [
    ["a.b", "a.b", true, true],
    ["a.*", "a.b", true, true],
    ["a.b", "a.*", false, true],
    ["a.>", "a.*.c", true, true],
    ["a.>", "a", false, false],
    [">", "a", true, true],
    ["a.*", "a.>", false, true],
    ["*.*", "a.>", false, true],
    ["a.*", "a.${sub}", true, true],
    ["a.${sub}", "a.*", false, true],
    ["a.${sub}", "a.${sub}", true, true],
    ["a.${sub}", "a.${claims.x}", false, true],
    ["a.${sub}", "a.b", false, true],
    ["${sub}.a", "_INBOX.a", false, false],
    ["${sub}.a", "$JS.a", false, false],
    ["a.${sub}.>", "a.${sub}.b.*", true, true],
    ["a.${claims.x:path}", "a.${claims.x:path}", true, true],
    ["a.${claims.x:path}", "a.b.c", false, true],
    ["a.*", "a.${claims.x:path}", false, true],
    ["a.>", "a.${claims.x:path}", true, true],
    ["a.${claims.x:path}.b", "a.${claims.x:path}.c", false, false],
  ];

for (const [one, other, isCovered, isMet] of rows) {
  Deno.test(`covers() and mayMeet() of ${one} and ${other}`, () => {
    const [left, right] = [tokensOf(one), tokensOf(other)];
    assertEquals(covers(left, right), isCovered);
    assertEquals(mayMeet(left, right), isMet);
    assertEquals(mayMeet(right, left), isMet);
  });
}

Deno.test("covers() and mayMeet() are right about every subject", () => {
  fc.assert(
    fc.property(pattern, pattern, literal, (one, other, subject) => {
      const [left, right] = [tokensOf(one), tokensOf(other)];
      const inOne = subjectMatches(one, subject);
      const inOther = subjectMatches(other, subject);
      assert(!(covers(left, right) && inOther && !inOne));
      assert(!(inOne && inOther && !mayMeet(left, right)));
    }),
    { numRuns: 20_000 },
  );
});
