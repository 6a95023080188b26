import { assert, assertEquals } from "@std/assert";
import { codeOf, identity, rulesOf } from "../../tests/fixtures/rules_scene.ts";
import type { GrantOptions } from "./rule_options.ts";
import { describeUnmetRules } from "./server_need.ts";

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
