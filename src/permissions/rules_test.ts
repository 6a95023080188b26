import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  FACTS,
  identity,
  ISSUER,
  listed,
  rulesOf,
  withClaims,
} from "../../tests/fixtures/rules_scene.ts";
import type { GrantOptions, RuleOptions } from "./rule_options.ts";
import { DEFAULT_RULES } from "./rules.ts";

Deno.test("H5 without rules everybody has a subtree of their own on both sides and nothing else", () => {
  assertEquals(rulesOf(DEFAULT_RULES).permit(identity(), FACTS), {
    kind: "grant",
    rule: "own_subtree",
    account: "APP",
    name: "alice",
    permissions: {
      kind: "listed",
      publish: { allow: ["users.alice.>"], deny: [] },
      subscribe: { allow: ["users.alice.>"], deny: [] },
    },
    sessionSecondsMax: 86_400,
  });
});

Deno.test("C18 equal subs of two issuers are two users", () => {
  const { permit } = rulesOf(DEFAULT_RULES);
  const first = permit(identity(), FACTS);
  const second = permit(identity({ issuer: "https://second.example" }), FACTS);
  assert(first.kind === "grant" && second.kind === "grant");
  assertEquals(listed(second).publish.allow, ["users.second=alice.>"]);
  assertEquals([first.name, second.name], ["alice", "second=alice"]);
});

const RULES: readonly RuleOptions[] = [
  {
    name: "suspended",
    when: { claims: { suspended: { equals: true } } },
    refuse: true,
  },
  {
    name: "operators",
    when: { issuer: ISSUER, claims: { groups: { contains: "ops" } } },
    grant: {
      publish: "ops.>",
      subscribe: ["ops.${claims.team}.>"],
      session: "8h",
    },
  },
  {
    name: "employees",
    when: { claims: { employee: "present" } },
    grant: { account: "OTHER", publish: "work.>" },
  },
];

const outcomes: [
  why: string,
  claims: Record<string, string | boolean | string[]>,
  outcome: string,
][] = [
  ["the first that matches decides", {
    groups: ["ops"],
    team: "red",
    employee: true,
  }, "operators"],
  ["a later one decides where the first does not match", {
    groups: ["dev"],
    employee: true,
  }, "employees"],
  ["no match is a refusal", { groups: ["dev"] }, "no_rule_matches"],
  ["C15 a text is no list", { groups: "ops" }, "no_rule_matches"],
  ["a rule that refuses keeps later ones from granting", {
    suspended: true,
    employee: true,
  }, "refused_by_rule"],
  ["a rule that cannot be filled refuses and does not fall through", {
    groups: ["ops"],
    employee: true,
  }, "claim_unusable_in_subject"],
  ["a rule that cannot be filled by a claim of another type refuses", {
    groups: ["ops"],
    team: ["red"],
    employee: true,
  }, "claim_unusable_in_subject"],
];

for (const [why, claims, expected] of outcomes) {
  Deno.test(`permit(): ${why}`, () => {
    const rules = rulesOf(RULES);
    const outcome = rules.permit(withClaims(claims), FACTS);
    assertEquals(
      outcome.kind === "grant" ? outcome.rule : outcome.code,
      expected,
    );
    // What explains is what decides.
    assertEquals(rules.explain(withClaims(claims), FACTS).outcome, outcome);
  });
}

Deno.test("H10 the account is the rule's own, and a session no longer than the rule says", () => {
  const { permit } = rulesOf(RULES);
  const employee = permit(withClaims({ employee: "x", account: "SYS" }), FACTS);
  assert(employee.kind === "grant");
  assertEquals([employee.account, employee.sessionSecondsMax], [
    "OTHER",
    86_400,
  ]);
  assertEquals(listed(employee).subscribe, { allow: [], deny: [] });
  const operator = permit(withClaims({ groups: ["ops"], team: "red" }), FACTS);
  assert(operator.kind === "grant");
  assertEquals([operator.account, operator.sessionSecondsMax], ["APP", 28_800]);
  assertEquals(listed(operator).subscribe.allow, ["ops.red.>"]);
});

