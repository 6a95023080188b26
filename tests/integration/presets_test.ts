/**
 * Presets on a real server with a real client: each is enough for its use, and
 * for nothing else.
 */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Objm } from "@nats-io/obj";
import { assert, assertEquals } from "@std/assert";
import { ALL_ENVIRONMENTS } from "../fixtures/environments.ts";
import { subscribeProblem } from "../fixtures/nats_client.ts";
import {
  assertNoPublish,
  assertNoSubscription,
  collect,
} from "../fixtures/refusals.ts";
import {
  connectAs,
  rulesByClaim,
  serveRules,
} from "../fixtures/rules_stack.ts";

for (const { name, start } of ALL_ENVIRONMENTS) {
  Deno.test(`H13 request_reply: replies come to an inbox of one's own, and nobody else's are read, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "asker": { preset: "request_reply", publish: "service.>" },
      }),
    );
    const { admin } = stack;
    admin.subscribe("service.echo", {
      callback: (_error, message) => void message.respond(message.data),
    });
    const alice = await connectAs(stack, "alice", "asker");
    const bob = await connectAs(stack, "bob", "asker");
    assertEquals(
      (await alice.request("service.echo", "hello")).string(),
      "hello",
    );
    await assertNoSubscription(
      bob,
      "users.alice._INBOX.>",
      "users.>",
      "_INBOX.>",
      ">",
    );
    await assertNoPublish(bob, "users.alice._INBOX.x", "users.bob._INBOX.x");
  });

  Deno.test(`jetstream_consumer: pulls and acknowledges from its own consumer of one stream, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "consumer": {
          preset: {
            "jetstream_consumer": { stream: "ORDERS", durable: "${sub}" },
          },
        },
      }),
    );
    const manager = await jetstreamManager(stack.admin);
    await manager.streams.add({ name: "ORDERS", subjects: ["orders.>"] });
    for (const name of ["alice", "bob"]) {
      await manager.consumers.add("ORDERS", {
        "durable_name": name,
        "ack_policy": "explicit",
      });
    }
    for (let count = 0; count < 5; count++) {
      await jetstream(stack.admin).publish("orders.new", `${count}`);
    }

    const alice = await connectAs(stack, "alice", "consumer");
    const consumer = await jetstream(alice).consumers.get("ORDERS", "alice");
    const first = await consumer.next({ expires: 1_000 });
    assertEquals(first?.string(), "0");
    assert(await first?.ackAck());
    const more = await consumer.fetch({ "max_messages": 4, expires: 1_000 });
    assertEquals((await collect(more)).map((message) => message.string()), [
      "1",
      "2",
      "3",
      "4",
    ]);

    await assertNoPublish(
      alice,
      "$JS.API.CONSUMER.MSG.NEXT.ORDERS.bob",
      "$JS.API.CONSUMER.INFO.ORDERS.bob",
      "$JS.API.CONSUMER.CREATE.ORDERS",
      "$JS.API.CONSUMER.DURABLE.CREATE.ORDERS.alice",
      "$JS.API.CONSUMER.DELETE.ORDERS.alice",
      "$JS.API.STREAM.INFO.ORDERS",
      "$JS.API.STREAM.MSG.GET.ORDERS",
      "$JS.API.STREAM.PURGE.ORDERS",
      "$JS.ACK.ORDERS.bob.1.1.1.1.1",
      "orders.new",
    );
    await assertNoSubscription(alice, "orders.>", "$JS.>");
  });

  Deno.test(`jetstream_admin: makes streams and buckets, consumes, and takes them away, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "admin": { preset: "jetstream_admin", publish: "orders.>" },
      }),
    );
    const alice = await connectAs(stack, "alice", "admin");
    const manager = await jetstreamManager(alice);
    await manager.streams.add({ name: "ORDERS", subjects: ["orders.>"] });
    await manager.consumers.add("ORDERS", {
      "durable_name": "mine",
      "ack_policy": "explicit",
    });
    await jetstream(alice).publish("orders.new", "x");
    const consumer = await jetstream(alice).consumers.get("ORDERS", "mine");
    assert(await (await consumer.next({ expires: 1_000 }))?.ackAck());
    // An ordered consumer pushes, with flow control.
    const ordered = await jetstream(alice).consumers.get("ORDERS");
    assertEquals((await ordered.next({ expires: 1_000 }))?.string(), "x");
    await new Kvm(alice).create("settings");
    assertEquals(
      await subscribeProblem(alice, "$JS.EVENT.ADVISORY.>"),
      undefined,
    );
    assertEquals((await collect(manager.streams.list())).length, 2);
    assert(await manager.streams.delete("ORDERS"));
    await assertNoPublish(
      alice,
      "$KV.settings.a",
      "$SYS.REQ.USER.INFO",
      "users.alice.a",
    );
    await assertNoSubscription(alice, "orders.>", "$SYS.>", ">");
  });

  Deno.test(`object_read: reads whole objects of one bucket and writes none, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({ "reader": { preset: { "object_read": "files" } } }),
    );
    const files = await new Objm(stack.admin).create("files");
    // Long enough for flow control.
    const bytes = new Uint8Array(6 * 1024 * 1024).map((_, index) =>
      index % 251
    );
    await files.putBlob({ name: "a.bin" }, bytes);
    await new Objm(stack.admin).create("other");

    const alice = await connectAs(stack, "alice", "reader");
    const store = await new Objm(alice).open("files");
    assertEquals((await store.info("a.bin"))?.size, bytes.length);
    assertEquals(await store.getBlob("a.bin"), bytes);
    assertEquals((await store.list()).map(({ name }) => name), ["a.bin"]);
    assertEquals((await store.status()).bucket, "files");
    await assertNoPublish(
      alice,
      "$O.files.C.x",
      "$O.files.M.x",
      "$JS.API.STREAM.PURGE.OBJ_files",
      "$JS.API.STREAM.INFO.OBJ_other",
      "$JS.API.CONSUMER.CREATE.OBJ_other.x.$O.other.>",
      "$JS.API.STREAM.NAMES",
    );
  });
}
