import { assertEquals } from "@std/assert";
import { START_SECONDS } from "../../tests/fixtures/asked_server.ts";
import { brief } from "../../tests/fixtures/introspection_scene.ts";
import type { Json } from "../base/json.ts";
import type { EpochMs } from "../base/time.ts";
import { completeAnswer, judgeAnswer } from "./introspection_answer.ts";

const RULES = {
  issuer: "https://opaque.example",
  audiences: "any",
  clockToleranceSeconds: 30,
  lifetimeSecondsMax: 3_600,
  secondsWithoutExp: 300,
} as const;

const NOW = START_SECONDS * 1000 as EpochMs;

const ends: readonly (readonly [exp: Json | undefined, verdict: string])[] = [
  [undefined, `until ${START_SECONDS + 300}`],
  [START_SECONDS + 10, `until ${START_SECONDS + 10}`],
  [START_SECONDS + 600, `until ${START_SECONDS + 600}`],
  [START_SECONDS - 30, "bearer_token_expired"],
  [0, "bearer_token_expired"],
  [START_SECONDS + 3_700, "bearer_token_lifetime_too_long"],
  [null, "claim_invalid"],
  ["", "claim_invalid"],
  [`${START_SECONDS + 10}`, "claim_invalid"],
  [false, "claim_invalid"],
];

for (const [exp, verdict] of ends) {
  Deno.test(`C4 F5 completeAnswer() sets an end where there is none, and no other: exp ${JSON.stringify(exp)}`, () => {
    const answer = {
      active: true,
      sub: "alice",
      ...(exp === undefined ? {} : { exp }),
    };
    const outcome = judgeAnswer(
      completeAnswer(answer, RULES, NOW),
      RULES,
      NOW,
    );
    assertEquals(
      outcome.kind === "identity"
        ? `until ${outcome.expiresAt}`
        : brief(outcome),
      verdict,
    );
  });
}
