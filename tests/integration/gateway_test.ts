/**
 * Two clusters that are joined by gateways, the service in one of them.
 */
import { assertEquals } from "@std/assert";
import { findNatsServer } from "../../src/dev/nats_server.ts";
import { startNatsServer } from "../../src/dev/running_server.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";

Deno.test("I7 I12 a client of another cluster is let in through its gateway", async () => {
  const ports = { near: freePort(), far: freePort() };
  const gateway = (name: "near" | "far"): string => `
    server_name: ${name}
    jetstream: disabled
    gateway {
      name: ${name}
      listen: "127.0.0.1:${ports[name]}"
      gateways: [
        { name: near, url: "nats://127.0.0.1:${ports.near}" }
        { name: far, url: "nats://127.0.0.1:${ports.far}" }
      ]
    }`;
  await using stack = await startStack({ extra: gateway("near") });
  await using far = await startNatsServer({
    natsServer: await findNatsServer(),
    operator: stack.operator,
    extra: gateway("far"),
  });
  const farUrl = `http://127.0.0.1:${far.ports.monitoring}`;
  await until(async () => {
    const { outbound_gateways: joined } = await read(`${farUrl}/gatewayz`);
    return Object.keys(Object(joined)).length === 1;
  });
  const { server_id: farId } = await read(`${farUrl}/varz`);
  const config = await stack.config();
  await using service = await startService({
    ...config,
    callout: { ...config.callout, trustedServerIds: [String(farId)] },
  });
  const client = await openClient({
    natsUrl: `nats://127.0.0.1:${far.ports.nats}`,
    websocketUrl: "",
  }, await stack.token("alice"));
  await client.close();
  const granted = service.lines.filter(({ code }) => code === "granted");
  assertEquals(granted.map(({ serverId }) => serverId), [farId]);
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function read(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url);
  return await answer.json();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error("not within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
