import { assert, assertEquals } from "@std/assert";
import {
  ISSUER,
  SECOND_ISSUER,
  warningsOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { RulesContext } from "./rule_context.ts";
import type { GrantOptions, RuleOptions, WhenOptions } from "./rule_options.ts";

const OPS: WhenOptions = {
  issuer: ISSUER,
  claims: { groups: { contains: "ops" } },
};
const EDITORS: WhenOptions = {
  issuer: ISSUER,
  claims: { groups: { contains: "editor" } },
};

/** Whether the second of these rules is said to give way to the first. */
function givesWay(
  [first, second]: readonly [Partial<RuleOptions>, Partial<RuleOptions>],
  changed: Partial<RulesContext> = {},
): boolean {
  return warningsOf([{ name: "first", ...first }, {
    name: "second",
    ...second,
  }], changed).some((text) => text.startsWith("1 gives way to rule first: "));
}

const A: GrantOptions = { publish: "a" };
const B: GrantOptions = { publish: "b" };

function claim(test: NonNullable<WhenOptions["claims"]>[string]): WhenOptions {
  return { claims: { c: test } };
}

const conditions: [
  why: string,
  first: WhenOptions,
  second: WhenOptions | undefined,
  meets: boolean,
][] = [
  ["two groups", OPS, EDITORS, true],
  ["a group and a connection", OPS, { connection: "websocket" }, true],
  ["a group and a range", OPS, { source: "10.0.0.0/8" }, true],
  [
    "a scope and a text",
    {
      ...claim({ "scope_contains": "x" }),
      connection: "nats",
    },
    claim({ equals: "x y" }),
    true,
  ],
  ["values of which one is the same", claim({ "one_of": [1, 2] }), {
    claims: { c: { "one_of": [2, 3] } },
  }, true],
  ["values of two claims", claim({ equals: 1 }), {
    claims: { d: { equals: 2 } },
  }, true],
  ["there, and not there but inside of it", claim("absent"), {
    claims: { d: "present" },
  }, true],
  [
    "issuers of which one is the same",
    {
      issuer: [ISSUER, SECOND_ISSUER],
      connection: "nats",
    },
    { ...OPS, issuer: ISSUER },
    true,
  ],
  ["ranges that meet", { source: ["10.0.0.0/8", "::1"], connection: "nats" }, {
    source: ["192.0.2.0/24", "10.1.0.0/16"],
  }, true],
  // One is for a part of those that the other is for.
  ["some, then everybody", OPS, undefined, false],
  [
    "some of a group, then the group",
    { ...OPS, connection: "nats" },
    OPS,
    false,
  ],
  [
    "a value, then the claim there",
    claim({ equals: 1 }),
    claim("present"),
    false,
  ],
  ["an issuer, then its kind", { ...OPS, issuer: SECOND_ISSUER }, {
    kind: "api_token",
  }, false],
  ["a part of a range, then all", { source: "10.1.0.0/16" }, {
    source: "10.0.0.0/8",
  }, false],
  // Nobody meets both.
  ["two issuers", OPS, { ...EDITORS, issuer: SECOND_ISSUER }, false],
  ["an issuer and another kind", OPS, { kind: "api_token" }, false],
  ["two connections", { ...OPS, connection: ["nats", "mqtt"] }, {
    ...EDITORS,
    connection: "websocket",
  }, false],
  ["two ranges", { ...OPS, source: ["10.0.0.0/8", "::1"] }, {
    ...EDITORS,
    source: ["192.0.2.0/24", "::2"],
  }, false],
  ["two values", claim({ equals: "x" }), claim({ equals: "y" }), false],
  ["values that differ", claim({ "one_of": [1, 2] }), {
    claims: { "/c": { "one_of": ["1", 3] } },
  }, false],
  [
    "a value and a list",
    claim({ equals: "x" }),
    claim({ contains: "x" }),
    false,
  ],
  ["not there, and there", claim("absent"), claim("present"), false],
  [
    "not there, and a scope",
    claim("absent"),
    claim({ "scope_contains": "x" }),
    false,
  ],
  [
    "something in a claim, and another value",
    { claims: { "/c/d": "present" } },
    claim({ equals: "x" }),
    false,
  ],
  ["an email, and one that is not verified", { claims: { email: "present" } }, {
    claims: { "email_verified": { equals: false } },
  }, false],
  [
    "not verified, and an email",
    {
      claims: { "email_verified": { equals: false } },
    },
    { claims: { email: "present" } },
    false,
  ],
  ["a value and the iss", OPS, {
    claims: { iss: { equals: SECOND_ISSUER } },
  }, false],
];

for (const [why, first, second, meets] of conditions) {
  Deno.test(`a rule ${meets ? "gives" : "does not give"} way to an earlier one: ${why}`, () => {
    const rules = [{ when: first, grant: A }, {
      when: second,
      grant: B,
    }] as const;
    assertEquals(givesWay(rules), meets);
  });
}

Deno.test("two rules are kept apart by issuers and kinds where nobody knows which there are", () => {
  const context = { tokens: undefined };
  const rows: [WhenOptions, WhenOptions, boolean][] = [
    [{ ...OPS, issuer: "x" }, { ...EDITORS, issuer: "y" }, false],
    [{ ...OPS, issuer: "x" }, { ...EDITORS, issuer: "x" }, true],
    [{ claims: OPS.claims, kind: "jwt" }, { kind: "webhook" }, false],
    [{ claims: OPS.claims, kind: "jwt" }, {
      kind: ["jwt", "webhook"],
      connection: "nats",
    }, true],
  ];
  for (const [first, second, meets] of rows) {
    const rules = [{ when: first, grant: A }, {
      when: second,
      grant: B,
    }] as const;
    assertEquals(givesWay(rules, context), meets, JSON.stringify(rules));
  }
});

Deno.test("of a refusal before a grant nothing is said, of one behind a grant it is", () => {
  assert(!givesWay([{ when: OPS, refuse: true }, { when: EDITORS, grant: A }]));
  assert(
    !givesWay([{ when: OPS, refuse: true }, { when: EDITORS, refuse: true }]),
  );
  assert(!givesWay([{ when: OPS, grant: A }, { refuse: true }]));
  assertEquals(
    warningsOf([{ name: "ops", when: OPS, grant: A }, {
      name: "suspended",
      when: { claims: { suspended: { equals: true } } },
      refuse: true,
    }]),
    [
      '1 gives way to rule ops: who meets both (issuer is https://id.example and claim "groups" contains "ops" and claim "suspended" equals true) gets what that one grants and is not refused',
    ],
  );
});

Deno.test("a rule for both before them settles it", () => {
  const both: RuleOptions = {
    name: "both",
    when: {
      ...OPS,
      claims: { groups: { contains: "ops", "contains_one_of": ["editor"] } },
    },
    grant: { publish: ["a", "b"] },
  };
  const ops: RuleOptions = { name: "ops", when: OPS, grant: A };
  const editors: RuleOptions = { name: "editors", when: EDITORS, grant: B };
  assertEquals(warningsOf([both, ops, editors]), []);
  // Between them it is too late.
  const late = warningsOf([ops, both, editors]);
  assertEquals(late.length, 2, late.join("; "));
});

Deno.test("who is refused by only.connections or only.sources loses nothing by an earlier rule", () => {
  const first = {
    when: { ...OPS, connection: "mqtt", source: "10.0.0.0/8" },
    grant: A,
  } as const;
  const second = (only: GrantOptions["only"]): Partial<RuleOptions> => ({
    when: EDITORS,
    grant: { ...B, only },
  });
  assert(givesWay([first, second(undefined)]));
  assert(
    givesWay([
      first,
      second({ connections: ["mqtt"], sources: "10.1.0.0/16" }),
    ]),
  );
  assert(!givesWay([first, second({ connections: ["nats"] })]));
  assert(!givesWay([first, second({ sources: "192.0.2.0/24" })]));
  // A rule that matches keeps others away, whatever it asks for then.
  assert(
    givesWay([{ when: OPS, grant: { ...A, only: { connections: "nats" } } }, {
      when: EDITORS,
      grant: { ...B, only: { connections: "mqtt" } },
    }]),
  );
});

Deno.test("one warning names the rules that one gives way to, and what both ask for", () => {
  const rules = (count: number): readonly RuleOptions[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `r${index}`,
      when: { issuer: ISSUER, claims: { g: { contains: index } } },
      grant: { publish: `a.${index}` },
    }));
  const [second, third] = warningsOf(rules(3));
  assertEquals(
    second,
    '1 gives way to rule r0: who meets both (claim "g" contains 0 and claim "g" contains 1) gets what that one grants and nothing of r1',
  );
  assertEquals(
    third,
    '2 gives way to rules r0, r1: who meets one of them too (as with r0: claim "g" contains 0 and claim "g" contains 2) gets what that one grants and nothing of r2',
  );
  const many = warningsOf(rules(8));
  assertEquals(many.length, 7);
  assert(many[4]?.includes("rules r0, r1, r2, r3, r4: who"), many[4]);
  assert(
    many[5]?.includes("rules r0, r1, r2, r3, r4 and others: who"),
    many[5],
  );
});

