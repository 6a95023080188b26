/**
 * Answers that are made while the connection to NATS is lost: sent when it is
 * back in time, and in the log as what they became.
 */
import { assertEquals, assertRejects } from "@std/assert";
import type { Authenticate } from "../../src/identity/authenticate.ts";
import { createJwtBearer } from "../../src/identity/jwt_bearer.ts";
import { monotonicClock, systemClock } from "../../src/base/time.ts";
import { startCalloutService } from "../../src/nats/callout_service.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { openClient } from "../fixtures/nats_client.ts";
import type { LogLine } from "../fixtures/service.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

interface HeldService extends AsyncDisposable {
  readonly lines: readonly LogLine[];
  isSubscribed(): boolean;
  /** The first request is being judged. */
  readonly asked: Promise<void>;
  /** Lets it have its verdict. */
  judge(): void;
}

/** A service that judges its first token only when it is told to. */
async function startHeldService(stack: TestStack): Promise<HeldService> {
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
  return {
    lines,
    isSubscribed: service.isSubscribed,
    asked: asked.promise,
    judge: held.resolve,
    async [Symbol.asyncDispose](): Promise<void> {
      await service.stop();
      await log.close();
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("not within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("J3 K3 a server that vanishes in the middle of a request costs that request alone, and nobody is called admitted who was not", async () => {
  await using stack = await startStack();
  await using service = await startHeldService(stack);
  const token = await stack.token("lost");
  const lost = assertRejects(() => openClient(stack, token));
  await service.asked;
  stack.server.signal("SIGKILL");
  await lost;
  await until(() => !service.isSubscribed());
  service.judge();
  // NATS is still away: what is known is said.
  await until(() => service.lines.some(({ code }) => code === "answer_unsent"));
  await stack.server.restart();
  await until(service.isSubscribed);
  const client = await openClient(stack, await stack.token("next"));
  await client.close();

  const [unsent, granted, ...others] = service.lines.filter(({ userNkey }) =>
    userNkey !== undefined
  );
  assertEquals(unsent?.message, "request discarded");
  assertEquals(unsent?.detail, "NATS was away: granted");
  assertEquals([granted?.code, granted?.name], ["granted", "next"]);
  assertEquals(others, []);
});

Deno.test("J3 K3 an answer to a server that was started anew meanwhile is not sent, and nobody called admitted", async () => {
  await using stack = await startStack();
  await using service = await startHeldService(stack);
  const token = await stack.token("lost");
  const lost = assertRejects(() => openClient(stack, token));
  await service.asked;
  await stack.server.restart();
  await lost;
  await until(service.isSubscribed);
  service.judge();
  await until(() =>
    service.lines.some(({ userNkey }) => userNkey !== undefined)
  );
  const decided = service.lines.filter(({ userNkey }) =>
    userNkey !== undefined
  );
  assertEquals(decided.map(({ code, detail }) => [code, detail]), [
    ["answer_unsent", "The server that asked is gone: granted"],
  ]);
});
