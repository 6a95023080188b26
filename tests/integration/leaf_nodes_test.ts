/**
 * Leaf nodes with a bearer token: a real nats-server as one, and one that keeps to
 * no permissions, so that it shows what the hub enforces by itself.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals, assertFalse } from "@std/assert";
import type { RuleOptions } from "../../src/permissions/rule_options.ts";
import type { EnvironmentStack } from "../fixtures/environment_stack.ts";
import {
  type CalloutEnvironment,
  ENVIRONMENTS,
} from "../fixtures/environments.ts";
import { freePort } from "../fixtures/free_port.ts";
import { startLeafServer } from "../fixtures/leaf_server.ts";
import { joinAsRogueLeaf } from "../fixtures/rogue_leaf.ts";
import {
  type RulesOptions,
  type RulesStack,
  serveRules,
} from "../fixtures/rules_stack.ts";
import { OLDEST } from "../fixtures/servers.ts";
import { startStack } from "../fixtures/stack.ts";

const RULES: readonly RuleOptions[] = [{
  name: "edge",
  grant: {
    publish: { allow: "users.${sub}.>", deny: "users.${sub}.x" },
    subscribe: { allow: "users.${sub}.>", deny: "users.${sub}.secret" },
  },
}];

interface Hub extends AsyncDisposable {
  readonly stack: RulesStack<EnvironmentStack>;
  readonly port: number;
  token(): Promise<string>;
}

async function startHub(
  options: RulesOptions = {},
  start: CalloutEnvironment["start"] = startStack,
): Promise<Hub> {
  const port = freePort();
  const environment = await start({
    extra: `leafnodes { listen: "127.0.0.1:${port}" }`,
  });
  const stack = await serveRules(environment, RULES, {
    connectionTypes: ["nats", "leafnode"],
    ...options,
  });
  return {
    stack,
    port,
    token: () => stack.stack.token("edge"),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

const startOldest: CalloutEnvironment["start"] = (options) =>
  startStack({ ...options, ...OLDEST });

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function collect(
  connection: NatsConnection,
  subject: string,
): Promise<readonly string[]> {
  const subjects: string[] = [];
  connection.subscribe(subject, {
    callback: (_error, message) => void subjects.push(message.subject),
  });
  await connection.flush();
  return subjects;
}

Deno.test("I22 a leaf node gets in only where the configuration says so", async () => {
  await using hub = await startHub({ connectionTypes: ["nats"] });
  await using _leaf = await startLeafServer(
    `nats://${await hub.token()}@127.0.0.1:${hub.port}`,
  );
  await until(() =>
    hub.stack.service.lines.some(({ code }) =>
      code === "connection_type_not_allowed"
    )
  );
});

for (const { name, start } of ENVIRONMENTS) {
  Deno.test(`I22 H5 what crosses to and from a leaf node is what its rule says, with ${name}`, async () => {
    await using hub = await startHub({}, start);
    await assertCrossing(hub);
  });

  Deno.test(`H5 H14 a leaf node that keeps to nothing gets and sends what its rule says, with ${name}`, async () => {
    await using hub = await startHub({}, start);
    await assertRogueHeld(hub);
  });
}

async function assertCrossing(hub: Hub): Promise<void> {
  const { admin, service } = hub.stack;
  await using leaf = await startLeafServer(
    `nats://${await hub.token()}@127.0.0.1:${hub.port}`,
  );
  await until(() =>
    service.lines.some(({ code, name }) =>
      code === "granted" && name === "edge"
    )
  );
  const local = await connect({ servers: leaf.natsUrl });
  const atLeaf = await collect(local, "users.>");
  const atHub = await collect(admin, "users.>");
  // Until both know of each other's subscription.
  await until(() => {
    admin.publish("users.edge.hub");
    local.publish("users.edge.leaf");
    return atLeaf.includes("users.edge.hub") &&
      atHub.includes("users.edge.leaf");
  });
  for (const subject of ["users.victim.a", "users.edge.secret"]) {
    admin.publish(subject);
  }
  for (const subject of ["users.victim.b", "users.edge.x"]) {
    local.publish(subject);
  }
  admin.publish("users.edge.last");
  local.publish("users.edge.end");
  await until(() =>
    atLeaf.includes("users.edge.last") && atHub.includes("users.edge.end")
  );
  // Each side has its own messages too.
  for (const subject of ["users.victim.a", "users.edge.secret"]) {
    assertFalse(atLeaf.includes(subject), subject);
  }
  for (const subject of ["users.victim.b", "users.edge.x"]) {
    assertFalse(atHub.includes(subject), subject);
  }
  await local.close();
}

/** What such a leaf node gets of all that there is. */
async function receivedByRogue(hub: Hub): Promise<ReadonlySet<string>> {
  using leaf = await joinAsRogueLeaf(hub.port, await hub.token());
  await leaf.settle();
  for (
    const subject of [">", "users.*.a", "users.edge.*", "$MQTT.>", "$JS.>"]
  ) await leaf.subscribe(subject);
  await leaf.settle();
  for (
    const subject of [
      "users.edge.a",
      "users.victim.a",
      "users.edge.secret",
      "other",
      "$MQTT.msgs.a",
    ]
  ) hub.stack.admin.publish(subject);
  await hub.stack.admin.flush();
  await leaf.settle();
  return new Set(leaf.received);
}

/** Whether what such a leaf node sends there arrives. The server closes the connection of one that it refuses. */
async function reachesHub(hub: Hub, subject: string): Promise<boolean> {
  const arrived = await collect(hub.stack.admin, subject);
  using leaf = await joinAsRogueLeaf(hub.port, await hub.token());
  await leaf.settle();
  await leaf.publish(subject);
  await leaf.settle().catch(() => {});
  await hub.stack.admin.flush();
  return arrived.length > 0;
}

async function assertRogueHeld(hub: Hub): Promise<void> {
  assertEquals([...await receivedByRogue(hub)], ["users.edge.a"]);
  assert(await reachesHub(hub, "users.edge.a"));
  for (
    const subject of [
      "users.edge.x",
      "users.victim.a",
      "other",
      "$MQTT.msgs.a",
      "$JS.API.INFO",
      "_INBOX.a",
    ]
  ) assertFalse(await reachesHub(hub, subject), subject);
  // What nats-server lets every leaf node send: see docs/RULES.md. When this fails, it has become safer.
  for (const subject of ["$JS.ACK.a", "_R_.a"]) {
    assert(await reachesHub(hub, subject), subject);
  }
}

Deno.test("H5 the oldest supported server does not check what leaf nodes send, so none is admitted by it", async () => {
  {
    await using hub = await startHub({}, startOldest);
    using leaf = await joinAsRogueLeaf(hub.port, await hub.token());
    await leaf.settle().catch(() => {});
    assertEquals(hub.stack.service.lines.at(-1)?.code, "server_too_old");
  }
  await using hub = await startHub(
    { servesAnyVersion: true, ignoresVersion: true },
    startOldest,
  );
  assert(await reachesHub(hub, "users.victim.a"));
});
