/**
 * The presets for key-value buckets on a real server with a real client, and the
 * two cautions of docs/RULES.md about them.
 */
import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { headers } from "@nats-io/nats-core";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ALL_ENVIRONMENTS } from "../fixtures/environments.ts";
import { reaches } from "../fixtures/nats_client.ts";
import {
  ask,
  assertNoPublish,
  assertRefused,
  collect,
} from "../fixtures/refusals.ts";
import {
  connectAs,
  rulesByClaim,
  serveRules,
} from "../fixtures/rules_stack.ts";

for (const { name, start } of ALL_ENVIRONMENTS) {
  Deno.test(`kv_read: reads one bucket in every way, writes none, and reads no other, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({ "reader": { preset: { "kv_read": "settings" } } }),
    );
    const settings = await new Kvm(stack.admin).create("settings", {
      history: 5,
    });
    const other = await new Kvm(stack.admin).create("other");
    await settings.put("alice.theme", "dark");
    const revision = await settings.put("bob.theme", "light");
    await settings.put("bob.theme", "dark");
    await other.put("a", "b");

    const alice = await connectAs(stack, "alice", "reader");
    for (const options of [{}, { "allow_direct": true }]) {
      const bucket = await new Kvm(alice).open("settings", options);
      assertEquals((await bucket.get("bob.theme"))?.string(), "dark");
      assertEquals(
        (await bucket.get("bob.theme", { revision }))?.string(),
        "light",
      );
      assertEquals((await collect(bucket.keys())).sort(), [
        "alice.theme",
        "bob.theme",
      ]);
      assertEquals(
        (await collect(bucket.history({ key: "bob.theme" }))).length,
        2,
      );
      assert((await bucket.status()).values >= 3);
      const seen: string[] = [];
      const watch = await bucket.watch({ key: ["alice.*", "bob.*"] });
      for await (const { key } of watch) {
        seen.push(key);
        // Both that are there have come: now one that comes while it watches.
        if (seen.length === 2) await settings.put("alice.theme", "new");
        if (seen.length === 3) break;
      }
      assertEquals(seen.sort(), ["alice.theme", "alice.theme", "bob.theme"]);
      await assertRefused(() => bucket.put("alice.theme", "mine"));
    }
    await assertNoPublish(
      alice,
      "$KV.settings.alice.theme",
      "$JS.API.STREAM.PURGE.KV_settings",
      "$JS.API.STREAM.DELETE.KV_settings",
      "$JS.API.STREAM.UPDATE.KV_settings",
      "$JS.API.STREAM.MSG.DELETE.KV_settings",
      "$JS.API.STREAM.MSG.GET.KV_other",
      "$JS.API.DIRECT.GET.KV_other.$KV.other.a",
      "$JS.API.CONSUMER.CREATE.KV_other",
      "$JS.API.STREAM.NAMES",
      "$JS.API.CONSUMER.NAMES.KV_settings",
    );
  });

  Deno.test(`kv_write: writes and reads below one's own keys and nowhere else, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "writer": { preset: { "kv_write": "settings" } },
        "below_users": {
          preset: { "kv_write": { bucket: "settings", keys: "users.${sub}" } },
        },
      }),
    );
    const settings = await new Kvm(stack.admin).create("settings", {
      history: 5,
    });
    await settings.put("bob.theme", "light");

    const alice = await connectAs(stack, "alice", "writer");
    const bucket = await new Kvm(alice).open("settings", {
      "allow_direct": true,
    });
    await bucket.put("alice.theme", "dark");
    assertEquals((await bucket.get("alice.theme"))?.string(), "dark");
    await bucket.create("alice.size", "9");
    const seen: string[] = [];
    for await (const entry of await bucket.watch({ key: "alice.>" })) {
      seen.push(entry.key);
      if (seen.length === 2) break;
    }
    assertEquals(seen, ["alice.theme", "alice.size"]);
    await bucket.delete("alice.size");
    await bucket.purge("alice.theme");
    assertEquals((await bucket.get("alice.size"))?.operation, "DEL");
    await assertRefused(() => bucket.put("bob.theme", "x"));
    await assertRefused(() => bucket.get("bob.theme"));
    await assertNoPublish(
      alice,
      "$KV.settings.alice",
      "$KV.settings.bob.theme",
      "$JS.API.STREAM.MSG.GET.KV_settings",
      "$JS.API.DIRECT.GET.KV_settings",
      "$JS.API.DIRECT.GET.KV_settings.$KV.settings.bob.theme",
      "$JS.API.CONSUMER.CREATE.KV_settings",
      "$JS.API.CONSUMER.CREATE.KV_settings.x",
      "$JS.API.CONSUMER.CREATE.KV_settings.x.$KV.settings.>",
      "$JS.API.CONSUMER.CREATE.KV_settings.x.$KV.settings.bob.>",
      "$JS.API.STREAM.PURGE.KV_settings",
    );
    assertEquals((await settings.get("bob.theme"))?.string(), "light");

    const below = await connectAs(stack, "alice", "below_users");
    const other = await new Kvm(below).open("settings", {
      "allow_direct": true,
    });
    await other.put("users.alice.theme", "dark");
    await assertRefused(() => other.put("alice.theme", "x"));
  });

  Deno.test(`kv_write: a consumer's request cannot ask for more keys than its subject says, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({ "writer": { preset: { "kv_write": "settings" } } }),
    );
    const settings = await new Kvm(stack.admin).create("settings");
    await settings.put("bob.theme", "light");
    const alice = await connectAs(stack, "alice", "writer");
    const subject =
      "$JS.API.CONSUMER.CREATE.KV_settings.mine.$KV.settings.alice.>";
    const filters: readonly object[] = [
      { "filter_subject": "$KV.settings.>" },
      { "filter_subject": "$KV.settings.bob.>" },
      { "filter_subjects": ["$KV.settings.bob.>", "$KV.settings.alice.>"] },
      {},
    ];
    for (const filter of filters) {
      const answer = await ask(alice, subject, {
        "stream_name": "KV_settings",
        config: {
          name: "mine",
          "ack_policy": "none",
          "deliver_subject": "users.alice._INBOX.x",
          ...filter,
        },
      });
      assertStringIncludes(answer, '"error"', JSON.stringify(filter));
    }
  });

  Deno.test(`kv_write: one message can erase a bucket, unless its stream forbids roll-ups, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({ "writer": { preset: { "kv_write": "settings" } } }),
    );
    const settings = await new Kvm(stack.admin).create("settings");
    await settings.put("bob.theme", "light");
    const alice = await connectAs(stack, "alice", "writer");
    const erase = async (): Promise<string> => {
      const everything = headers();
      everything.set("Nats-Rollup", "all");
      const answer = await alice.request("$KV.settings.alice.x", "", {
        headers: everything,
        timeout: 2_000,
      });
      return answer.string();
    };

    const manager = await jetstreamManager(stack.admin);
    const { config } = await manager.streams.info("KV_settings");
    await manager.streams.update("KV_settings", {
      ...config,
      "allow_rollup_hdrs": false,
    });
    assertStringIncludes(await erase(), "rollup not permitted");
    assertEquals((await settings.get("bob.theme"))?.string(), "light");
    const bucket = await new Kvm(alice).open("settings", {
      "allow_direct": true,
    });
    await bucket.put("alice.theme", "dark");
    await bucket.delete("alice.theme");

    // The reason for the caution in docs/RULES.md. When this fails, NATS has become safer.
    await manager.streams.update("KV_settings", {
      ...config,
      "allow_rollup_hdrs": true,
    });
    await erase();
    assertEquals(await settings.get("bob.theme"), null);
  });

  Deno.test(`whoever may create a consumer chooses where its messages go: the reason for the caution, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({ "reader": { preset: { "kv_read": "settings" } } }),
    );
    const settings = await new Kvm(stack.admin).create("settings");
    await settings.put("a", "b");
    const alice = await connectAs(stack, "alice", "reader");
    const delivered = new Promise<string>((resolve) => {
      stack.admin.subscribe("users.bob.x", {
        callback: (_error, message) => resolve(message.string()),
      });
    });
    await stack.admin.flush();
    await ask(
      alice,
      "$JS.API.CONSUMER.CREATE.KV_settings.mine.$KV.settings.>",
      {
        "stream_name": "KV_settings",
        config: {
          name: "mine",
          "ack_policy": "none",
          "filter_subject": "$KV.settings.>",
          "deliver_subject": "users.bob.x",
        },
      },
    );
    assertEquals(await delivered, "b");
    assert(
      !await reaches(stack.admin, alice, "users.bob.x", "users.alice._INBOX.>"),
    );
  });
}
