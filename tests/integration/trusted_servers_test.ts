/**
 * What the service says about a cluster whose servers it cannot know.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startService } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";

Deno.test("I7 the service does not ask for ids that the next restart changes, but for what keeps forged requests out", async () => {
  await using stack = await startStack({
    // JetStream does not start in a cluster without a route; there is nobody at its end.
    extra: `cluster {
  name: "c"
  listen: "127.0.0.1:-1"
  routes: ["nats://127.0.0.1:1"]
}`,
  });
  await using service = await startService(await stack.config());
  const warnings = service.lines.filter(({ message }) =>
    message === "requests of any server in this cluster are accepted"
  );
  assertEquals(warnings.length, 1);
  const detail = warnings[0]?.detail ?? "";
  assertStringIncludes(detail, "new at each start");
  assertStringIncludes(detail, "deno task check --server");
});
