import { assertEquals } from "@std/assert";
import {
  parseScene,
  TEXT,
  WITHOUT_ISSUERS,
} from "../../tests/fixtures/config_scene.ts";
import { ALL_TOKENS } from "../../tests/fixtures/token_settings.ts";

const REMOTE = `${WITHOUT_ISSUERS}issuers:
  - { issuer: https://id.example, remote: { timeout_ms: 1500 } }
`;

function withBudget(text: string, ms: number): string {
  return text.replace("callout:\n", `callout:\n  budget_ms: ${ms}\n`);
}

function settingsOf(
  scene: Parameters<typeof parseScene>[0],
): readonly string[] {
  return parseScene(scene).warnings
    .filter(({ code }) => code === "timeout_beyond_budget")
    .map(({ setting }) => setting);
}

Deno.test("D5 parseConfig() warns of a time-out that is not below callout.budget_ms", () => {
  assertEquals(settingsOf({ text: REMOTE }), []);
  assertEquals(settingsOf({ text: withBudget(REMOTE, 1501) }), []);
  const { warnings } = parseScene({ text: withBudget(REMOTE, 1500) });
  assertEquals(warnings, [{
    code: "timeout_beyond_budget",
    setting: "issuers[0].remote.timeout_ms",
    detail:
      "It is 1500, and callout.budget_ms 1500: a login whose answer is so late is given up before",
    remedy: "set it well below callout.budget_ms, or raise that",
  }]);
});

Deno.test("D5 parseConfig() warns of the time-outs of all who are asked, and of nobody else's", () => {
  assertEquals(settingsOf({ text: withBudget(TEXT, 1000) }), []);
  const nameless =
    `${TEXT}introspection: [{}]\nkubernetes: [{}]\nwebhook: {}\n`;
  assertEquals(settingsOf({ text: withBudget(nameless, 1000) }), []);
  const text = withBudget(ALL_TOKENS.text, 500);
  assertEquals(settingsOf({ ...ALL_TOKENS, text }), [
    "issuers[0].remote.timeout_ms",
    "introspection[0].remote.timeout_ms",
    "introspection[1].remote.timeout_ms",
    "kubernetes[0].timeout_ms",
    "kubernetes[1].timeout_ms",
    "kubernetes[2].timeout_ms",
    "webhook.remote.timeout_ms",
  ]);
});

Deno.test("D5 parseConfig() warns of the time-out of an issuer that is asked for claims alone", () => {
  const text = TEXT.replace(
    "jwks_file: issuer.jwks.json",
    "jwks_file: issuer.jwks.json\n    userinfo: { claims: [groups], endpoint: https://id.example/userinfo }",
  );
  assertEquals(settingsOf({ text: withBudget(text, 1000) }), [
    "issuers[0].remote.timeout_ms",
  ]);
});
