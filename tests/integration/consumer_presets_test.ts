/**
 * What presets that let a client create consumers cannot keep it from, on real
 * servers: the reasons for the caution in docs/RULES.md. When one of these fails,
 * NATS has become safer.
 */
import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Objm } from "@nats-io/obj";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { PresetOptions } from "../../src/permissions/rule_options.ts";
import { ALL_ENVIRONMENTS } from "../fixtures/environments.ts";
import { ask, assertNoPublish } from "../fixtures/refusals.ts";
import { rulesByClaim, serveRules } from "../fixtures/rules_stack.ts";

const PRESETS: readonly (readonly [
  name: string,
  preset: PresetOptions,
  stream: string,
  filter: string,
])[] = [
  ["kv_read", { "kv_read": "settings" }, "KV_settings", "$KV.settings.>"],
  [
    "kv_write",
    { "kv_write": "settings" },
    "KV_settings",
    "$KV.settings.alice.>",
  ],
  [
    "object_read",
    { "object_read": "settings" },
    "OBJ_settings",
    "$O.settings.>",
  ],
];

for (const { name, start } of ALL_ENVIRONMENTS) {
  for (const [presetName, preset, stream, filter] of PRESETS) {
    Deno.test(`${presetName}: a consumer whose name is known can be changed and deleted, whosever it is, with ${name}`, async () => {
      await using stack = await serveRules(
        await start(),
        rulesByClaim({ "own": { preset } }),
      );
      await new Kvm(stack.admin).create("settings");
      await new Objm(stack.admin).create("settings");
      const { consumers } = await jetstreamManager(stack.admin);
      const backup = {
        "durable_name": "backup",
        "ack_policy": "none",
        "deliver_subject": "admin.backup",
      } as const;
      await consumers.add(stream, backup);

      const alice = await stack.client("alice", { claims: { rule: "own" } });
      const answer = await ask(
        alice,
        `$JS.API.CONSUMER.CREATE.${stream}.backup.${filter}`,
        {
          "stream_name": stream,
          config: {
            ...backup,
            "filter_subject": filter,
            "deliver_subject": "users.alice.x",
          },
        },
      );
      assertStringIncludes(answer, '"deliver_subject":"users.alice.x"');
      const { config } = await consumers.info(stream, "backup");
      assertEquals(config.filter_subject, filter);
      assertEquals(config.deliver_subject, "users.alice.x");
      const deleted = await alice.request(
        `$JS.API.CONSUMER.DELETE.${stream}.backup`,
      );
      assertStringIncludes(deleted.string(), '"success":true');
      await assertRejects(() => consumers.info(stream, "backup"));

      // What keeps it from being found: names are told to nobody.
      await assertNoPublish(
        alice,
        `$JS.API.CONSUMER.NAMES.${stream}`,
        `$JS.API.CONSUMER.LIST.${stream}`,
      );
    });
  }
}