Deno.test("A11 a claim of any name is only a claim", () => {
  const { permit } = rulesOf(RULES);
  const claims = JSON.parse(
    '{"__proto__":{"groups":["ops"]},"constructor":"x"}',
  );
  assertEquals(permit(identity({ claims }), FACTS).kind, "rejected");
});

Deno.test("explain() lists the rules that were tried, with every condition", () => {
  const { outcome, tried, notes } = rulesOf(RULES).explain(
    withClaims({ employee: "x" }),
    FACTS,
  );
  assertEquals(outcome.kind, "grant");
  assertEquals(notes, []);
  assertEquals(
    tried.map((
      { rule, matched, conditions },
    ) => [rule, matched, conditions.map(({ holds }) => holds)]),
    [["suspended", false, [false]], ["operators", false, [true, false]], [
      "employees",
      true,
      [true],
    ]],
  );
  const first = rulesOf(RULES).explain(withClaims({ suspended: true }), FACTS);
  assertEquals(first.tried.length, 1);
  assertEquals(rulesOf(RULES).explain(identity(), FACTS).tried.length, 3);
});

Deno.test("explain() tells where replies come and why something is denied", () => {
  const rules = rulesOf([{
    name: "only",
    grant: {
      subscribe: ["news.*"],
      inbox: "private",
      preset: "jetstream_admin",
    },
  }]);
  const { inboxPrefix, notes, outcome } = rules.explain(
    identity({ sub: "a.b" }),
    FACTS,
  );
  assertEquals(inboxPrefix, "users.=YS5i._INBOX");
  assert(outcome.kind === "grant");
  assertEquals(listed(outcome).subscribe.deny, ["news.*.>"]);
  assertEquals(notes.length, 2);
  assertMatch(notes.join("\n"), /jetstream_admin: whoever/);
  assertMatch(
    notes.join("\n"),
    /denies news\.\*\.>: without it, news\.\* would/,
  );
});

Deno.test("H14 explain says what is denied to leaf nodes, and to nobody else", () => {
  const rules = rulesOf([{ name: "a", grant: { publish: "a.>" } }]);
  for (const connectionType of ["leafnode", "nats"] as const) {
    const { notes } = rules.explain(identity(), { ...FACTS, connectionType });
    assertEquals(
      notes.some((note) => note.startsWith("denies $MQTT.> to leaf nodes")),
      connectionType === "leafnode",
    );
  }
});

Deno.test("H15 explain says that an answer goes where the rule denies to publish", () => {
  function notesOf(grant: GrantOptions): readonly string[] {
    return rulesOf([{ name: "a", grant }]).explain(identity(), FACTS).notes;
  }
  const publish = { allow: "a.>", deny: ["a.x", "a.${sub}"] };
  assertEquals(notesOf({ publish }), []);
  assertEquals(notesOf({ publish: "a.>", "allow_responses": true }), []);
  assertEquals(
    notesOf({ publish, "allow_responses": true }).map((note) =>
      note.replace("allow_responses goes before the deny of ", "")
    ),
    ["a.x: an answer may go there", "a.${sub}: an answer may go there"],
  );
});

Deno.test("Rules.scopedKeyUses says by which connections a key's users can come", () => {
  const grant: GrantOptions = {
    "scoped_key": "devices",
    tags: { site: "x" },
    only: { connections: ["nats", "mqtt"] },
  };
  const rules = rulesOf([
    { name: "a", when: { connection: ["mqtt", "websocket"] }, grant },
    { name: "b", grant },
    { name: "c", grant: { publish: "a" } },
    { name: "d", refuse: true },
  ], { connectionTypes: ["nats", "websocket", "mqtt"] });
  const use = { account: "APP", key: "devices", tags: ["site"] };
  assertEquals(rules.scopedKeyUses, [
    { ...use, rule: "a", connections: ["mqtt"] },
    { ...use, rule: "b", connections: ["nats", "mqtt"] },
  ]);
});
