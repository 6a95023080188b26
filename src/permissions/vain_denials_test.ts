import { assert, assertEquals } from "@std/assert";
import { rulesOf, warningsOf } from "../../tests/fixtures/rules_scene.ts";
import type { GrantOptions } from "./rule_options.ts";

Deno.test("a subject of which nothing is left is named", () => {
  assertEquals(
    warningsOf([{
      name: "a",
      grant: {
        publish: { allow: ["a.b", "c.>"], deny: ["a.*", "c.d"] },
        subscribe: { allow: ["jobs.a workers", "e"], deny: "jobs.>" },
      },
    }]),
    [
      "0.grant.publish allows a.b and denies all of it, by a.*",
      "0.grant.subscribe allows jobs.a workers and denies all of it, by jobs.>",
    ],
  );
});

Deno.test("one denial of several subjects is one mistake", () => {
  assertEquals(
    warningsOf([{
      name: "a",
      grant: {
        publish: { allow: ["a.b", "a.c", "d.e", "f"], deny: ["a.>", "d.*"] },
      },
    }]),
    [
      "0.grant.publish allows a.b, a.c and denies all of them, by a.>",
      "0.grant.publish allows d.e and denies all of it, by d.*",
    ],
  );
});

Deno.test("a subject of which nothing is left is the inbox's, or a preset's, where the author did not write it", () => {
  const said = (grant: GrantOptions): readonly string[] =>
    warningsOf([{ name: "a", grant }])
      .filter((text) => text.includes("denies all of"));
  const deny = "users.>";
  assertEquals(
    said({ subscribe: { allow: [">"], deny }, inbox: "private" }),
    [],
  );
  assertEquals(
    said({ subscribe: { allow: ["a", "users.b"], deny }, inbox: "private" }),
    [
      "0.grant.subscribe allows users.b, users.${sub}._INBOX.> (the inbox) and denies all of them, by users.>",
    ],
  );
  assertEquals(
    said({
      preset: { "kv_read": "settings" },
      publish: { allow: "a", deny: "$JS.API.STREAM.INFO.*" },
    }),
    [
      "0.grant.publish allows $JS.API.STREAM.INFO.KV_settings (of a preset) and denies all of it, by $JS.API.STREAM.INFO.*",
    ],
  );
});

const NOTHING = { allow: "a.b", deny: "a.>" };

const remainders: [grant: GrantOptions, isNothing: boolean][] = [
  [{ publish: NOTHING }, true],
  [{ publish: NOTHING, subscribe: NOTHING }, true],
  [{ subscribe: NOTHING, inbox: "private" }, false],
  [{ publish: NOTHING, subscribe: "a" }, false],
  [{ publish: { allow: ["a.b", "b"], deny: "a.>" } }, false],
  [{ publish: NOTHING, "allow_responses": true }, false],
];

for (const [grant, isNothing] of remainders) {
  Deno.test(`${JSON.stringify(grant)} leaves ${isNothing ? "nothing" : "something"}`, () => {
    const { warnings } = rulesOf([{ name: "a", grant }]);
    assert(warnings.length > 0);
    for (const { isDead, problem } of warnings) {
      assertEquals(isDead ?? false, isNothing, problem);
    }
  });
}

const SUBJECTS: readonly [allow: string, deny: string, isVain: boolean][] = [
  ["ops.>", "op.secret.>", true],
  ["ops.>", "ops.secret.>", false],
  ["ops.>", "ops", true],
  ["ops.*", "ops.a", false],
  ["ops.a", "ops.b", true],
  ["t.${claims.team}.>", "t.a.b", false],
  ["t.${claims.team}.>", "u.a.b", true],
  ["t.${claims.team:path}.x", "t.a.b.x", false],
];

for (const [allow, deny, isVain] of SUBJECTS) {
  Deno.test(`to deny ${deny} of ${allow} is ${isVain ? "" : "not "}in vain`, () => {
    for (const side of ["publish", "subscribe"] as const) {
      const grant = { [side]: { allow, deny } };
      assertEquals(
        warningsOf([{ name: "a", grant }])
          .filter((text) => text.includes(" denies ")),
        isVain
          ? [`0.grant.${side} denies ${deny}, of which it allows nothing`]
          : [],
      );
    }
  });
}

Deno.test("to deny what NATS would let in beside a *, or what a preset allows, is not in vain", () => {
  const said = (grant: GrantOptions): boolean =>
    warningsOf([{ name: "a", grant }])
      .some((text) => text.includes("of which it allows nothing"));
  assert(!said({ subscribe: { allow: "news.*", deny: "news.*.>" } }));
  assert(said({ publish: { allow: "news.*", deny: "news.*.>" } }));
  const publish = { allow: "a", deny: "$JS.API.CONSUMER.DELETE.>" };
  assert(said({ publish }));
  assert(!said({ publish, preset: { "kv_read": "settings" } }));
});
