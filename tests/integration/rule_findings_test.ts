/**
 * What `deno task check` says of rules, with no server at hand.
 */
import { assert, assertEquals } from "@std/assert";
import type { RuleOptions } from "../../src/permissions/rule_options.ts";
import { startStack } from "../fixtures/stack.ts";

/** What check says of these rules, and its exit code. */
async function checkRules(
  rules: readonly RuleOptions[],
  expectedCode = 0,
): Promise<string> {
  await using stack = await startStack();
  const file = `${stack.server.folder}/callout.yaml`;
  await Deno.writeTextFile(
    file,
    await Deno.readTextFile("config/callout.yaml") +
      `rules: ${JSON.stringify(rules)}\n`,
  );
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "check"],
    env: { ...stack.environment, CALLOUT_CONFIG: file },
  }).output();
  const output = new TextDecoder().decode(stdout);
  assertEquals(code, expectedCode, output);
  return output;
}

Deno.test("check says what is surprising about rules, and the cautions of their presets", async () => {
  const output = await checkRules([
    { name: "all", grant: { preset: { "kv_read": "settings" } } },
    { name: "late", grant: { publish: "a" } },
  ], 1);
  const never = "✗ rules[1]: Rule late can never match: rule all before it " +
    "matches whoever it would match\n    -> move it up, or remove it\n";
  assert(output.includes(never), output);
  assert(output.includes("! rules[0]: Rule all: kv_read: whoever"), output);
});

Deno.test("check does not fail for a rule that other issuers would make useful", async () => {
  const output = await checkRules([
    { name: "pods", when: { kind: "kubernetes" }, grant: { publish: "a" } },
    { name: "all", grant: { publish: "users.${sub}.>" } },
  ]);
  assert(output.includes("! rules[0].when: Rule pods can never match"), output);
});

Deno.test("check says which rules meet, and what somebody gets who meets both", async () => {
  const rule = (name: string): RuleOptions => ({
    name,
    when: { claims: { groups: { contains: name } } },
    grant: { publish: `users.\${sub}.${name}.>` },
  });
  const output = await checkRules([
    rule("ops"),
    rule("admin"),
    { name: "everyone", grant: { publish: "users.${sub}.>" } },
  ]);
  const found = output.split("\n").filter((line) =>
    line.startsWith("! rules[")
  );
  assertEquals(found.length, 1, output);
  assert(
    found[0]?.startsWith(
      '! rules[1]: Rule admin gives way to rule ops: who meets both (claim "groups" contains "ops" and claim "groups" contains "admin") gets',
    ),
    output,
  );
});
