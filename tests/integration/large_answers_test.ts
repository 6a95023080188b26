/**
 * Answers that are larger than nats-server takes from a client.
 */
import { assertEquals, assertMatch } from "@std/assert";
import {
  connectAs,
  rulesByClaim,
  startRulesStack,
} from "../fixtures/rules_stack.ts";

Deno.test("H17 an answer beyond the server's max_payload is an error and an alarm, and others get in", async () => {
  const many = Array.from(
    { length: 200 },
    (_, index) => `users.\${sub}.${index}.>`,
  );
  await using stack = await startRulesStack(
    rulesByClaim({
      "large": { "publish": many },
      "small": { "publish": "users.${sub}.>" },
    }),
    { extra: "max_payload: 4096" },
  );
  const code = await stack.codeFor("alice", { claims: { rule: "large" } });
  assertEquals(code, "unavailable");
  const { dependency, detail, level } = stack.service.lines.at(-1) ?? {};
  assertEquals([dependency, level], ["response", "error"]);
  assertMatch(
    detail ?? "",
    /^The answer has \d{4,5} bytes, more than the server's max_payload: shorten the rule's subjects$/,
  );
  await connectAs(stack, "bob", "small");
});
