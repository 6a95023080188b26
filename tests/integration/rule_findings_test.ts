/**
 * What `deno task check` says of rules, with no server at hand.
 */
import { assert, assertEquals } from "@std/assert";
import type { RuleOptions } from "../../src/permissions/rule_options.ts";
import { startStack } from "../fixtures/stack.ts";

Deno.test("check says what is surprising about rules, and the cautions of their presets", async () => {
  await using stack = await startStack();
  const file = `${stack.server.folder}/callout.yaml`;
  const rules: readonly RuleOptions[] = [
    { name: "all", grant: { preset: { "kv_read": "settings" } } },
    { name: "late", grant: { publish: "a" } },
  ];
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
  assertEquals(code, 0, output);
  assert(output.includes("! rules[1]: It can never match"), output);
  assert(output.includes("! rule all: kv_read: whoever"), output);
});
