import { assert, assertEquals, assertMatch } from "@std/assert";
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import {
  ISSUER,
  rulesOf,
  SECOND_ISSUER,
  tokensOf,
  warningsOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { RulesContext } from "./rule_context.ts";
import type { RuleIssue } from "./rule_fault.ts";
import type { GrantOptions, RuleOptions, WhenOptions } from "./rule_options.ts";

const THIRD_ISSUER = "https://third.example";

const CONTEXT = {
  connectionTypes: ["nats", "websocket", "mqtt"],
  tokens: tokensOf(
    [ISSUER, "jwt", "introspection"],
    [SECOND_ISSUER, "api_token"],
    [THIRD_ISSUER, "jwt"],
  ),
} satisfies Partial<RulesContext>;

const GRANT: GrantOptions = { publish: "users.${sub}.>" };

/** The last one's only warning that it is behind the others. */
function findBehind(
  whens: readonly (WhenOptions | undefined)[],
  changed: Partial<RulesContext> = CONTEXT,
): RuleIssue | undefined {
  const rules = whens.map((when, index): RuleOptions => ({
    name: `r${index}`,
    when,
    grant: GRANT,
  }));
  const found = rulesOf(rules, changed).warnings.filter(({ path, problem }) =>
    path[0] === rules.length - 1 && problem.startsWith("can never match: rule")
  );
  assert(found.length < 2);
  return found[0];
}

const OPS = { groups: { contains: "ops" } } as const;

const rows: [
  why: string,
  whens: readonly (WhenOptions | undefined)[],
  takers: string | undefined,
][] = [
  ["each issuer", [
    { issuer: ISSUER },
    { issuer: SECOND_ISSUER },
    { issuer: THIRD_ISSUER },
    undefined,
  ], "r0, r1, r2"],
  ["each issuer but one", [
    { issuer: ISSUER },
    { issuer: SECOND_ISSUER },
    undefined,
  ], undefined],
  ["each connection", [
    { connection: ["nats", "websocket"] },
    { connection: "mqtt" },
    undefined,
  ], "r0, r1"],
  ["each connection but one", [
    { connection: "nats" },
    { connection: "mqtt" },
    undefined,
  ], undefined],
  ["each connection that it asks for", [
    { connection: "nats" },
    { connection: "mqtt" },
    { connection: ["nats", "mqtt"] },
  ], "r0, r1"],
  ["each kind of an issuer", [
    { kind: "jwt" },
    { kind: "introspection", connection: "nats" },
    { connection: ["mqtt", "websocket"] },
    { issuer: ISSUER },
  ], "r0, r1, r2"],
  ["one kind of an issuer", [
    { kind: "jwt" },
    { issuer: SECOND_ISSUER },
    { issuer: ISSUER },
  ], undefined],
  ["a kind and a connection of everybody", [
    { kind: "jwt" },
    { connection: "nats" },
    undefined,
  ], undefined],
  ["each issuer, one by a claim", [
    { issuer: ISSUER, claims: OPS },
    { issuer: [SECOND_ISSUER, THIRD_ISSUER] },
    undefined,
  ], undefined],
  ["each issuer, one by a claim that it asks for too", [
    { issuer: ISSUER, claims: OPS },
    { issuer: [SECOND_ISSUER, THIRD_ISSUER] },
    { claims: OPS },
  ], "r0, r1"],
  ["each connection, one by a range", [
    { connection: "mqtt", source: "10.0.0.0/8" },
    { connection: ["nats", "websocket"] },
    { source: ["10.0.0.0/8", "::1"] },
  ], undefined],
  ["those who are needed alone", [
    { claims: OPS },
    { connection: "mqtt" },
    { connection: ["nats", "websocket"] },
    undefined,
  ], "r1, r2"],
];

for (const [why, whens, takers] of rows) {
  Deno.test(`rules for ${why} leave ${takers === undefined ? "somebody" : "nobody"} to a later one`, () => {
    assertEquals(
      findBehind(whens)?.problem,
      takers && `can never match: rules ${takers} before it together match ` +
          "whoever it would match",
    );
  });
}

Deno.test("a rule behind several is dead only if that is so whatever else is configured", () => {
  const all = [
    ...CONNECTION_TYPES.map((connection) => ({ connection })),
    undefined,
  ];
  const anyConnection = { ...CONTEXT, connectionTypes: undefined };
  assert(findBehind(all, anyConnection)?.isDead);
  assertEquals(findBehind(all.slice(1), anyConnection), undefined);
  const behind = findBehind(all);
  assert(behind !== undefined && behind.isDead === undefined);
});

Deno.test("few of many rules that leave nobody to a later one are named", () => {
  const issuers = Array.from({ length: 6 }, (_, i) => `https://i${i}.example`);
  const whens = [...issuers.map((issuer) => ({ issuer })), undefined];
  assertMatch(
    findBehind(whens, {
      tokens: tokensOf(...issuers.map((issuer) => [issuer, "jwt"] as const)),
    })?.problem ?? "",
    /: rules r0, r1, r2, r3, r4 and others before it together match/,
  );
});

Deno.test("a refusal of whom grants by email do not take is left to it", () => {
  const email = { claims: { email: "present" } } as const;
  const rules: RuleOptions[] = [
    { name: "a", when: { ...email, connection: "mqtt" }, grant: GRANT },
    {
      name: "b",
      when: { ...email, connection: ["nats", "websocket"] },
      grant: GRANT,
    },
    { name: "c", when: email, refuse: true },
  ];
  assertEquals(
    warningsOf(rules, CONTEXT).filter((text) => text.startsWith("2 can never")),
    [],
  );
});

Deno.test("C18 whose users an earlier rule takes, no later one grants anything by a claim", () => {
  const grant = { publish: "ops.>" };
  const ops: RuleOptions = { name: "ops", when: { claims: OPS }, grant };
  const other = (
    name: string,
    issuer: string,
    connection?: WhenOptions["connection"],
  ): RuleOptions => ({ name, when: { issuer, connection }, grant });
  const found = (rules: readonly RuleOptions[]): boolean =>
    warningsOf([...rules, ops], CONTEXT)
      .some((text) => text.includes("goes by claim"));
  assert(found([]));
  assert(found([other("a", SECOND_ISSUER)]));
  assert(!found([other("a", SECOND_ISSUER), other("b", THIRD_ISSUER)]));
  assert(
    !found([
      other("a", SECOND_ISSUER),
      other("b", THIRD_ISSUER, ["nats", "websocket"]),
      other("c", THIRD_ISSUER, "mqtt"),
    ]),
  );
});
