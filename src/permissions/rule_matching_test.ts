import { assertEquals, assertMatch } from "@std/assert";
import {
  ISSUER,
  SECOND_ISSUER,
  warningsOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { RulesContext } from "./rule_context.ts";
import type { WhenOptions } from "./rule_options.ts";

const OWN = { publish: "users.${sub}.>" };

/** The warnings of a rule with these conditions, behind rules with those. */
function warningsFor(
  when: WhenOptions | undefined,
  earlier: readonly (WhenOptions | undefined)[] = [],
  changed: Partial<RulesContext> = {},
): readonly string[] {
  const rules = [...earlier, when].map((each, index) => ({
    name: `r${index}`,
    when: each,
    grant: OWN,
  }));
  return warningsOf(rules, changed);
}

const contradictions: [why: string, when: WhenOptions, warning: RegExp][] = [
  [
    "a kind that nothing is configured of",
    { kind: "kubernetes" },
    /^0\.when can never match: no issuer is configured whose kind is kubernetes$/,
  ],
  [
    "kinds that nothing is configured of",
    { kind: ["webhook", "custom"] },
    /webhook or custom/,
  ],
  [
    "an issuer of another kind",
    { kind: "api_token", issuer: ISSUER },
    /whose issuer is https:\/\/id\.example, and whose kind is api_token$/,
  ],
  [
    "an iss that is not configured",
    { claims: { iss: { equals: "x" } } },
    /whose claim "iss" equals "x"$/,
  ],
  [
    "a connection that the service does not take",
    { connection: ["leafnode"] },
    /callout\.connection_types/,
  ],
  ["two values at once", {
    claims: { a: { equals: "x", "one_of": ["y", "z"] } },
  }, /it asks for claim "a" equals "x", and for claim "a" is one of "y", "z"$/],
  [
    "a text that is a list",
    { claims: { a: { equals: "x", contains: "x" } } },
    /equals "x", and for/,
  ],
  ["a number that is a scope", {
    claims: { a: { equals: 1, "scope_contains": "x" } },
  }, /scope/],
  ["a scope that is not in it", {
    claims: { a: { equals: "x y", "scope_contains": "z" } },
  }, /scope/],
  ["a claim that is there and is not, in two ways of writing", {
    claims: { a: "absent", "/a": "present" },
  }, /absent, and for claim "\/a" is present$/],
  ["something in a claim that is not there", {
    claims: { a: "absent", "/a/b": { equals: "x" } },
  }, /"a" is absent, and for claim "\/a\/b" equals "x"$/],
  ["something in a text", {
    claims: { "/a/b/c": "present", "/a/b": { "one_of": ["x", 1] } },
  }, /is one of "x", 1, and for claim "\/a\/b\/c" is present$/],
  [
    "an email that is not verified",
    {
      claims: { email: { equals: "x" }, "email_verified": "absent" },
    },
    /"email_verified" is absent, and for claim "email_verified" equals true, without which no email counts$/,
  ],
  ["something in an email that is not verified", {
    claims: { "/email/x": "present", "email_verified": { equals: false } },
  }, /no email counts$/],
  ["no sub", { claims: { sub: "absent" } }, /"sub" is absent$/],
  [
    "a sub that is a number",
    { claims: { sub: { equals: 7 } } },
    /"sub" equals 7$/,
  ],
  [
    "a sub that is a list",
    { claims: { sub: { "contains_one_of": ["x"] } } },
    /"sub"/,
  ],
  ["an empty sub", { claims: { sub: { equals: "" } } }, /"sub"/],
];

for (const [why, when, warning] of contradictions) {
  Deno.test(`a rule that asks for ${why} is said to match never`, () => {
    const context = { connectionTypes: ["nats", "mqtt"] } as const;
    const warnings = warningsFor(when, [], context);
    assertEquals(warnings.length, 1, warnings.join("; "));
    assertMatch(warnings[0] ?? "", warning);
  });
}

const possible: [why: string, when: WhenOptions][] = [
  ["kinds of which one is configured", { kind: ["jwt", "webhook"] }],
  ["a kind and its issuer", { kind: "api_token", issuer: SECOND_ISSUER }],
  ["a value twice", { claims: { a: { equals: "x", "one_of": ["x", "y"] } } }],
  ["a scope that is in it", {
    claims: { a: { equals: "x y", "scope_contains": "y" } },
  }],
  ["two elements", {
    claims: { a: { contains: "x", "contains_one_of": ["y"] } },
  }],
  ["an element and a scope", {
    claims: { a: { contains: "x", "scope_contains": "y" } },
  }],
  ["a list and what is in it", {
    claims: { a: { contains: "x" }, "/a/0": { equals: "y" } },
  }],
  ["nothing in a claim that is not there", {
    claims: { a: "absent", "/a/b": "absent" },
  }],
  ["what is beside a claim", {
    claims: { "/a/b": "absent", "/a/c": "present" },
  }],
  ["a sub, and one in the token", {
    claims: { sub: { equals: "x" }, "/sub/a": "present" },
  }],
  ["a verified email", {
    claims: { email: "present", "email_verified": { "one_of": [true, 1] } },
  }],
  ["no email, verified or not", {
    claims: { email: "absent", "email_verified": { equals: false } },
  }],
  ["two claims", { claims: { "a.b": "absent", "/a/b": "present" } }],
  ["a sub", { claims: { sub: { "one_of": [1, "x"] } } }],
];

for (const [why, when] of possible) {
  Deno.test(`nothing is said of a rule that asks for ${why}`, () => {
    assertEquals(warningsFor(when), []);
  });
}

Deno.test("a refusal takes an email that is not verified", () => {
  for (
    const emails of [{ email: "present" }, {
      email: "absent",
      "/email/x": "present",
    }] as const
  ) {
    const claims = { ...emails, "email_verified": "absent" } as const;
    const rule = { name: "a", when: { claims }, refuse: true };
    assertEquals(warningsOf([rule]), []);
  }
});

const EDITOR: WhenOptions = { claims: { roles: { contains: "editor" } } };
const orders: [
  why: string,
  earlier: WhenOptions | undefined,
  later: WhenOptions | undefined,
  isBehind: boolean,
][] = [
  ["everybody, then some", undefined, { kind: "jwt" }, true],
  ["some, then everybody", { kind: "jwt" }, undefined, false],
  ["what all have, then some", { claims: { sub: "present" } }, EDITOR, true],
  ["the same twice", EDITOR, EDITOR, true],
  ["the same, one with more", EDITOR, { ...EDITOR, kind: "jwt" }, true],
  ["more, then less", { ...EDITOR, kind: "jwt" }, EDITOR, false],
  ["all issuers, then one", { issuer: [ISSUER, SECOND_ISSUER] }, {
    issuer: ISSUER,
  }, true],
  [
    "all issuers by name, then anybody",
    { issuer: [ISSUER, SECOND_ISSUER] },
    EDITOR,
    true,
  ],
  [
    "one issuer, then the other",
    { issuer: ISSUER },
    { issuer: SECOND_ISSUER },
    false,
  ],
  [
    "an issuer, then its kind",
    { issuer: SECOND_ISSUER },
    { kind: "api_token" },
    true,
  ],
  [
    "a kind, then its issuer",
    { kind: "api_token" },
    { issuer: SECOND_ISSUER },
    true,
  ],
  [
    "all that is served, then anybody",
    { connection: ["nats", "websocket", "mqtt"] },
    EDITOR,
    true,
  ],
  [
    "one of what is served, then anybody",
    { connection: ["nats"] },
    EDITOR,
    false,
  ],
  ["two connections, then one", { connection: ["nats", "mqtt"] }, {
    connection: "mqtt",
  }, true],
  ["a range, then a part of it", { source: ["10.0.0.0/8", "::1"] }, {
    source: "10.1.0.0/16",
  }, true],
  ["a part of a range, then all of it", { source: "10.1.0.0/16" }, {
    source: "10.0.0.0/8",
  }, false],
  [
    "every address, then anybody",
    { source: ["0.0.0.0/0", "::/0"] },
    EDITOR,
    false,
  ],
  ["a claim there, then a value", { claims: { a: "present" } }, {
    claims: { a: { equals: 1 } },
  }, true],
  ["a claim there, then a scope", { claims: { a: "present" } }, {
    claims: { a: { "scope_contains": "x" } },
  }, true],
  ["a value, then the claim there", { claims: { a: { equals: 1 } } }, {
    claims: { a: "present" },
  }, false],
  ["values, then one of them", { claims: { a: { "one_of": [1, "1"] } } }, {
    claims: { "/a": { equals: "1" } },
  }, true],
  ["values, then others too", { claims: { a: { "one_of": [1] } } }, {
    claims: { a: { "one_of": [1, 2] } },
  }, false],
  [
    "elements, then one of them",
    { claims: { a: { "contains_one_of": ["x", "y"] } } },
    { claims: { a: { contains: "x" } } },
    true,
  ],
  [
    "a scope, then a list with it",
    { claims: { a: { "scope_contains": "x" } } },
    { claims: { a: { contains: "x" } } },
    true,
  ],
  ["an element, then a scope", { claims: { a: { contains: "x" } } }, {
    claims: { a: { "scope_contains": "x" } },
  }, false],
  ["a text, then a scope", { claims: { a: { equals: "x" } } }, {
    claims: { a: { "scope_contains": "x" } },
  }, false],
  ["other claims", { claims: { a: "present" } }, {
    claims: { "/a/b": "present" },
  }, false],
  [
    "what never matches, then others",
    { claims: { sub: "absent" } },
    EDITOR,
    false,
  ],
];

for (const [why, earlier, later, isBehind] of orders) {
  Deno.test(`a rule is ${isBehind ? "behind" : "not behind"} another: ${why}`, () => {
    const warnings = warningsFor(later, [earlier], {
      connectionTypes: ["nats", "websocket", "mqtt"],
    }).filter((text) => text.startsWith("1 "));
    assertEquals(
      warnings,
      isBehind
        ? [
          "1 can never match: rule r0 before it matches whoever it would match",
        ]
        : [],
    );
  });
}

Deno.test("kinds of connection that exclude each other refuse whoever matches", () => {
  assertMatch(
    warningsOf([{
      name: "a",
      when: { connection: "mqtt" },
      grant: { ...OWN, only: { connections: ["nats", "websocket"] } },
    }])[0] ?? "",
    /^0\.grant\.only\.connections has no kind of connection/,
  );
});
