/**
 * A configuration of one's own in the stack: JetStream and key-value buckets for
 * those whose rules allow them, and for nobody else.
 */
import {
  type NatsConnection,
  PermissionViolationError,
  wsconnect,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  publishProblem,
  reaches,
  subscribeProblem,
  type Transport,
} from "../fixtures/nats_client.ts";
import {
  countMessages,
  createBucket,
  createStream,
  readKey,
  store,
} from "./jetstream.ts";
import type { Project } from "./project.ts";
import { sharedStack } from "./shared_stack.ts";

const RULES = `
rules:
  - name: admins
    when: { claims: { groups: { contains: admin } } }
    grant:
      publish: ["users.\${sub}.>", "stock.>", "$KV.>"]
      subscribe: ["users.\${sub}.>", "stock.>"]
      inbox: private
      preset: [jetstream_admin]
  - name: settings
    when: { claims: { groups: { contains: settings } } }
    grant:
      publish: ["users.\${sub}.>"]
      subscribe: ["users.\${sub}.>"]
      inbox: private
      preset:
        - kv_read: settings
        - kv_write: { bucket: settings, keys: "users.\${sub}" }
  - name: everyone
    grant:
      publish: ["users.\${sub}.>"]
      subscribe: ["users.\${sub}.>"]
      inbox: private
`;

async function open(
  stack: Project,
  transport: Transport,
  sub: string,
  ...groups: readonly string[]
): Promise<NatsConnection> {
  const { natsUrl, websocketUrl } = stack.urls();
  const options = {
    token: await stack.token(sub, { claims: { groups } }),
    inboxPrefix: `users.${sub}._INBOX`,
    reconnect: false,
  };
  return transport === "tcp"
    ? await connect({ ...options, servers: natsUrl })
    : await wsconnect({ ...options, servers: websocketUrl });
}

async function mayUseJetStream(admin: NatsConnection): Promise<void> {
  const name = crypto.randomUUID();
  await createStream(admin, name, { subjects: [`stock.${name}.>`] });
  await store(admin, `stock.${name}.new`, "one");
  await store(admin, `stock.${name}.new`, "two");
  assertEquals(await countMessages(admin, name), 2);
}

async function mayUseItsKeys(user: NatsConnection, sub: string): Promise<void> {
  await store(user, `$KV.settings.users.${sub}.theme`, "dark");
  assertEquals(await readKey(user, "settings", `users.${sub}.theme`), "dark");
  assertEquals(await readKey(user, "settings", "site.name"), "here");
  await assertMayNotPublish(user, [
    "$KV.settings.users.somebody.theme",
    "$KV.settings.site.name",
    "$KV.other.key",
    "$JS.API.STREAM.DELETE.KV_settings",
    "$JS.API.STREAM.PURGE.KV_settings",
    "$JS.API.STREAM.CREATE.mine",
    "stock.tcp.new",
  ]);
}

async function mayNotUseAnyOfIt(user: NatsConnection): Promise<void> {
  await assertMayNotPublish(user, [
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.CREATE.mine",
    "$JS.API.STREAM.MSG.GET.KV_settings",
    "$JS.API.DIRECT.GET.KV_settings.$KV.settings.site.name",
    "$JS.API.CONSUMER.CREATE.KV_settings",
    "$KV.settings.site.name",
    "$KV.settings.users.bob.theme",
    "stock.tcp.new",
  ]);
  for (const subject of ["$KV.>", "$KV.settings.>", "stock.>", "$JS.>"]) {
    assertInstanceOf(
      await subscribeProblem(user, subject),
      PermissionViolationError,
      subject,
    );
  }
  await assertRejects(() => readKey(user, "settings", "site.name"));
}

async function assertMayNotPublish(
  user: NatsConnection,
  subjects: readonly string[],
): Promise<void> {
  for (const subject of subjects) {
    assertInstanceOf(
      await publishProblem(user, subject),
      PermissionViolationError,
      subject,
    );
  }
}

Deno.test("rules of one's own: JetStream and KV for whom they allow it, and for nobody else", async (t) => {
  const stack = await sharedStack();
  const text = await Deno.readTextFile(`${stack.folder}/config/callout.yaml`);
  await Deno.writeTextFile(`${stack.folder}/config/mine.yaml`, text + RULES);
  await stack.configure({ "CALLOUT_CONFIG": "config/mine.yaml" });
  await stack.up();
  try {
    const first = await open(stack, "tcp", "root", "admin");
    await createBucket(first, "settings");
    await store(first, "$KV.settings.site.name", "here");
    await first.close();
    for (const transport of ["tcp", "websocket"] as const) {
      await t.step(`over ${transport}`, async () => {
        const root = await open(stack, transport, "root", "admin");
        const carol = await open(stack, transport, "carol", "settings");
        const bob = await open(stack, transport, "bob", "guests");
        await mayUseJetStream(root);
        await mayUseItsKeys(carol, "carol");
        await mayNotUseAnyOfIt(bob);
        assert(await reaches(bob, bob, "users.bob.a", "users.bob.>"));
        await Promise.all([root.close(), carol.close(), bob.close()]);
      });
    }
  } finally {
    await stack.configure();
    await stack.up();
  }
});
