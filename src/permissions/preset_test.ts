import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  grantFaults,
  grantOf,
  identity,
  listed,
} from "../../tests/fixtures/rules_scene.ts";
import { expandPreset, PRESET_NAMES } from "./preset.ts";
import { Fault } from "./rule_fault.ts";
import type { PresetOptions } from "./rule_options.ts";
import { isValidSubject } from "./subject.ts";

const INBOX = "users.alice._INBOX.>";

interface Subjects {
  readonly publish?: readonly string[];
  readonly subscribe?: readonly string[];
}

/** Every preset, and exactly what it allows. */
const presets: [name: string, option: PresetOptions, subjects: Subjects][] = [
  ["request_reply", "request_reply", { subscribe: [INBOX] }],
  ["jetstream_consumer", {
    "jetstream_consumer": { stream: "ORDERS", durable: "${sub}" },
  }, {
    publish: [
      "$JS.API.CONSUMER.INFO.ORDERS.alice",
      "$JS.API.CONSUMER.MSG.NEXT.ORDERS.alice",
      "$JS.ACK.ORDERS.alice.>",
    ],
    subscribe: [INBOX],
  }],
  ["jetstream_admin", "jetstream_admin", {
    publish: ["$JS.API.>", "$JS.ACK.>", "$JS.FC.>"],
    subscribe: ["$JS.EVENT.>", INBOX],
  }],
  ["kv_read", { "kv_read": "settings" }, {
    publish: [
      "$JS.API.STREAM.INFO.KV_settings",
      "$JS.API.STREAM.MSG.GET.KV_settings",
      "$JS.API.DIRECT.GET.KV_settings",
      "$JS.API.DIRECT.GET.KV_settings.$KV.settings.>",
      "$JS.API.CONSUMER.INFO.KV_settings.*",
      "$JS.API.CONSUMER.DELETE.KV_settings.*",
      "$JS.FC.KV_settings.>",
      "$JS.API.CONSUMER.CREATE.KV_settings",
      "$JS.API.CONSUMER.CREATE.KV_settings.*",
      "$JS.API.CONSUMER.CREATE.KV_settings.*.$KV.settings.>",
    ],
    subscribe: [INBOX],
  }],
  ["kv_write", { "kv_write": "settings" }, {
    publish: [
      "$KV.settings.alice.>",
      "$JS.API.STREAM.INFO.KV_settings",
      "$JS.API.DIRECT.GET.KV_settings.$KV.settings.alice.>",
      "$JS.API.CONSUMER.INFO.KV_settings.*",
      "$JS.API.CONSUMER.DELETE.KV_settings.*",
      "$JS.FC.KV_settings.>",
      "$JS.API.CONSUMER.CREATE.KV_settings.*.$KV.settings.alice.>",
    ],
    subscribe: [INBOX],
  }],
  ["object_read", { "object_read": "files" }, {
    publish: [
      "$JS.API.INFO",
      "$JS.API.STREAM.INFO.OBJ_files",
      "$JS.API.STREAM.MSG.GET.OBJ_files",
      "$JS.API.DIRECT.GET.OBJ_files.$O.files.>",
      "$JS.API.CONSUMER.INFO.OBJ_files.*",
      "$JS.API.CONSUMER.DELETE.OBJ_files.*",
      "$JS.FC.OBJ_files.>",
      "$JS.API.CONSUMER.CREATE.OBJ_files.*.$O.files.>",
    ],
    subscribe: [INBOX],
  }],
  ["mqtt_sessions", "mqtt_sessions", {
    publish: ["users.alice", "users.alice.>"],
    subscribe: ["users.alice", "users.alice.>"],
  }],
  ["service_responder", { "service_responder": "prices" }, {
    subscribe: ["PING", "INFO", "STATS"].flatMap((verb) => [
      `$SRV.${verb}`,
      `$SRV.${verb}.prices`,
      `$SRV.${verb}.prices.>`,
    ]),
  }],
];

for (const [name, preset, { publish = [], subscribe = [] }] of presets) {
  Deno.test(`the preset ${name} allows exactly its subjects`, () => {
    const permissions = listed(grantOf({ preset }));
    assertEquals(permissions.publish, { allow: publish, deny: [] });
    assertEquals(permissions.subscribe, { allow: subscribe, deny: [] });
    for (const subject of [...publish, ...subscribe]) {
      assert(isValidSubject(subject), subject);
    }
    assertEquals(
      permissions.responses !== undefined,
      name === "service_responder",
    );
  });
}

