import { assertEquals } from "@std/assert";
import { ISSUER, warningsOf } from "../../tests/fixtures/rules_scene.ts";
import type { RulesContext } from "./rule_context.ts";
import type { GrantOptions } from "./rule_options.ts";

const A: GrantOptions = { publish: "a" };
const B: GrantOptions = { publish: "b" };

const grants: [
  why: string,
  first: GrantOptions,
  second: GrantOptions,
  isMore: boolean,
][] = [
  ["other subjects", A, B, true],
  ["the same", A, A, false],
  ["a part", { publish: ["a.>", "b"] }, { publish: ["a.b", "a.*.c"] }, false],
  ["more than a part", { publish: "a.b" }, { publish: "a.>" }, true],
  ["the other side", { publish: "a" }, { subscribe: "a" }, true],
  ["a user's own below all", { subscribe: "users.*.>" }, {
    subscribe: "users.${sub}.>",
  }, false],
  ["another account", A, { ...A, account: "OTHER" }, true],
  ["the default account by name", A, { ...A, account: "APP" }, false],
  ["what the first denies", { publish: { allow: "a.>", deny: "a.b" } }, {
    publish: "a.*",
  }, true],
  [
    "what the first denies elsewhere",
    {
      publish: { allow: "a.>", deny: "a.b.>" },
    },
    { publish: "a.c.>" },
    false,
  ],
  ["what both deny", { publish: { allow: "a.>", deny: "a.b.c" } }, {
    publish: { allow: "a.>", deny: "a.b.>" },
  }, false],
  ["a preset", A, { ...A, preset: "request_reply" }, true],
  ["a part of a preset", { preset: "jetstream_admin" }, {
    preset: { "jetstream_consumer": { stream: "S", durable: "d" } },
  }, false],
  ["every group, where the first has one", { subscribe: "j.> q" }, {
    subscribe: "j.>",
  }, true],
  ["a group, where the first has every one", { subscribe: "j.>" }, {
    subscribe: "j.a q",
  }, false],
  ["answers", A, { ...A, "allow_responses": true }, true],
  ["more answers", { ...A, "allow_responses": true }, {
    ...A,
    "allow_responses": { max: 2 },
  }, true],
  ["later answers", { ...A, "allow_responses": true }, {
    ...A,
    "allow_responses": { ttl: "3m" },
  }, true],
  ["fewer answers", { ...A, "allow_responses": { max: 3 } }, {
    ...A,
    "allow_responses": true,
  }, false],
  ["a scoped key", A, { "scoped_key": "devices" }, true],
  ["subjects beside a scoped key", { "scoped_key": "devices" }, A, true],
  ["the same scoped key", { "scoped_key": "devices", tags: { s: "x" } }, {
    "scoped_key": "devices",
    tags: { s: "x" },
  }, false],
  ["another tag", { "scoped_key": "devices", tags: { s: "x" } }, {
    "scoped_key": "devices",
    tags: { s: "y" },
  }, true],
  ["one tag more", { "scoped_key": "devices" }, {
    "scoped_key": "devices",
    tags: { s: "x" },
  }, true],
  ["one tag less", { "scoped_key": "devices", tags: { s: "x" } }, {
    "scoped_key": "devices",
  }, true],
  [
    "another key",
    { "scoped_key": "devices" },
    { "scoped_key": "sensors" },
    true,
  ],
  ["a longer session", { ...A, session: "1h" }, A, false],
];

const CONTEXT_WITH_KEYS: Partial<RulesContext> = {
  accounts: [
    { name: "APP", scopedKeys: ["devices", "sensors"] },
    { name: "OTHER" },
  ],
};

for (const [why, first, second, isMore] of grants) {
  Deno.test(`a rule ${isMore ? "gives" : "does not give"} way that would grant ${why}`, () => {
    const rules = [first, second].map((grant, index) => ({
      name: `r${index}`,
      when: { issuer: ISSUER, claims: { groups: { contains: index } } },
      grant,
    }));
    const found = warningsOf(rules, CONTEXT_WITH_KEYS)
      .filter((text) => text.startsWith("1 gives way to rule r0: "));
    assertEquals(found.length, isMore ? 1 : 0);
  });
}
