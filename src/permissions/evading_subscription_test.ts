import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { tokensOf } from "../../tests/fixtures/templates.ts";
import { canEvade } from "./evading_subscription.ts";
import { maySubscribe } from "./subject.ts";
import { covers, mayMeet } from "./template_relation.ts";

const rows: [allowed: string, denied: string, evades: boolean][] = [
  // What is denied beside an end that is open.
  ["news.*", "news.*.>", false],
  ["*", "*.>", false],
  ["users.${sub}.*", "users.${sub}.*.>", false],
  ["t.${claims.t:path}.*", "t.${claims.t:path}.*.>", false],
  ["news.*.*", "news.*.*.>", true],
  ["*.${sub}.*", "*.${sub}.*.>", true],
  ["a.*.b.*", "a.*.b.*.>", true],
  // What an operator denies.
  ["a.>", "a.secret", false],
  ["a.>", "a.${sub}", false],
  ["a.>", "a.*", false],
  ["a.>", "b.>", false],
  ["a.>", "a.secret.>", true],
  ["a.>", "*.secret", true],
  ["a.>", "a.b.*", true],
  ["a.>", "a.*.b", true],
  [">", "a.>", true],
  ["a.*.c", "a.b.c", false],
  ["a.*.c", "a.b.*", true],
  ["a.b.c", "a.*.c", false],
  ["a.${claims.t:path}.>", "a.*.b", true],
  ["a.b", "a.b.>", false],
];

for (const [allowed, denied, evades] of rows) {
  Deno.test(`canEvade() is ${evades} for ${denied} denied below ${allowed}`, () => {
    assertEquals(canEvade(tokensOf(allowed), tokensOf(denied)), evades);
  });
}

const pattern = fc.tuple(
  fc.array(fc.constantFrom("a", "b", "*"), { maxLength: 3 }),
  fc.boolean(),
)
  .map(([tokens, rest]) => [...tokens, ...(rest ? [">"] : [])].join("."))
  .filter((text) => text !== "");

/** Every subscription of up to four tokens; one word is in no pattern. */
const SUBSCRIPTIONS: readonly string[] = (function all(): string[] {
  const found: string[] = [];
  let beginnings = [""];
  for (let length = 0; length < 4; length++) {
    const longer = beginnings.flatMap((text) =>
      ["a", "b", "c", "*"].map((token) => `${text}${token}.`)
    );
    found.push(...beginnings.map((text) => `${text}>`));
    found.push(...longer.map((text) => text.slice(0, -1)));
    beginnings = longer;
  }
  return found;
})();

Deno.test("canEvade() is right about every subscription", () => {
  fc.assert(
    fc.property(pattern, pattern, (allowed, denied) => {
      const deny = tokensOf(denied);
      const evades = SUBSCRIPTIONS.some((subject) => {
        const permission = { allow: [allowed], deny: [denied] };
        if (!maySubscribe(permission, { subject })) return false;
        const asked = tokensOf(subject);
        return mayMeet(asked, deny) && !covers(asked, deny);
      });
      assertEquals(canEvade(tokensOf(allowed), deny), evades);
    }),
    { numRuns: 2_000 },
  );
});
