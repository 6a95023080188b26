import { assertEquals } from "@std/assert";
import { ISSUER, warningsOf } from "../../tests/fixtures/rules_scene.ts";
import type { ClaimOptions, GrantOptions } from "./rule_options.ts";

const tests: [test: ClaimOptions, problem: string | undefined][] = [
  ["present", undefined],
  [{ equals: "x" }, undefined],
  [{ "one_of": [1, "x"] }, undefined],
  [{ "scope_contains": "x" }, undefined],
  ["absent", "is absent"],
  [{ equals: 1 }, "equals 1"],
  [{ equals: true }, "equals true"],
  [{ equals: "" }, 'equals ""'],
  [{ "one_of": [1, false] }, "is one of 1, false"],
  [{ contains: "x" }, 'contains "x"'],
  [{ "contains_one_of": ["x"] }, 'contains one of "x"'],
];

/** Every place that a value can stand in. */
const places: readonly GrantOptions[] = [
  { publish: "t.${claims.team}.>" },
  { subscribe: { allow: "t.>", deny: "t.${claims.team}" } },
  { publish: "a", inbox: "t.${claims./team:path}.x.${sub}" },
  { "scoped_key": "devices", tags: { team: "${claims.team}" } },
];

for (const [test, problem] of tests) {
  Deno.test(`a value of a claim ${JSON.stringify(test)} ${problem === undefined ? "can" : "can never"} be filled`, () => {
    for (const grant of places) {
      const warnings = warningsOf([{
        name: "a",
        when: { issuer: ISSUER, claims: { team: test } },
        grant,
      }]);
      assertEquals(
        warnings.map((text) => text.replace(/\$\{[^}]*\}/, "${...}")),
        problem === undefined ? [] : [
          `0.grant holds \${...}, and claim "team" ${problem}, so it is no text: whoever matches is refused`,
        ],
        JSON.stringify(grant),
      );
    }
  });
}

Deno.test("${issuer} can never be filled where no issuer that comes to the rule has a label", () => {
  const grant: GrantOptions = { publish: "i.${issuer}.>" };
  assertEquals(warningsOf([{ name: "a", grant }]), []);
  assertEquals(
    warningsOf([{ name: "a", when: { kind: "jwt" }, grant }]),
    [`0.grant holds \${issuer}, and ${ISSUER} has no label: whoever matches is refused`],
  );
});
