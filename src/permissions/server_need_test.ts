import { assert, assertEquals } from "@std/assert";
import { codeOf, identity, rulesOf } from "../../tests/fixtures/rules_scene.ts";
import type { RulesContext } from "./rule_context.ts";
import type { GrantOptions, RuleOptions } from "./rule_options.ts";
import { describeUnmetRules } from "./server_need.ts";

const NEWS: GrantOptions = { subscribe: "news.*" };
const TWO_WILDCARDS: GrantOptions = { subscribe: "news.*.*" };

const rows: [grant: GrantOptions, version: string | undefined, code: string][] =
  [
    [TWO_WILDCARDS, "2.11.15", "server_too_old"],
    [TWO_WILDCARDS, "2.12.6", "server_too_old"],
    [TWO_WILDCARDS, "", "server_too_old"],
    [TWO_WILDCARDS, "2.11.16", "granted"],
    [TWO_WILDCARDS, "2.12.7", "granted"],
    [TWO_WILDCARDS, "2.15.2", "granted"],
    // Nobody asks.
    [TWO_WILDCARDS, undefined, "granted"],
    [{ subscribe: ["news.*", "users.${sub}.>"] }, "2.11.2", "granted"],
    [{ publish: { allow: "a.>", deny: "a.x.>" } }, "2.11.2", "granted"],
    [
      { subscribe: { allow: "a.>", deny: "a.x.>" } },
      "2.11.2",
      "server_too_old",
    ],
  ];

for (const [grant, serverVersion, code] of rows) {
  Deno.test(`H6 ${JSON.stringify(grant)} by a server of version ${serverVersion}: ${code}`, () => {
    assertEquals(codeOf(grant, identity(), { serverVersion }), code);
  });
}

const mqttRows: [
  grant: GrantOptions,
  version: string,
  code: string,
][] = [
  [{ subscribe: "news.*" }, "2.12.13", "server_too_old"],
  [{ subscribe: "news.*" }, "2.14.3", "server_too_old"],
  [{ subscribe: "news.*" }, "2.12.14", "granted"],
  [{ subscribe: "news.*" }, "2.14.4", "granted"],
  [{ subscribe: "news.*" }, "2.15.2", "granted"],
  [{ subscribe: { allow: "a.>", deny: "a.b" } }, "2.14.3", "server_too_old"],
  [
    { subscribe: { allow: "users.${sub}.>", deny: "users.admin.>" } },
    "2.14.3",
    "server_too_old",
  ],
  // What is denied is not allowed anyway.
  [{ subscribe: { allow: "a.>", deny: "b.>" } }, "2.12.7", "granted"],
  [{ subscribe: { allow: ["a.b", "c.d"], deny: "a.c" } }, "2.12.7", "granted"],
  [{ subscribe: { allow: ["a.b", "c"], deny: "a.*" } }, "2.12.7", "granted"],
  [{ subscribe: { allow: "a.>", deny: "$MQTT.>" } }, "2.12.7", "granted"],
  [
    { subscribe: { allow: ["a.b", "c.d"], deny: ["a.c", "*.d"] } },
    "2.14.3",
    "server_too_old",
  ],
  [
    { subscribe: { allow: "a.>", deny: "$MQTT.sub.x" } },
    "2.14.3",
    "server_too_old",
  ],
  // Nothing is denied.
  [{ preset: "mqtt_sessions" }, "2.12.7", "granted"],
  [{ publish: { allow: "a.>", deny: "a.b" } }, "2.12.7", "granted"],
];

for (const [grant, serverVersion, code] of mqttRows) {
  Deno.test(`H6 ${JSON.stringify(grant)} to an MQTT client by a server of version ${serverVersion}: ${code}`, () => {
    const facts = { serverVersion, connectionType: "mqtt" as const };
    assertEquals(codeOf(grant, identity(), facts), code);
  });
}

for (const grant of [NEWS, { "scoped_key": "devices" }]) {
  Deno.test(`H5 a leaf node with ${JSON.stringify(grant)} is refused by a server that does not check what it sends`, () => {
    const rows = [["2.11.15", "server_too_old"], ["2.12.7", "granted"]];
    for (const [serverVersion, code] of rows) {
      const facts = { serverVersion, connectionType: "leafnode" as const };
      assertEquals(codeOf(grant, identity(), facts), code);
    }
    const facts = { serverVersion: "2.11.15" };
    assertEquals(codeOf(grant, identity(), facts), "granted");
  });
}

Deno.test("H6 what is about MQTT is no reason not to run, and not asked of rules without MQTT clients", () => {
  const { needs } = rulesOf([
    { name: "all", grant: { subscribe: "news.*" } },
  ]);
  assertEquals(needs.map(({ connection }) => connection), ["mqtt", "leafnode"]);
  assertEquals(describeUnmetRules(needs, "2.12.7"), undefined);
  const without: readonly (readonly [RuleOptions, Partial<RulesContext>])[] = [
    [{ name: "when", when: { connection: "nats" }, grant: NEWS }, {}],
    [{
      name: "only",
      grant: { ...NEWS, only: { connections: ["nats", "websocket"] } },
    }, {}],
    [{ name: "context", grant: NEWS }, { connectionTypes: ["nats"] }],
  ];
  for (const [rule, context] of without) {
    assertEquals(rulesOf([rule], context).needs, [], rule.name);
  }
});

Deno.test("H6 describeUnmetRules() names rule, subjects, version and both ways out", () => {
  const { needs } = rulesOf([
    { name: "plain", grant: { subscribe: "news.*" } },
    { name: "two", when: { kind: "jwt" }, grant: TWO_WILDCARDS },
    { name: "none", when: { kind: "jwt" }, refuse: true },
  ]);
  assertEquals(describeUnmetRules(needs, "2.12.7"), undefined);
  const text = describeUnmetRules(needs, "2.12.6") ?? "";
  for (
    const part of [
      "rule two: nats-server 2.12.6",
      "news.*.*.>",
      "may subscribe to news.*.* ",
      "use 2.11.16, 2.12.7 or newer, or write",
    ]
  ) assert(text.includes(part), text);
  assert(!text.includes("plain"));
});