Deno.test("a rule that need not say that it gives way to another is told so", () => {
  for (
    const [first, second, needless] of [
      [{ when: OPS, grant: A }, { when: EDITORS, grant: B }, false],
      [{ when: OPS, refuse: true }, { when: EDITORS, grant: B }, true],
      [{ when: OPS, grant: A }, { when: EDITORS, grant: A }, true],
      // All of these are taken from it, as is usual.
      [{ when: OPS, grant: A }, { grant: B }, true],
    ] as const
  ) {
    const warnings = warningsOf([{ name: "first", ...first }, {
      name: "second",
      ...second,
      "gives_way_to": "first",
    }]);
    assertEquals(
      warnings.includes(
        "1.gives_way_to need not name rule first: nothing would be said without it",
      ),
      needless,
      JSON.stringify([first, second]),
    );
  }
});

Deno.test("nothing is said of a rule that names the one that it gives way to", () => {
  function said(given: RuleOptions["gives_way_to"]): readonly string[] {
    return warningsOf([
      { name: "ops", when: OPS, grant: A },
      { name: "sockets", when: { connection: "websocket" }, grant: A },
      { name: "editors", when: EDITORS, grant: B, "gives_way_to": given },
    ]).filter((text) => text.startsWith("2 gives way"));
  }
  assertEquals(said(["ops", "sockets"]), []);
  assert(said(undefined)[0]?.startsWith("2 gives way to rules ops, sockets: "));
  assert(said("ops")[0]?.startsWith("2 gives way to rule sockets: "));
});
