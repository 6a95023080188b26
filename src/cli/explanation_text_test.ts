import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import {
  CONTEXT,
  FACTS,
  identity,
  ISSUER,
  rulesOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { Identity } from "../base/identity.ts";
import { unavailable } from "../base/outcome.ts";
import type { RuleOptions } from "../permissions/rule_options.ts";
import {
  type DecisionContext,
  explainDecision,
  type ExplainedLogin,
  explainRefusal,
} from "./explanation.ts";
import { formatAsJson, formatExplanation } from "./explanation_text.ts";

type Changes =
  & Pick<RuleOptions, "when">
  & Pick<DecisionContext, "judge" | "notes">;

function decide(
  who: Identity,
  { when, ...context }: Changes = {},
): ExplainedLogin {
  const rules = rulesOf([{ name: "only", when, grant: { publish: "a" } }]);
  return explainDecision(who, FACTS, {
    explanation: rules.explain(who, FACTS),
    sessionSecondsMax: CONTEXT.sessionSecondsMax,
    expires: true,
    ...context,
  });
}

Deno.test("J4 explain shows no character that moves the cursor or turns the text around", () => {
  for (
    const sub of [
      "a\u202eb",
      "a\x1b[2Jb",
      "a\nGranted by rule x",
      "a\u2028b",
      "a\u200bb",
      "a\u{E0041}b",
      "a\tb",
    ]
  ) {
    const login = decide(identity({ sub }));
    const line = formatExplanation(login).split("\n").find((each) =>
      each.startsWith("Sub ")
    );
    assert(
      line !== undefined && /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(line),
      JSON.stringify(line),
    );
    const json = formatAsJson(login);
    assertFalse(/[^\n\P{C}]|[\u2028\u2029]/u.test(json), sub);
    assertEquals(JSON.parse(json), login);
  }
});

Deno.test("J4 explain turns no text around that stands in the configuration", () => {
  const text = formatExplanation(decide(identity(), {
    when: { claims: { "a\u202eb": { equals: "c\u2066d" } } },
    judge: {
      kind: "jwt",
      issuer: ISSUER,
      settings: { audiences: "e\n\u202ef" },
    },
    notes: ["g\u202eh"],
  }));
  for (
    const part of [
      'no  claim "a\\u{202e}b" equals "c\\u{2066}d": there is none',
      "Settings   audiences  e\\u{a}\\u{202e}f\n",
      "  g\\u{202e}h",
    ]
  ) assertStringIncludes(text, part);
  assert(/^[^\p{C}]+$/u.test(text.replaceAll("\n", "")), text);
});

Deno.test("J4 explain shows what a certificate or an issuer says, and does nothing of it", () => {
  const detail = `not valid for DnsName("a\n\x1b[2KGranted by rule x"), ${
    "a".repeat(100_000)
  }`;
  const text = formatExplanation(
    explainRefusal(unavailable("jwks", detail), { now: FACTS.now }),
  );
  assert(/^[^\p{C}]+$/u.test(text.replaceAll("\n", "")), text.slice(0, 200));
  assertFalse(/^\S*Granted/m.test(text));
  assert(text.length < 1_500);
});
