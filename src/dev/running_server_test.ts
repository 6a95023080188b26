import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { findNatsServer } from "./nats_server.ts";
import { createOperator } from "./operator.ts";
import {
  PortsInUseError,
  ServerFailedError,
  startNatsServer,
} from "./running_server.ts";
import { ANY_PORT } from "./server_configuration.ts";

const natsServer = await findNatsServer();
const operator = createOperator("APP");

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** What the server says to whoever connects. */
async function greeting(port: number): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(4096);
  const length = await connection.read(buffer) ?? 0;
  return new TextDecoder().decode(buffer.subarray(0, length));
}

Deno.test("startNatsServer() is ready when it returns, and leaves nothing when it stops", async () => {
  const server = await startNatsServer({ natsServer, operator });
  assertStringIncludes(
    await greeting(server.ports.nats),
    `"version":"${natsServer.version}"`,
  );
  const health = await fetch(
    `http://127.0.0.1:${server.ports.monitoring}/healthz`,
  );
  assertEquals(await health.json(), { status: "ok" });
  await server.stop();
  assertFalse(await exists(server.folder));
  await assertRejects(() => greeting(server.ports.nats));
});

Deno.test("startNatsServer() raises max_control_line so that tokens of 16 KiB fit", async () => {
  await using server = await startNatsServer({ natsServer, operator });
  const url = `http://127.0.0.1:${server.ports.monitoring}/varz`;
  const { max_control_line: line } = await (await fetch(url)).json();
  assert(line > 16 * 1024, String(line));
});

Deno.test("startNatsServer() names the ports that are in use, and leaves nothing", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const error = await assertRejects(
    () =>
      startNatsServer({
        natsServer,
        operator,
        ports: { nats: port, websocket: ANY_PORT, monitoring: port },
      }),
    PortsInUseError,
  );
  assertEquals(error.ports, ["nats", "monitoring"]);
});

Deno.test("startNatsServer() repeats what nats-server says when it does not start", async () => {
  await assertRejects(
    () => startNatsServer({ natsServer, operator, extra: "misspelt: 1" }),
    ServerFailedError,
    'unknown field "misspelt"',
  );
});

Deno.test("RunningServer.restart() brings it back on the same ports", async () => {
  await using server = await startNatsServer({ natsServer, operator });
  const before = await greeting(server.ports.nats);
  await server.restart();
  const after = await greeting(server.ports.nats);
  const idOf = (text: string): string | undefined =>
    /"server_id":"(\w+)"/.exec(text)?.[1];
  assert(idOf(before) !== idOf(after));
});

Deno.test("RunningServer.died tells of an end that nobody asked for, and of no other", async () => {
  const server = await startNatsServer({ natsServer, operator });
  let died = false;
  const watch = server.died.then(() => {
    died = true;
  });
  await server.restart();
  assertFalse(died);
  server.signal("SIGKILL");
  await watch;
  await server.stop();
  assertFalse(await exists(server.folder));
});

Deno.test("RunningServer.stop() also ends a server that is paused", async () => {
  const server = await startNatsServer({
    natsServer,
    operator,
    stopTimeoutMs: 100,
  });
  server.signal("SIGSTOP");
  await server.stop();
  await assertRejects(() => greeting(server.ports.nats));
});
