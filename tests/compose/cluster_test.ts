/**
 * Three servers and two instances of the service: whoever connects to any of the
 * servers is judged by an instance on any other, and whatever one of them loses,
 * the others have.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals } from "@std/assert";
import { connectWithCreds, reaches } from "../fixtures/nats_client.ts";
import { mustRun } from "./command.ts";
import { makeCreds } from "./identities.ts";
import { countMessages, createStream, store } from "./jetstream.ts";
import { createProject, type Project } from "./project.ts";
import { secondsOf } from "./shared_stack.ts";
import { openStayingClient } from "./staying_client.ts";
import { note } from "./test_run.ts";

const SERVERS = [1, 2, 3];
const TRANSPORTS = ["tcp", "websocket"] as const;
const HEALTHY_MS_MAX = 60_000;

function nameOf(server: number): string {
  return server === 1 ? "nats-server" : `nats-server-${server}`;
}

async function assertAllGetIn(
  cluster: Project,
  servers: readonly number[] = SERVERS,
): Promise<void> {
  for (const server of servers) {
    for (const transport of TRANSPORTS) {
      const alice = await cluster.client("alice", transport, server);
      assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
      await alice.close();
    }
  }
}

/** An instance that knows one server alone; ends with `await using`. */
async function startInstanceAt(
  cluster: Project,
  server: number,
): Promise<AsyncDisposable> {
  const name = `${cluster.name}-at-${server}`;
  await cluster.compose(
    ...["run", "--detach", "--no-deps", `--name=${name}`],
    ...[`--env=NATS_URL=nats://${nameOf(server)}:4222`, "auth-callout"],
  );
  const health = ["inspect", "--format={{.State.Health.Status}}", name];
  const deadline = performance.now() + HEALTHY_MS_MAX;
  while ((await mustRun("docker", health)).trim() !== "healthy") {
    assert(performance.now() < deadline, `${name} does not become healthy`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await mustRun("docker", ["rm", "--force", name]);
    },
  };
}

/** Publishes at the first server what subscribers at the others wait for. */
async function assertArrivesEverywhere(cluster: Project): Promise<void> {
  const first = await cluster.client("alice", "tcp", 1);
  for (const server of [2, 3]) {
    const other = await cluster.client("alice", "tcp", server);
    // Interest takes a moment to get around.
    const subscription = other.subscribe("users.alice.>", { max: 1 });
    await other.flush();
    const arrived = Array.fromAsync(subscription);
    while (!subscription.isClosed()) {
      first.publish("users.alice.a");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals((await arrived).length, 1);
    await other.close();
  }
  await first.close();
}

/** Kills the server that a client is connected to. */
async function assertServerIsMissedByNobody(cluster: Project): Promise<void> {
  const keeper = await connectWithCreds(
    SERVERS.map((server) => cluster.urls(server).natsUrl),
    await makeCreds(cluster, "keeper"),
    { reconnectTimeWait: 250, maxReconnectAttempts: -1 },
  );
  await createStream(keeper, "orders", {
    subjects: ["orders.>"],
    replicas: 3,
  });
  await store(keeper, "orders.new", "one");
  await using staying = await openStayingClient(
    SERVERS.toReversed().map((server) => cluster.urls(server)),
    { sub: "carol", token: await cluster.token("carol") },
  );
  const lost = await serverOf(cluster, "carol");
  await cluster.compose("kill", "-s", "KILL", nameOf(lost));
  assert(await staying.disconnects() > 0);
  await assertAllGetIn(
    cluster,
    SERVERS.filter((server) => server !== lost),
  );
  await untilStored(keeper, "orders.new", "two");
  assert(await countMessages(keeper, "orders") >= 2);
  await keeper.close();
}

Deno.test("cluster", async (t) => {
  await using cluster = await createProject("cluster", {
    overlays: ["docker-compose.cluster.yaml"],
  });
  const seconds = await secondsOf(() => cluster.up());
  await note(`Cold up of the cluster: ${seconds.toFixed(1)} s`);

  await t.step(
    "clients of all servers get in, with two instances",
    async () => {
      await assertAllGetIn(cluster);
    },
  );

  await t.step(
    "what is published at one server arrives at the others",
    async () => {
      await assertArrivesEverywhere(cluster);
    },
  );

  for (const server of SERVERS) {
    await t.step(
      `an instance on ${nameOf(server)} alone lets in clients of all servers`,
      async () => {
        await cluster.compose("stop", "auth-callout");
        await using _instance = await startInstanceAt(cluster, server);
        await assertAllGetIn(cluster);
      },
    );
  }

  await t.step("an instance that is killed is missed by nobody", async () => {
    await cluster.up();
    await mustRun("docker", [
      "kill",
      await cluster.containerId("auth-callout", 1),
    ]);
    await assertAllGetIn(cluster);
  });

  await t.step(
    "a server that is killed: its clients come back elsewhere, messages are kept",
    async () => {
      await assertServerIsMissedByNobody(cluster);
    },
  );
});

/** The number of the server that a user is connected to. */
async function serverOf(cluster: Project, name: string): Promise<number> {
  for (const server of SERVERS) {
    const response = await fetch(
      `${cluster.urls(server).monitoringUrl}/connz?auth=1`,
    );
    if ((await response.text()).includes(`"${name}"`)) return server;
  }
  throw new Error(`${name} is connected to none of the servers`);
}

/** The two that are left may have to choose a leader first. */
async function untilStored(
  keeper: NatsConnection,
  subject: string,
  text: string,
): Promise<void> {
  const deadline = performance.now() + HEALTHY_MS_MAX;
  for (;;) {
    try {
      return await store(keeper, subject, text);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
