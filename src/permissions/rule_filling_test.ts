import { assert, assertEquals } from "@std/assert";
import {
  ISSUER,
  rulesOf,
  SECOND_ISSUER,
  tokensOf,
  warningsOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { IssuerTokens } from "../base/known_claims.ts";
import type {
  ClaimOptions,
  GrantOptions,
  RuleOptions,
} from "./rule_options.ts";

const tests: [test: ClaimOptions, problem: string | undefined][] = [
  ["present", undefined],
  [{ equals: "x" }, undefined],
  [{ "one_of": [1, "x"] }, undefined],
  [{ "scope_contains": "x" }, undefined],
  ["absent", "is absent, so the claim is not there"],
  [{ equals: 1 }, "equals 1, so the claim is not a string"],
  [{ equals: true }, "equals true, so the claim is not a string"],
  [{ equals: "" }, 'equals "", so the claim is empty'],
  [
    { "one_of": [1, "", false] },
    'is one of 1, "", false, so the claim is not a string, or the claim is empty',
  ],
  [{ contains: "x" }, 'contains "x", so the claim is not a string'],
  [
    { "contains_one_of": ["x"] },
    'contains one of "x", so the claim is not a string',
  ],
];

/** Every place that a value can stand in. */
const places: readonly GrantOptions[] = [
  { publish: "t.${claims.team}.>" },
  { subscribe: { allow: "t.>", deny: "t.${claims.team}" } },
  { publish: "a", inbox: "t.${claims./team:path}.y.${sub}" },
  { "scoped_key": "devices", tags: { team: "${claims.team}" } },
];

for (const [test, problem] of tests) {
  Deno.test(`a value of a claim ${JSON.stringify(test)} ${problem === undefined ? "can" : "can never"} be filled`, () => {
    for (const grant of places) {
      const warnings = warningsOf([{
        name: "a",
        when: { issuer: ISSUER, claims: { team: test } },
        grant,
      }]);
      assertEquals(
        warnings.map((text) => text.replace(/\$\{[^}]*\}/, "${...}")),
        problem === undefined ? [] : [
          `0.grant holds \${...}, and claim "team" ${problem}: whoever matches is refused`,
        ],
        JSON.stringify(grant),
      );
    }
  });
}

Deno.test("the email of a user who has none that is verified can never be filled", () => {
  const verified = (test: ClaimOptions): readonly string[] =>
    warningsOf([{
      name: "a",
      when: { issuer: ISSUER, claims: { "email_verified": test } },
      grant: { publish: "t.${claims.email}.>" },
    }]);
  for (const test of ["absent", { equals: false }] as const) {
    const [warning, ...others] = verified(test);
    assertEquals(others, []);
    assertEquals(
      warning?.split(", so ")[1],
      "no email counts: whoever matches is refused",
    );
  }
  assertEquals(verified("present"), []);
  assertEquals(verified({ "one_of": [true, false] }), []);
});

const NO_PATH = "the claim is not 1 to 8 plain tokens with dots between them";

const paths: [test: ClaimOptions, publish: string, problem?: string][] = [
  [{ equals: "a.b" }, "t.${claims.d:path}.>"],
  [{ equals: "a b" }, "t.${claims.d}.>"],
  [{ equals: "a b" }, "t.${claims.d:path}.>", NO_PATH],
  [{ "one_of": ["a b", "a"] }, "t.${claims.d:path}.>"],
  [{ "scope_contains": "a" }, "t.${claims.d:path}.>"],
  [
    { "scope_contains": "a:b" },
    "t.${claims.d:path}.>",
    `${NO_PATH}, or the claim is not a string`,
  ],
  [{ equals: "users" }, "t.${claims.d:path}.>"],
  [
    { equals: "users" },
    "t.${claims.d:path}.users.${sub}.>",
    'the claim holds the token "users", which ends the path',
  ],
];

