/**
 * What happens when things start, stop, break and come back: the service as
 * `deno task start` runs it, with the permissions that its configuration needs.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { openClient } from "../fixtures/nats_client.ts";
import { startServiceProcess } from "../fixtures/service.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

const READY = "ready: requests are taken";

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A client as most are: it retries, and gives up for good when it is refused twice. */
async function openDefaultClient(
  stack: TestStack,
  sub: string,
): Promise<NatsConnection> {
  return await connect({
    servers: stack.natsUrl,
    token: await stack.token(sub),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    timeout: 10_000,
  });
}

Deno.test("K9 K1 start needs exactly the permissions that it prints, and SIGTERM ends it with 0", async () => {
  await using stack = await startStack();
  await using service = await startServiceProcess(stack);
  await service.waitFor(READY);
  const alice = await openClient(stack, await stack.token("alice"));
  await alice.close();
  service.signal("SIGTERM");
  assertEquals(await service.exitCode, 0);
  assert(service.output().includes("stopped"), service.output());
  assertFalse(/NotCapable|uncaught/.test(service.output()), service.output());
});

Deno.test("K9 start connects to a server by name with no more permissions than that", async () => {
  await using stack = await startStack();
  await using service = await startServiceProcess(stack, {
    NATS_URL: stack.natsUrl.replace("127.0.0.1", "localhost"),
  });
  await service.waitFor(READY);
  service.signal("SIGINT");
  assertEquals(await service.exitCode, 0);
});

Deno.test("K1 two instances: one is drained while clients log in, and nobody is refused", async () => {
  await using stack = await startStack();
  await using staying = await startServiceProcess(stack);
  await using leaving = await startServiceProcess(stack);
  await Promise.all([staying.waitFor(READY), leaving.waitFor(READY)]);
  const tokens = await Promise.all(
    Array.from({ length: 200 }, (_, index) => stack.token(`user${index}`)),
  );
  let admitted = 0;
  for (const [index, token] of tokens.entries()) {
    if (index === 50) leaving.signal("SIGTERM");
    const client = await openClient(stack, token);
    admitted++;
    await client.close();
  }
  assertEquals(admitted, 200);
  assertEquals(await leaving.exitCode, 0);
});

Deno.test("K2 two instances: one is killed, and the next attempt of everybody succeeds", async () => {
  await using stack = await startStack();
  await using staying = await startServiceProcess(stack);
  await using leaving = await startServiceProcess(stack);
  await Promise.all([staying.waitFor(READY), leaving.waitFor(READY)]);
  leaving.signal("SIGKILL");
  await leaving.exitCode;
  for (let index = 0; index < 20; index++) {
    const client = await openClient(stack, await stack.token(`user${index}`));
    await client.close();
  }
});

Deno.test("K3 K4 N12 the server restarts with clients waiting: the service gets in, and so do all of them", async () => {
  await using stack = await startStack();
  await using service = await startServiceProcess(stack);
  await service.waitFor(READY);
  const clients = await Promise.all(
    Array.from(
      { length: 1_000 },
      (_, index) => openDefaultClient(stack, `user${index}`),
    ),
  );
  const reconnected = clients.map(async (client) => {
    for await (const status of client.status()) {
      if (status.type === "reconnect") return true;
    }
    return false;
  });
  await stack.server.restart();
  const back = await Promise.all(reconnected);
  assertEquals(back.filter(Boolean).length, clients.length);
  await Promise.all(clients.map((client) => client.close()));
  service.signal("SIGTERM");
  assertEquals(await service.exitCode, 0);
});

Deno.test("K3 the service waits for a server that is not there yet, and says so", async () => {
  const stack = await startStack();
  await using service = await (async () => {
    const environment = {
      ...stack.environment,
      NATS_URL: "nats://127.0.0.1:9",
    };
    return await startServiceProcess({ environment });
  })();
  await service.waitFor("cannot connect to NATS, trying again");
  service.signal("SIGTERM");
  assertEquals(await service.exitCode, 0);
  await stack.stop();
});

Deno.test("N16 K5 a service that was frozen admits nobody who has gone, and whoever comes at once", async () => {
  await using stack = await startStack({
    extra: "authorization { timeout: 2 }",
  });
  await using service = await startServiceProcess(stack);
  await service.waitFor(READY);
  // Over a second, so that the service sees where the server's seconds begin.
  for (let index = 0; index < 12; index++) {
    const client = await openClient(stack, await stack.token(`user${index}`));
    await client.close();
    await pause(100);
  }
  const tokens = await Promise.all(
    Array.from({ length: 30 }, (_, index) => stack.token(`gone${index}`)),
  );
  const before = service.output().length;
  service.signal("SIGSTOP");
  const gone = tokens.map((token) =>
    openClient(stack, token).then(() => "admitted", () => "refused")
  );
  await pause(3_500);
  service.signal("SIGCONT");
  const started = performance.now();
  const client = await openClient(stack, await stack.token("fresh"));
  assert(performance.now() - started < 1_000);
  await client.close();
  assertEquals(new Set(await Promise.all(gone)), new Set(["refused"]));

  service.signal("SIGTERM");
  await service.exitCode;
  const lines = service.output().slice(before).split("\n");
  const count = (text: string): number =>
    lines.filter((line) => line.includes(text)).length;
  assertEquals(count("client admitted"), 1);
  assertEquals(count('"code":"request_late"'), tokens.length);
});

Deno.test("J8 an error that nobody caught is logged by its name, and the service goes on", async () => {
  await using stack = await startStack();
  await using service = await startServiceProcess(stack, {}, {
    preload: "tests/fixtures/faults_on_signal.ts",
  });
  await service.waitFor(READY);
  service.signal("SIGUSR2");
  await service.waitFor('"code":"uncaught_error","detail":"RangeError"');
  await service.waitFor('"code":"uncaught_error","detail":"SyntaxError"');
  const client = await openClient(stack, await stack.token("alice"));
  await client.close();
  service.signal("SIGTERM");
  assertEquals(await service.exitCode, 0);
  assertFalse(service.output().includes("canary"), service.output());
});

Deno.test("K8 start names everything that is missing at once, and ends with 2", async () => {
  await using service = await startServiceProcess({ environment: emptied() });
  assertEquals(await service.exitCode, 2);
  const output = service.output();
  for (
    const name of [
      "NATS_ACCOUNT_KEY",
      "CALLOUT_ACCOUNT_KEY",
      "OIDC_ISSUER",
      "deno task dev",
      "docker compose up",
    ]
  ) {
    assert(output.includes(name), `"${name}" is missing in:\n${output}`);
  }
});

/** Set but empty: what files beside the configuration say does not count. */
function emptied(): Record<string, string> {
  const names = [
    "NATS_ACCOUNT_KEY",
    "NATS_ACCOUNT_SECRET",
    "CALLOUT_ACCOUNT_KEY",
    "CALLOUT_SIGNING_KEY",
    "CALLOUT_SIGNING_KEY_FILE",
    "CALLOUT_XKEY",
    "CALLOUT_XKEY_FILE",
    "CALLOUT_CREDS_FILE",
    "DEV_ISSUER_JWKS_FILE",
  ];
  return Object.fromEntries(names.map((name) => [name, ""]));
}
