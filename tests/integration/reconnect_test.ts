/**
 * Servers that freeze, vanish in the middle of a request, refuse or come back:
 * the service stays itself, or ends at once and says why.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { monotonicClock, systemClock } from "../../src/base/time.ts";
import type { Authenticate } from "../../src/identity/authenticate.ts";
import { createJwtBearer } from "../../src/identity/jwt_bearer.ts";
import { startCalloutService } from "../../src/nats/callout_service.ts";
import { connectNats } from "../../src/nats/connection.ts";
import { SubscriptionRefusedError } from "../../src/nats/subscription.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { openClient } from "../fixtures/nats_client.ts";
import {
  type LogLine,
  startService,
  startServiceProcess,
} from "../fixtures/service.ts";
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

Deno.test("K3 N16 a server that vanishes in the middle of a request costs that request alone", async () => {
  await using stack = await startStack();
  const config = await stack.config();
  const lines: LogLine[] = [];
  const log = createLog({
    format: "json",
    level: "info",
    write: (line) => lines.push(JSON.parse(line)),
  });
  const bearer = createJwtBearer(config.issuers, {
    log,
    clock: systemClock,
    monotonic: monotonicClock,
  });
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  let isFirst = true;
  const authenticate: Authenticate = async (token, context) => {
    if (isFirst) {
      isFirst = false;
      asked.resolve();
      await held.promise;
    }
    return await bearer.authenticate(token, context);
  };
  const service = await startCalloutService({
    ...config,
    authenticate,
    permit: config.rules.permit,
    log,
  }, new AbortController().signal);

  const token = await stack.token("lost");
  const lost = assertRejects(() => openClient(stack, token));
  await asked.promise;
  await stack.server.restart();
  await lost;
  held.resolve();

  const deadline = Date.now() + 10_000;
  while (!service.isSubscribed() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const client = await openClient(stack, await stack.token("next"));
  await client.close();
  await service.stop();
  await log.close();
  assertEquals(
    lines.filter(({ code }) => code === "granted").map(({ name }) => name),
    ["lost", "next"],
  );
});
