import { assertEquals } from "@std/assert";
import { createRecordingLog } from "../../tests/fixtures/jwt_scene.ts";
import { logWarnings } from "./config_warnings.ts";

Deno.test("logWarnings() tells rules from settings, and what to do", () => {
  const log = createRecordingLog();
  logWarnings(log, [
    {
      code: "rule_surprising",
      setting: "rules[1]",
      detail: "Rule late can never match",
      remedy: "move it up",
    },
    {
      code: "callout_plaintext_allowed",
      setting: "callout.allow_plaintext",
      detail: "There is no curve key",
    },
  ]);
  assertEquals(
    log.lines.map(({ level, message, fields }) => [
      level,
      message,
      fields.setting,
      fields.detail,
    ]),
    [
      [
        "warn",
        "a rule that may not do what it seems to",
        "rules[1]",
        "Rule late can never match: move it up",
      ],
      [
        "warn",
        "a setting that is not for production",
        "callout.allow_plaintext",
        "There is no curve key",
      ],
    ],
  );
});
