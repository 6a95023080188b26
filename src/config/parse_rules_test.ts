import { assert, assertEquals, assertThrows } from "@std/assert";
import { FACTS, identity } from "../../tests/fixtures/rules_scene.ts";
import { ConfigError } from "./config_error.ts";
import { parseRules } from "./parse_rules.ts";

const DEFAULT_FILE = await Deno.readTextFile(
  new URL("../../config/callout.yaml", import.meta.url),
);

function parse(
  text: string,
  variables: Readonly<Record<string, string>> = {},
): ReturnType<typeof parseRules> {
  const set = new Map(Object.entries(variables));
  return parseRules(text, {
    source: "callout.yaml",
    lookup: (name) => set.get(name),
  });
}

Deno.test("parseRules() needs no keys, no files and no variables", () => {
  const { issuers, permissions, rules } = parse(DEFAULT_FILE);
  assertEquals([issuers, permissions.account], [[], "APP"]);
  assertEquals(rules.permit(identity(), FACTS).kind, "grant");
});

Deno.test("parseRules() knows the issuers and their labels", () => {
  const { issuers, rules } = parse(`
accounts: [{ name: APP, public_key: nonsense }]
issuers:
  - { issuer: https://id.example, label: first, jwks_file: not/there }
  - { issuer: https://second.example, algorithms: [nonsense] }
rules: [{ name: a, when: { issuer: https://third.example }, refuse: true }, { name: b, grant: { publish: "\${sub}.x" } }]
`);
  assertEquals(issuers, ["https://id.example", "https://second.example"]);
  const outcome = rules.permit(identity(), FACTS);
  assertEquals(outcome.kind === "grant" && outcome.name, "first=alice");
});

Deno.test("parseRules() says what is wrong with rules, and with nothing else", () => {
  const error = assertThrows(
    () =>
      parse(`
nonsense: 1
nats: { servers: 7 }
accounts: [{ name: APP }]
rules: [{ name: a, grant: { publish: a..b } }, { name: b, gratn: {} }]
`),
    ConfigError,
  );
  assert(error.issues.length >= 2);
  assertEquals(
    error.issues.filter(({ path }) => !path.startsWith("rules[")),
    [],
  );
});

Deno.test("parseRules() says what keeps the file from being read", () => {
  const error = assertThrows(() => parse("rules: [\n"), ConfigError);
  assert(error.issues.length > 0);
});
