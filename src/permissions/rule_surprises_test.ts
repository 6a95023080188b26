import { assertEquals, assertMatch } from "@std/assert";
import { CONTEXT, ISSUER, rulesOf } from "../../tests/fixtures/rules_scene.ts";
import type { RuleOptions } from "./rule_options.ts";

const GRANT = { publish: "a" };
const surprises: [
  why: string,
  rules: readonly RuleOptions[],
  warnings: RegExp[],
][] = [
  ["nothing", [{
    name: "a",
    when: { kind: "jwt" },
    grant: { publish: "users.${sub}.>" },
  }], []],
  ["a rule behind one that matches everybody", [{ name: "all", grant: GRANT }, {
    name: "late",
    when: { kind: "jwt" },
    grant: GRANT,
  }], [/^1 can never match: rule all/]],
  ["everything", [{ name: "a", grant: { publish: ">", subscribe: ">" } }], [
    /^0\.grant\.publish allows everything/,
    /^0\.grant\.subscribe allows everything/,
  ]],
  ["a value in the first place", [{
    name: "a",
    grant: { publish: "${sub}.>" },
  }], [/^0\.grant\.publish begins with a value/]],
  ["C18 a claim of any issuer", [{
    name: "a",
    grant: { publish: "t.${claims.team}.>" },
  }], [/^0\.grant fills t\.\$\{claims\.team\}\.> from a claim/]],
  ["C18 a claim of one issuer", [{
    name: "a",
    when: { issuer: ISSUER },
    grant: { publish: "t.${claims.team}.>" },
  }], []],
  ["C18 a claim beside the sub", [{
    name: "a",
    grant: { publish: "t.${claims.team}.${sub}" },
  }], []],
  ["a scoped key", [{ name: "a", grant: { "scoped_key": "devices" } }], []],
];

for (const [why, rules, expected] of surprises) {
  Deno.test(`${why}: createRules() warns of ${expected.length}`, () => {
    const found = rulesOf(rules).warnings.map(({ path, problem }) =>
      `${path.join(".")} ${problem}`
    );
    assertEquals(found.length, expected.length, found.join("; "));
    for (const [index, regexp] of expected.entries()) {
      assertMatch(found[index] ?? "", regexp);
    }
  });
}

Deno.test("C18 a claim is enough where there is one issuer", () => {
  const rules = rulesOf([{
    name: "a",
    grant: { publish: "t.${claims.team}.>" },
  }], { ...CONTEXT, issuers: [ISSUER] });
  assertEquals(rules.warnings, []);
});
