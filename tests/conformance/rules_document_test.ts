/**
 * docs/RULES.md says what is so: its rules are right, its tables of presets are
 * exact, its tests pass and its values are encoded as it says.
 */
import { assert, assertEquals } from "@std/assert";
import { runTest } from "../../src/cli/rule_tests.ts";
import { type ParsedRules, parseRules } from "../../src/config/parse_rules.ts";
import { parseRuleTests } from "../../src/config/rule_tests.ts";
import { RULE_REFUSALS } from "../../src/config/rule_tests_schema.ts";
import { readYaml } from "../../src/config/yaml_text.ts";
import { tokensOf } from "../fixtures/rules_scene.ts";
import { CREDENTIAL_KINDS } from "../../src/base/identity.ts";
import { expandPreset, PRESET_NAMES } from "../../src/permissions/preset.ts";
import { Fault, RulesFault } from "../../src/permissions/rule_fault.ts";
import type {
  PresetOptions,
  RuleOptions,
} from "../../src/permissions/rule_options.ts";
import { createRules } from "../../src/permissions/rules.ts";
import { subjectToken } from "../../src/permissions/subject_token.ts";

const TEXT = await Deno.readTextFile(
  new URL("../../docs/RULES.md", import.meta.url),
);

const AROUND = `
accounts:
  - { name: APP, scoped_keys: [{ name: devices }] }
  - { name: OFFICE }
permissions: { account: APP }
issuers:
  - { issuer: https://id.example.com }
  - { issuer: https://second.example.com, label: second }
`;

function blocks(first: string): readonly string[] {
  return [...TEXT.matchAll(/^```yaml\n([^]*?)^```$/gm)]
    .map(([, block = ""]) => block)
    .filter((block) => block.startsWith(first));
}

function parse(rules: string): ParsedRules {
  return parseRules(AROUND + rules, {
    source: "docs/RULES.md",
    lookup: () => undefined,
  });
}

/** Two issuers of JWTs, and a cluster. */
const TOKENS = tokensOf(
  ["https://id.example.com", "jwt"],
  ["https://second.example.com", "jwt"],
  ["https://kubernetes.default.svc", "kubernetes"],
);

Deno.test("C18 every rule of docs/RULES.md can be used, and surprises nobody", () => {
  const all = blocks("rules:");
  assert(all.length >= 10);
  for (const block of all) {
    const { permissions } = parse(block);
    const { rules: options } = readYaml(block) as unknown as {
      readonly rules: readonly RuleOptions[];
    };
    const rules = createRules(options, { ...permissions, tokens: TOKENS });
    assert(!(rules instanceof RulesFault), block);
    assertEquals(rules.warnings, [], block);
  }
});

Deno.test("docs/RULES.md shows rules that meet, and what check says of them", () => {
  const [block = ""] = blocks("- name:");
  const { warnings } = parse(`rules:\n${block}`);
  const lines = warnings.map(({ setting, detail, remedy }) =>
    `! ${setting}: ${detail}\n    -> ${remedy}`
  );
  assertEquals(lines.length, 1);
  for (const line of lines) assert(TEXT.includes(`\n${line}\n`), line);
});

Deno.test("the accounts of docs/RULES.md are those of the rules behind them", () => {
  const accounts = blocks("accounts:");
  assertEquals(accounts.length, 1);
  const rules = blocks("rules:").at(-1) ?? "";
  for (const block of accounts) {
    const { permissions } = parseRules(block + rules, {
      source: "docs/RULES.md",
      lookup: (name) => name,
    });
    assertEquals(permissions.accounts.map(({ name }) => name), [
      "APP",
      "OFFICE",
    ]);
  }
});

Deno.test("the rules and the tests of docs/RULES.md belong together", () => {
  const [rules = ""] = blocks("rules:");
  const [tests = ""] = blocks("tests:");
  const parsed = parse(rules);
  const table = parseRuleTests(tests, "docs/RULES.md");
  assertEquals(table.length, 3);
  for (const test of table) assertEquals(runTest(test, parsed), [], test.name);
});

/** Subjects in the columns of the table behind a heading. */
function tableBehind(heading: string): Readonly<Record<string, string[]>> {
  const section = TEXT.slice(TEXT.indexOf(heading) + heading.length)
    .split(/^#{2,3} /m)[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const [head = [], , ...body] = rows;
  return Object.fromEntries(
    head.map((name, column) => [
      name,
      body.map((row) => row[column] ?? "").filter((cell) => cell !== "")
        .map((cell) => cell.replaceAll("`", "")),
    ]),
  );
}

const HEADINGS = [...TEXT.matchAll(/^### `(.*)`$/gm)].map(([, code = ""]) =>
  code
);

Deno.test("docs/RULES.md lists every preset, with exactly its subjects", () => {
  const names: string[] = [];
  for (const code of HEADINGS) {
    const option = readYaml(code.includes(":") ? `{ ${code} }` : code);
    const preset = expandPreset(option as PresetOptions);
    assert(!(preset instanceof Fault), code);
    names.push(code.split(":")[0] ?? "");
    const { Publish: publish = [], Subscribe: subscribe = [] } = tableBehind(
      `### \`${code}\`\n`,
    );
    assertEquals(publish, preset.publish, code);
    const inbox = preset.needsInbox ? ["users.${sub}._INBOX.>"] : [];
    assertEquals(subscribe, [...preset.subscribe, ...inbox], code);
  }
  assertEquals(names, PRESET_NAMES);
});

Deno.test("docs/RULES.md encodes values as the service does", () => {
  const { Value: values = [], Token: tokens = [] } = tableBehind(
    "whatever the value is:\n",
  );
  assert(values.length > 4);
  const pairs = values.flatMap((cell, row) => {
    const texts = (tokens[row] ?? "").split(", ");
    return cell.split(", ").map((value, index) => [value, texts[index]]);
  });
  for (const [value = "", token] of pairs) {
    assertEquals(subjectToken(value), token, value);
  }
});

Deno.test("docs/RULES.md names every kind of token and every code of a rule", () => {
  for (const kind of CREDENTIAL_KINDS) {
    assert(TEXT.includes(`\`${kind}\``), kind);
  }
  for (const code of [...RULE_REFUSALS, "server_too_old"]) {
    assert(TEXT.includes(`| \`${code}\``), code);
  }
});
