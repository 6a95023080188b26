/**
 * Servers that freeze, are silent or refuse: the service ends at once, and says
 * why.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { unavailable } from "../../src/base/outcome.ts";
import { startCalloutService } from "../../src/nats/callout_service.ts";
import { connectNats } from "../../src/nats/connection.ts";
import { SubscriptionRefusedError } from "../../src/nats/subscription.ts";
import { createLog } from "../../src/telemetry/log.ts";
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

Deno.test("whoever stops waiting for silent servers stops at once", async () => {
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

/** Lets one client in, as nats-server does, and is silent from then on. */
async function admitAndFreeze(listener: Deno.TcpListener): Promise<Deno.Conn> {
  const connection = await admit(listener);
  await readUntil(connection, "SUB $SYS.REQ.USER.AUTH");
  return connection;
}

async function admit(listener: Deno.TcpListener): Promise<Deno.Conn> {
  const connection = await greet(listener);
  await connection.write(new TextEncoder().encode("PONG\r\n"));
  return connection;
}

/** A client that has said who it is. */
async function greet(listener: Deno.TcpListener): Promise<Deno.Conn> {
  const connection = await inform(listener);
  await readUntil(connection, "PING");
  return connection;
}

/** A client that has been told of a server without TLS. */
async function inform(listener: Deno.TcpListener): Promise<Deno.Conn> {
  const connection = await listener.accept();
  const facts = {
    "server_id": "N",
    "version": "2.15.2",
    "max_payload": 1_048_576,
    "headers": true,
    "proto": 1,
  };
  const encoder = new TextEncoder();
  await connection.write(encoder.encode(`INFO ${JSON.stringify(facts)}\r\n`));
  return connection;
}

async function readUntil(connection: Deno.Conn, text: string): Promise<void> {
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(4096);
  for (let seen = ""; !seen.includes(text);) {
    const length = await connection.read(bytes);
    if (length === null) throw new Error(`ended without ${text}: ${seen}`);
    seen += decoder.decode(bytes.subarray(0, length));
  }
}

/** How often a client that was let in comes back within 2 s to a server that does that with it. */
async function countReturns(
  receive: (listener: Deno.TcpListener) => Promise<Deno.Conn>,
): Promise<number> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using stack = await startStack();
  const { nats: { credentials } } = await stack.config();
  const log = createLog({ format: "json", level: "error", write: () => {} });
  const connecting = connectNats(
    { servers: [`nats://127.0.0.1:${listener.addr.port}`], credentials },
    log,
    new AbortController().signal,
  );
  const first = await admit(listener);
  const connection = await connecting;
  first.close();
  const returns = await countFor2s(() => receive(listener));
  await connection.close();
  await log.close();
  return returns;
}

async function countFor2s(receive: () => Promise<Deno.Conn>): Promise<number> {
  let count = 0;
  const end = performance.now() + 2_000;
  while (performance.now() < end) {
    (await receive()).close();
    count++;
  }
  return count;
}

Deno.test("K3 N12 the service tries to be at a server that comes back before its clients are", async () => {
  const returns = await countReturns((listener) => listener.accept());
  assert(returns >= 15, String(returns));
});

async function refuse(listener: Deno.TcpListener): Promise<Deno.Conn> {
  const connection = await greet(listener);
  const refusal = "-ERR 'Authorization Violation'\r\n";
  await connection.write(new TextEncoder().encode(refusal));
  return connection;
}

Deno.test("K3 the service leaves a server that refuses it some time", async () => {
  const returns = await countReturns(refuse);
  assert(returns >= 4 && returns <= 9, String(returns));
});

Deno.test("K3 N12 a server that has let the service in again is no longer one that refused it", async () => {
  const turns = [refuse, admit];
  const returns = await countReturns((listener) =>
    turns.shift()?.(listener) ?? listener.accept()
  );
  assert(returns >= 13, String(returns));
});

Deno.test("K3 the service leaves a server with which TLS fails some time", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using stack = await startStack();
  const { nats: { credentials } } = await stack.config();
  const log = createLog({ format: "json", level: "error", write: () => {} });
  const abort = new AbortController();
  const connecting = connectNats(
    { servers: [`tls://127.0.0.1:${listener.addr.port}`], credentials },
    log,
    abort.signal,
  );
  const attempts = await countFor2s(async () => {
    const connection = await inform(listener);
    // It ends by itself.
    while (await connection.read(new Uint8Array(1024)) !== null);
    return connection;
  });
  abort.abort();
  await assertRejects(() => connecting);
  await log.close();
  assert(attempts >= 4 && attempts <= 9, String(attempts));
});

Deno.test("K1 whoever stops waiting for a server that has stood still since it let us in stops at once", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using stack = await startStack();
  const config = await stack.config();
  const log = createLog({ format: "json", level: "error", write: () => {} });
  const abort = new AbortController();
  const servers = [`nats://127.0.0.1:${listener.addr.port}`];
  const starting = startCalloutService({
    ...config,
    nats: { ...config.nats, servers },
    authenticate: () => unavailable("custom", ""),
    permit: config.rules.permit,
    log,
  }, abort.signal);
  const connection = await admitAndFreeze(listener);
  const started = performance.now();
  abort.abort();
  const error = await assertRejects(() => starting, DOMException);
  assertEquals(error.name, "AbortError");
  assert(performance.now() - started < 1_500);
  connection.close();
  await log.close();
});

Deno.test("J3 K1 a request that comes when draining has been given up is told of", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using stack = await startStack();
  const config = await stack.config();
  const lines: LogLine[] = [];
  const log = createLog({
    format: "json",
    level: "warn",
    write: (line) => lines.push(JSON.parse(line)),
  });
  const servers = [`nats://127.0.0.1:${listener.addr.port}`];
  const starting = startCalloutService({
    ...config,
    nats: { ...config.nats, servers },
    callout: { ...config.callout, budgetMs: 500 },
    authenticate: () => unavailable("custom", ""),
    permit: config.rules.permit,
    log,
  }, new AbortController().signal);
  const connection = await admitAndFreeze(listener);
  const encoder = new TextEncoder();
  await connection.write(encoder.encode("PONG\r\n"));
  const service = await starting;
  const stopping = service.stop();
  await readUntil(connection, "UNSUB");
  const request = "MSG $SYS.REQ.USER.AUTH 1 $SYS._INBOX.a.b 1\r\nx\r\n";
  await connection.write(encoder.encode(request));
  // As long as it may take a request to be done with, and half a second.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await connection.write(encoder.encode(request));
  await stopping;
  assertEquals(lines.map(({ code }) => code), [
    "request_plaintext",
    "shutting_down",
  ]);
  connection.close();
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
