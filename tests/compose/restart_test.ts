/**
 * What becomes of keys, clients and messages when containers go and come back.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { connectWithCreds, type Transport } from "../fixtures/nats_client.ts";
import { mustRun } from "./command.ts";
import { makeCreds } from "./identities.ts";
import { countMessages, createStream, store } from "./jetstream.ts";
import { type Project, SECRETS } from "./project.ts";
import { secondsOf, sharedStack } from "./shared_stack.ts";
import { openStayingClient, type StayingClient } from "./staying_client.ts";
import { note } from "./test_run.ts";

/** Every key and every JWT that nsc has, and every file that was exported. */
async function fingerprint(stack: Project): Promise<string> {
  const files = await stack.inBox(
    `find /nsc -type f \\( -name '*.nk' -o -name '*.jwt' \\) | sort | xargs sha256sum`,
  );
  const entries = await Array.fromAsync(
    Deno.readDir(`${stack.folder}/${SECRETS}`),
  );
  const names = entries.filter(({ isFile }) => isFile).map(({ name }) => name)
    .sort();
  const secrets = await Promise.all(
    names.map((name) => stack.readSecret(name)),
  );
  return files + secrets.join("");
}

async function stayingClient(
  stack: Project,
  sub: string,
  transport: Transport = "tcp",
): Promise<StayingClient> {
  const token = await stack.token(sub);
  return await openStayingClient([stack.urls()], { sub, token, transport });
}

async function assertNewClientGetsIn(stack: Project): Promise<void> {
  for (const transport of ["tcp", "websocket"] as const) {
    const client = await stack.client("newcomer", transport);
    await client.close();
  }
}

Deno.test("up a second time changes no key and cuts no client", async () => {
  const stack = await sharedStack();
  await using alice = await stayingClient(stack, "alice");
  await using bob = await stayingClient(stack, "bob", "websocket");
  const before = await fingerprint(stack);
  const server = await stack.inspect("nats-server");
  const callout = await stack.inspect("auth-callout");

  const seconds = await secondsOf(() => stack.up());
  await note(`Second up: ${seconds.toFixed(1)} s`);

  assertEquals(await fingerprint(stack), before);
  for (
    const [name, { "Id": id, "State": state }] of [
      ["nats-server", server],
      ["auth-callout", callout],
    ] as const
  ) {
    const now = await stack.inspect(name);
    assertEquals(now["Id"], id);
    assertEquals(now["State"]["StartedAt"], state["StartedAt"]);
  }
  assertEquals([await alice.disconnects(), await bob.disconnects()], [0, 0]);
  await assertNewClientGetsIn(stack);
});

Deno.test("restart nats-server: who was in comes back by itself", async () => {
  const stack = await sharedStack();
  await using alice = await stayingClient(stack, "alice");
  await using bob = await stayingClient(stack, "bob", "websocket");
  await stack.compose("restart", "nats-server");
  assert(await alice.disconnects() > 0);
  assert(await bob.disconnects() > 0);
  await assertNewClientGetsIn(stack);
});

Deno.test("restart auth-callout: who was in stays, who comes meanwhile gets in by itself", async () => {
  const stack = await sharedStack();
  await using alice = await stayingClient(stack, "alice");
  await using bob = await stayingClient(stack, "bob", "websocket");
  const restarted = stack.compose("restart", "auth-callout");
  await using carol = await stayingClient(stack, "carol");
  await restarted;
  assertEquals([await alice.disconnects(), await bob.disconnects()], [0, 0]);
  await carol.disconnects();
});

Deno.test("K2 kill -s KILL auth-callout with two instances: nobody notices", async () => {
  const stack = await sharedStack();
  await stack.compose("up", "--detach", "--wait", "--scale", "auth-callout=2");
  try {
    await using alice = await stayingClient(stack, "alice");
    await using bob = await stayingClient(stack, "bob", "websocket");
    await mustRun("docker", [
      "kill",
      await stack.containerId("auth-callout", 1),
    ]);
    for (let attempt = 0; attempt < 10; attempt++) {
      await assertNewClientGetsIn(stack);
    }
    assertEquals([await alice.disconnects(), await bob.disconnects()], [0, 0]);
  } finally {
    await stack.up();
  }
});

Deno.test("kill -s KILL the only auth-callout: it is started again by up, and who waits gets in", async () => {
  const stack = await sharedStack();
  await using alice = await stayingClient(stack, "alice");
  await stack.compose("kill", "-s", "KILL", "auth-callout");
  const waiting = stayingClient(stack, "carol");
  await stack.up();
  await using carol = await waiting;
  assertEquals(await alice.disconnects(), 0);
  await carol.disconnects();
});

Deno.test("down and up keep identity and stored messages", async () => {
  const stack = await sharedStack();
  const creds = await makeCreds(stack, "keeper");
  const keeper = await connectWithCreds(stack.urls().natsUrl, creds);
  await createStream(keeper, "orders", { subjects: ["orders.>"] });
  for (const text of ["one", "two", "three"]) {
    await store(keeper, "orders.new", text);
  }
  await keeper.close();
  await using alice = await stayingClient(stack, "alice");
  const before = await fingerprint(stack);
  const { "Id": id } = await stack.inspect("nats-server");

  await stack.compose("down");
  await stack.up();

  assertNotEquals((await stack.inspect("nats-server"))["Id"], id);
  assertEquals(await fingerprint(stack), before);
  assert(await alice.disconnects() > 0);
  const back = await connectWithCreds(stack.urls().natsUrl, creds);
  assertEquals(await countMessages(back, "orders"), 3);
  await back.close();
  await assertNewClientGetsIn(stack);
});
