/**
 * The example client where a rule grants something else than a subtree of one's
 * own, which need not be a mistake.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { runMain } from "../fixtures/command.ts";
import { startRulesStack } from "../fixtures/rules_stack.ts";

Deno.test("client: where a rule grants no subtree of one's own, it says what it has tried", async () => {
  await using rules = await startRulesStack([
    { name: "news", grant: { subscribe: "news.>" } },
  ]);
  const token = await rules.stack.token("alice");
  const { code, stderr, stdout } = await runMain(
    ["client", `--token=${token}`, `--server=${rules.stack.natsUrl}`],
    { permissions: ["--allow-env", "--allow-read", "--allow-net"] },
  );
  assertEquals(code, 1);
  assertStringIncludes(stdout, "✗ subscribe users.alice.>: failed");
  assertStringIncludes(
    stderr,
    "The tour tries users.alice.>, which a rule need not grant",
  );
});
