import { assertEquals, assertStringIncludes } from "@std/assert";
import { rulesOf } from "../../tests/fixtures/rules_scene.ts";
import { judgeRules } from "./rule_findings.ts";

Deno.test("check repeats the cautions of presets, with the rule", () => {
  const findings = judgeRules(rulesOf([
    {
      name: "admins",
      when: { kind: "jwt" },
      grant: { preset: "jetstream_admin" },
    },
    {
      name: "writers",
      grant: { preset: [{ "kv_write": "b" }, "request_reply"] },
    },
  ]));
  assertEquals(findings.map(({ verdict, where }) => [verdict, where]), [
    ["doubtful", "rules[0]"],
    ["doubtful", "rules[1]"],
  ]);
  assertStringIncludes(
    findings[0]?.what ?? "",
    "Rule admins: jetstream_admin: whoever",
  );
  assertStringIncludes(findings[1]?.what ?? "", "Nats-Rollup");
});