for (const [test, publish, problem] of paths) {
  Deno.test(`a path ${publish} of a claim ${JSON.stringify(test)} ${problem === undefined ? "can" : "can never"} be filled`, () => {
    const [warning, ...others] = warningsOf([{
      name: "a",
      when: { issuer: ISSUER, claims: { d: test } },
      grant: { publish },
    }]);
    assertEquals(others, []);
    assertEquals(
      warning?.split(", so ")[1],
      problem && `${problem}: whoever matches is refused`,
    );
  });
}

Deno.test("${issuer} can never be filled for issuers that come to the rule without a label", () => {
  const grant: GrantOptions = { publish: "i.${issuer}.>" };
  assertEquals(warningsOf([{ name: "a", grant }]), [
    `0.grant holds \${issuer}, and ${ISSUER} has no label: whoever matches with its token is refused`,
  ]);
  assertEquals(
    warningsOf([{ name: "a", when: { issuer: SECOND_ISSUER }, grant }]),
    [],
  );
  // Nobody of that issuer is left to it.
  assertEquals(
    warningsOf([
      { name: "a", when: { issuer: ISSUER }, grant: { publish: "a" } },
      { name: "b", grant },
    ]),
    [],
  );
  assertEquals(
    warningsOf([{ name: "a", when: { kind: "jwt" }, grant }]),
    [`0.grant holds \${issuer}, and ${ISSUER} has no label: whoever matches is refused`],
  );
});

const TYPED: readonly IssuerTokens[] = [{
  issuer: ISSUER,
  credential: "jwt",
  claims: [
    { path: ["exp"], types: ["number"], isRequired: true },
    {
      path: ["groups"],
      types: ["strings"],
      isRequired: true,
      setting: "required_claims",
    },
    { path: ["site"], types: ["string"], isRequired: true },
    { path: ["realm", "roles"], types: ["strings"], isRequired: true },
    { path: ["nothing"], types: [], isRequired: false },
    { path: ["address"], types: ["object"], isRequired: true },
  ],
}];

const typed: readonly [value: string, reason: string | undefined][] = [
  ["${claims.exp}", 'claim "exp" is a number'],
  ["${claims.groups}", 'claim "groups" is a list of strings'],
  ["${claims.groups:path}", 'claim "groups" is a list of strings'],
  ["${claims./groups}", 'claim "/groups" is a list of strings'],
  ["${claims./groups/0}", undefined],
  ["${claims./groups/x}", 'claim "/groups/x" is never there'],
  ["${claims./groups/0/0}", 'claim "/groups/0/0" is never there'],
  ["${claims.site}", undefined],
  ["${claims./site/x}", 'claim "/site/x" is never there'],
  ["${claims.realm}", 'claim "realm" is an object'],
  ["${claims./realm/roles}", 'claim "/realm/roles" is a list of strings'],
  ["${claims./realm/other}", undefined],
  ["${claims.nothing}", 'claim "nothing" is never there'],
  ["${claims.address}", 'claim "address" is an object'],
  ["${claims./address/city}", undefined],
  ["${claims.other}", undefined],
];

for (const [value, reason] of typed) {
  Deno.test(`${value} can ${reason === undefined ? "" : "never "}be filled where that is certain of the issuer's tokens`, () => {
    const rules = rulesOf([{
      name: "a",
      when: { issuer: ISSUER },
      grant: { publish: `t.${value}.of.\${sub}` },
    }], { tokens: TYPED });
    assertEquals(
      rules.warnings.map(({ problem }) => problem),
      reason === undefined ? [] : [
        `holds ${value}, and ${reason} in tokens of ${ISSUER}: whoever matches is refused`,
      ],
    );
    // What another configuration may make right.
    assert(rules.warnings.every(({ isDead }) => isDead !== true));
  });
}