Deno.test("every preset is listed in this test", () => {
  assertEquals(PRESET_NAMES, presets.map(([name]) => name));
});

Deno.test("H1 a preset's own place in it is one token, whatever the sub is", () => {
  const who = identity({ sub: "> q" });
  const write = listed(
    grantOf(
      { preset: { "kv_write": { bucket: "b", keys: "users.${sub}" } } },
      who,
    ),
  );
  assertEquals(write.publish.allow[0], "$KV.b.users.=PiBx.>");
  const mqtt = listed(
    grantOf({ preset: { "mqtt_sessions": "devices.${sub}" } }, who),
  );
  assertEquals(mqtt.publish.allow, ["devices.=PiBx", "devices.=PiBx.>"]);
});

Deno.test("presets share the rule's inbox, and a rule's own answers go before a preset's", () => {
  const { subscribe, responses } = listed(grantOf({
    preset: [{ "kv_read": "a" }, {
      "jetstream_consumer": { stream: "S", durable: "d" },
    }, { "service_responder": "x" }],
    inbox: "_INBOX.${sub}",
    "allow_responses": { max: 5 },
  }));
  assertEquals(subscribe.allow.filter((subject) => subject.includes("INBOX")), [
    "_INBOX.alice.>",
  ]);
  assertEquals(responses?.messagesMax, 5);
});

const faults: [why: string, preset: PresetOptions, problem: RegExp][] = [
  ["an unknown one", "kv-read", /is no preset/],
  ["A11 a name that objects inherit", "constructor", /is no preset/],
  [
    "two in one entry",
    { "kv_read": "a", "kv_write": "b" },
    /more than one preset/,
  ],
  ["no name", {}, /is no preset/],
  [
    "an argument that is missing",
    { "jetstream_consumer": { stream: "S" } },
    /jetstream_consumer lacks "durable"/,
  ],
  ["no argument", "kv_read", /kv_read lacks "bucket"/],
  ["an argument that it does not take", {
    "kv_read": { bucket: "a", keys: "b" },
  }, /kv_read takes no "keys"/],
  [
    "an argument where none is taken",
    { "jetstream_admin": "S" },
    /^jetstream_admin is told something and takes nothing$/,
  ],
  [
    "a named argument where none is taken",
    { "request_reply": { stream: "S" } },
    /^request_reply is told something and takes nothing$/,
  ],
  ["a wildcard for a bucket", { "kv_read": "*" }, /unusable "bucket"/],
  [
    "H14 a bucket from a claim",
    { "kv_read": "${claims.bucket}" },
    /unusable "bucket"/,
  ],
  ["a stream with a dot", {
    "jetstream_consumer": { stream: "A.B", durable: "d" },
  }, /unusable "stream"/],
  ["a wildcard for a consumer", {
    "jetstream_consumer": { stream: "S", durable: ">" },
  }, /unusable "durable"/],
  ["a consumer of several tokens", {
    "jetstream_consumer": { stream: "S", durable: "${claims.x:path}" },
  }, /unusable "durable"/],
  [
    "keys that are everybody's",
    { "kv_write": { bucket: "b", keys: "users" } },
    /unusable "keys"/,
  ],
  [
    "keys with a wildcard",
    { "kv_write": { bucket: "b", keys: "*.${sub}" } },
    /unusable "keys"/,
  ],
  [
    "topics that are everybody's",
    { "mqtt_sessions": "devices" },
    /unusable "topics"/,
  ],
  [
    "topics with a wildcard",
    { "mqtt_sessions": "${sub}.>" },
    /unusable "topics"/,
  ],
];

for (const [why, preset, problem] of faults) {
  Deno.test(`expandPreset() refuses ${why}`, () => {
    const fault = expandPreset(preset);
    assert(fault instanceof Fault, JSON.stringify(fault));
    assertMatch(fault.problem, problem);
  });
}

Deno.test("expandPreset() takes a preset that needs nothing with nothing behind it", () => {
  assertEquals(
    expandPreset({ "request_reply": {} }),
    expandPreset("request_reply"),
  );
});

Deno.test("what cannot be a subject in a preset is reported where it stands", () => {
  assertMatch(
    grantFaults({
      preset: [{ "kv_write": { bucket: "b", keys: "a..${sub}" } }],
    }).join(),
    /^preset\.0 has an empty token$/,
  );
});
