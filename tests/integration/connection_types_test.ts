/**
 * The other ways to connect: MQTT with a real client, and a leaf node that is a
 * real nats-server.
 */
import { assertEquals } from "@std/assert";
import { findNatsServer } from "../../src/dev/nats_server.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";

/** A port that nothing listens on, for the listeners that the stack does not know. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** mqtt.js, as a program of its own, publishes one message. It does not tell when it was refused. */
async function publishWithMqtt(port: number, password: string): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-A", "--no-config", "npm:mqtt@5.16.0"],
      ...["publish", "-h", "127.0.0.1", "-p", String(port)],
      // The server insists on a user name; nobody looks at it.
      ...["-u", "anything", "-P", password],
      ...["-t", "users/alice/from/mqtt", "-m", "hello"],
    ],
  }).output();
}

Deno.test("I22 A14 an MQTT client gets in with its bearer token as the password", async () => {
  const port = freePort();
  await using stack = await startStack({
    extra: `mqtt { listen: "127.0.0.1:${port}" }`,
  });
  await using service = await startService(await stack.config());
  const alice = await openClient(stack, await stack.token("alice"));
  const received = new Promise<string>((resolve) => {
    alice.subscribe("users.alice.from.mqtt", {
      callback(_error, message): void {
        resolve(message.string());
      },
    });
  });
  await alice.flush();

  await publishWithMqtt(port, await stack.token("alice"));
  assertEquals(await received, "hello");

  await publishWithMqtt(port, "not a token");
  assertEquals(service.lines.at(-1)?.code, "bearer_token_malformed");
  await alice.close();
});

Deno.test("I22 a leaf node gets in only where the configuration says so", async () => {
  const port = freePort();
  await using stack = await startStack({
    extra: `leafnodes { listen: "127.0.0.1:${port}" }`,
  });
  const config = await stack.config();
  const token = await stack.token("edge");
  {
    await using service = await startService(config);
    await using _leaf = await startLeaf(`nats://${token}@127.0.0.1:${port}`);
    await until(() =>
      service.lines.some(({ code }) => code === "connection_type_not_allowed")
    );
  }
  const callout = { ...config.callout, connectionTypes: ["leafnode"] as const };
  await using service = await startService({ ...config, callout });
  await using _leaf = await startLeaf(`nats://${token}@127.0.0.1:${port}`);
  await until(() =>
    service.lines.some(({ code, name }) =>
      code === "granted" && name === "edge"
    )
  );
});

/** A nats-server that joins the stack as a leaf node. */
async function startLeaf(remote: string): Promise<AsyncDisposable> {
  const { path } = await findNatsServer();
  const folder = await Deno.makeTempDir({ prefix: "leaf-nats-" });
  const file = `${folder}/leaf.conf`;
  await Deno.writeTextFile(
    file,
    `listen: "127.0.0.1:-1"\nleafnodes { remotes: [{ url: "${remote}" }], reconnect: 1 }\n`,
    { mode: 0o600 },
  );
  const child = new Deno.Command(path, {
    args: ["-c", file],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("did not come true within 15 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