Deno.test("a value that the tokens of one of the issuers can never fill refuses those", () => {
  const grant: GrantOptions = { publish: "t.${claims.groups}.${sub}" };
  const tokens = [...TYPED, ...tokensOf([SECOND_ISSUER, "api_token"])];
  const problem =
    `grant holds \${claims.groups}, and claim "groups" is a list of strings in tokens of ${ISSUER}: whoever matches`;
  const [jwts, ...others] = rulesOf(
    [{ name: "a", when: { kind: "jwt" }, grant }],
    { tokens },
  ).warnings;
  assertEquals(others, []);
  assertEquals(
    jwts?.remedy,
    "write another value there, or correct the issuer's required_claims",
  );
  const warnings = (rules: readonly RuleOptions[]): readonly string[] =>
    warningsOf(rules, { tokens });
  assertEquals(warnings([{ name: "a", grant }]), [
    `0.${problem} with such a token is refused`,
  ]);
  // Those have been taken already.
  const before: RuleOptions = {
    name: "jwts",
    when: { kind: "jwt" },
    grant: { publish: "a.${sub}" },
  };
  assertEquals(warnings([before, { name: "a", grant }]), []);
});

const related: readonly (readonly [
  claim: string,
  test: ClaimOptions,
  value: string,
  problem?: string,
])[] = [
  ["a", "absent", "${claims./a/b}", "the claim is not there"],
  ["a", { equals: "x" }, "${claims./a/b}", "the claim is not there"],
  ["a", { contains: "x" }, "${claims./a/b}", "the claim is not there"],
  ["a", { contains: "x" }, "${claims./a/0}"],
  [
    "a",
    { "scope_contains": "x" },
    "${claims./a/b/0}",
    "the claim is not there",
  ],
  ["a", "present", "${claims./a/b}"],
  ["/a/b", "present", "${claims.a}", "the claim is not a string"],
  ["/a/b", "absent", "${claims.a}"],
  ["/a/b", "present", "${claims./a/c}"],
  ["email", "absent", "${claims./email/x}"],
];

for (const [claim, test, value, problem] of related) {
  Deno.test(`where claim ${claim} is ${JSON.stringify(test)}, ${value} can ${problem === undefined ? "" : "never "}be filled`, () => {
    const [warning, ...others] = warningsOf([{
      name: "a",
      when: { issuer: ISSUER, claims: { [claim]: test } },
      grant: { publish: `t.${value}.\${sub}` },
    }]);
    assertEquals(others, []);
    assertEquals(
      warning?.split(", so ")[1],
      problem && `${problem}: whoever matches is refused`,
    );
  });
}

Deno.test("C20 an email of which it is certain that it is never verified can never be filled, nor meet a condition", () => {
  const tokens: readonly IssuerTokens[] = [{
    issuer: ISSUER,
    credential: "jwt",
    claims: [{
      path: ["email_verified"],
      types: ["string"],
      isRequired: true,
      setting: "required_claims",
    }],
  }];
  const text = `claim "email_verified" is a string in tokens of ${ISSUER}`;
  const grant: GrantOptions = { publish: "t.${claims.email}.${sub}" };
  assertEquals(warningsOf([{ name: "a", grant }], { tokens }), [
    `0.grant holds \${claims.email}, and ${text}: whoever matches is refused`,
  ]);
  const when = { claims: { email: { equals: "a@example.com" } } };
  const own: GrantOptions = { publish: "t.${sub}" };
  assertEquals(warningsOf([{ name: "a", when, grant: own }], { tokens }), [
    `0.when can never match: it asks for claim "email_verified" equals true, without which no email counts, and ${text}`,
  ]);
  assertEquals(warningsOf([{ name: "a", when, refuse: true }], { tokens }), []);
});

Deno.test("nothing is said of claims where it is not known whose tokens there are", () => {
  const grant: GrantOptions = { publish: "t.${claims.groups}.${sub}" };
  assertEquals(warningsOf([{ name: "a", grant }], { tokens: undefined }), []);
});
