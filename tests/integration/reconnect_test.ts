/**
 * Servers that freeze, are silent or refuse: the service ends at once, and says
 * why.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectNats } from "../../src/nats/connection.ts";
import { SubscriptionRefusedError } from "../../src/nats/subscription.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { startService, startServiceProcess } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";

Deno.test("K1 SIGTERM ends the service also when NATS is frozen", async () => {
  await using stack = await startStack();
  await using service = await startServiceProcess(stack);
  await service.waitFor("ready: requests are taken");
  stack.server.signal("SIGSTOP");
  try {
    const started = performance.now();
    service.signal("SIGTERM");
    assertEquals(await service.exitCode, 0);
    // What orchestrators give before they kill.
    assert(performance.now() - started < 10_000);
  } finally {
    stack.server.signal("SIGCONT");
  }
});

Deno.test("K3 whoever stops waiting for silent servers stops at once", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = silent.addr;
  await using stack = await startStack();
  const { nats: { credentials } } = await stack.config();
  const log = createLog({ format: "json", level: "error", write: () => {} });
  const abort = new AbortController();
  const connecting = connectNats(
    { servers: [`nats://127.0.0.1:${port}`], credentials },
    log,
    abort.signal,
  );
  const accepted = await silent.accept();
  const started = performance.now();
  abort.abort();
  await assertRejects(() => connecting);
  assert(performance.now() - started < 1_000);
  accepted.close();
  // The attempt itself ends with its own time-out.
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  await log.close();
});

Deno.test("I12 K8 a service whose user may not subscribe says so and does not run", async () => {
  await using stack = await startStack();
  const config = await stack.config();
  const nats = { ...config.nats, queueGroup: "another" };
  const error = await assertRejects(
    () => startService({ ...config, nats }),
    SubscriptionRefusedError,
  );
  assert(error.message.includes('"$SYS.REQ.USER.AUTH another"'), error.message);
});
