import { assertEquals } from "@std/assert";
import {
  ISSUER,
  rulesOf,
  SECOND_ISSUER,
  tokensOf,
  warningsOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { CredentialKind } from "../base/identity.ts";
import type { IssuerTokens, KnownClaim } from "../base/known_claims.ts";
import type { ClaimOptions, RuleOptions, WhenOptions } from "./rule_options.ts";

const CLAIMS: readonly KnownClaim[] = [
  {
    path: ["groups"],
    types: ["strings"],
    isRequired: true,
    setting: "required_claims",
  },
  { path: ["level"], types: ["number"], isRequired: false },
  { path: ["never"], types: [], isRequired: false },
  { path: ["email", "address"], types: ["string"], isRequired: true },
  {
    path: ["namespace"],
    types: ["string"],
    isRequired: true,
    values: ["prod", "test"],
  },
  { path: ["iat"], types: ["number"], isRequired: false },
  { path: ["iat"], types: ["number"], isRequired: true },
  { path: ["sub"], types: ["number"], isRequired: true },
  { path: ["profile"], types: ["object"], isRequired: true },
];

/** Of an issuer with two kinds of tokens, and of another: certain of the one kind alone. */
const KNOWN: readonly IssuerTokens[] = [
  { issuer: ISSUER, credential: "jwt", claims: CLAIMS },
  ...tokensOf([ISSUER, "introspection"], [SECOND_ISSUER, "jwt"]),
];

const tests: readonly [name: string, test: ClaimOptions, fact?: string][] = [
  ["groups", "present"],
  ["groups", "absent", "is always there"],
  ["groups", { equals: "ops" }, "is a list of strings"],
  ["groups", { "one_of": ["ops", 1] }, "is a list of strings"],
  ["groups", { contains: "ops" }],
  ["groups", { contains: 1 }, "is a list of strings"],
  ["groups", { "contains_one_of": [1, "ops"] }],
  ["groups", { "scope_contains": "ops" }],
  ["/groups/0", { equals: "ops" }],
  ["/groups/0", "absent"],
  ["namespace", { equals: "prod" }],
  ["namespace", { "one_of": ["prod", "staging"] }],
  ["namespace", { equals: "staging" }, "is one of prod, test"],
  ["/email", "absent"],
  ["iat", "absent", "is always there"],
  ["iat", { equals: "1" }, "is a number"],
  ["/groups/0", { equals: 1 }, "is a string"],
  ["level", "absent"],
  ["level", "present"],
  ["level", { equals: 1 }],
  ["level", { equals: "1" }, "is a number"],
  ["level", { "scope_contains": "a" }, "is a number"],
  ["/level/x", "absent"],
  ["/level/x", "present", "is never there"],
  // One that is not verified is not there.
  ["email", "absent"],
  ["email", { contains: "a" }, "is an object"],
  ["never", "absent"],
  ["never", "present", "is never there"],
  ["sub", { equals: "alice" }],
  ["profile", { equals: "x" }, "is an object"],
  ["/profile/site", { equals: "x" }],
  ["other", { equals: "x" }],
];

for (const [name, test, fact] of tests) {
  Deno.test(`claim ${name} ${JSON.stringify(test)} can ${fact === undefined ? "" : "never "}be met`, () => {
    const rule: RuleOptions = {
      name: "a",
      when: { issuer: ISSUER, kind: "jwt", claims: { [name]: test } },
      grant: { publish: "a.${sub}" },
    };
    const [problem, ...others] = warningsOf([rule], { tokens: KNOWN });
    const { when } = rule;
    const ofAnyKind = { ...rule, when: { ...when, kind: undefined } };
    assertEquals(warningsOf([ofAnyKind], { tokens: KNOWN }), []);
    assertEquals(others, []);
    assertEquals(
      problem?.replace(/it asks for .*, and claim/, "..., and claim"),
      fact === undefined
        ? undefined
        : `0.when can never match: ..., and claim "${name}" ${fact} in tokens of ${ISSUER}`,
    );
    assertEquals(warningsOf([rule]), []);
  });
}

Deno.test("each issuer is named for which it is certain that a condition is never met, by what is certain", () => {
  const others = Array.from({ length: 7 }, (_, at) => `https://${at}.example`);
  const tokens: readonly IssuerTokens[] = [ISSUER, ...others].map((issuer) => ({
    issuer,
    credential: "jwt",
    claims: issuer === ISSUER ? CLAIMS : [
      { path: ["groups"], types: ["string"], isRequired: true },
      { path: ["level"], types: ["string"], isRequired: true },
    ],
  }));
  const rule: RuleOptions = {
    name: "a",
    when: { claims: { groups: { contains: "ops" }, level: { equals: "1" } } },
    grant: { publish: "a.${sub}" },
  };
  const [found] = rulesOf([rule], { tokens }).warnings;
  assertEquals(
    found?.problem,
    `can never match: it asks for claim "level" equals "1", and claim "level" is a number in tokens of ${ISSUER}; and for claim "groups" contains "ops", and claim "groups" is a string in tokens of ${
      others.slice(0, 5).join(", ")
    } and others`,
  );
  assertEquals(found?.remedy, "correct it, or remove the rule");
});

Deno.test("a refusal of an email that is not there, or not verified, can match where an email is required", () => {
  for (const email of ["email", "/email"]) {
    const refusal: RuleOptions = {
      name: "a",
      when: { issuer: ISSUER, claims: { email: "present", [email]: "absent" } },
      refuse: true,
    };
    assertEquals(warningsOf([refusal], { tokens: KNOWN }), []);
  }
});

Deno.test("a rule is behind another that asks for what the tokens that come to it always have", () => {
  const grant = { publish: "users.${sub}.>" };
  const known = (
    credential: CredentialKind,
    presence: "required" | "optional" = "required",
  ) => ({
    issuer: credential === "jwt" ? ISSUER : SECOND_ISSUER,
    credential,
    claims: [
      {
        path: ["exp"],
        types: ["number"],
        isRequired: presence === "required",
      },
      { path: ["email"], types: ["string"], isRequired: true },
      { path: ["never"], types: [], isRequired: false },
    ],
  } satisfies IssuerTokens);
  const rows: [
    why: string,
    earlier: WhenOptions["claims"],
    later: WhenOptions | undefined,
    tokens: readonly IssuerTokens[],
    isBehind: boolean,
  ][] = [
    ["there", { exp: "present", iss: "present" }, undefined, [
      known("jwt"),
      known("api_token"),
    ], true],
    ["there, of some", { exp: "present" }, undefined, [
      known("jwt"),
      known("api_token", "optional"),
    ], false],
    ["there, of those that come", { exp: "present" }, { issuer: ISSUER }, [
      known("jwt"),
    ], true],
    ["there or not", { exp: "present" }, { issuer: ISSUER }, [
      known("jwt", "optional"),
    ], false],
    ["not verified", { email: "present" }, { issuer: ISSUER }, [
      known("jwt"),
    ], false],
    ["never there", { never: "absent" }, { issuer: ISSUER }, [
      known("jwt"),
    ], true],
    ["not there", { exp: "absent" }, { issuer: ISSUER }, [
      known("jwt", "optional"),
    ], false],
    ["a value", { exp: { equals: 7 } }, { issuer: ISSUER }, [
      known("jwt"),
    ], false],
  ];
  for (const [why, claims, later, tokens, isBehind] of rows) {
    assertEquals(
      warningsOf([
        { name: "first", when: { claims }, grant },
        { name: "second", when: later, grant },
      ], { tokens })
        .some((text) => text.startsWith("1 can never match: rule first")),
      isBehind,
      why,
    );
  }
});

Deno.test("a claim that the tokens of one issuer always have takes those, and another rule the others", () => {
  const grant = { publish: "users.${sub}.>" };
  const tokens: readonly IssuerTokens[] = [
    { issuer: ISSUER, credential: "jwt", claims: CLAIMS },
    ...tokensOf([SECOND_ISSUER, "api_token"]),
  ];
  assertEquals(
    warningsOf([
      { name: "a", when: { claims: { groups: "present" } }, grant },
      { name: "b", when: { kind: "api_token" }, grant },
      { name: "c", grant },
    ], { tokens }),
    [
      "2 can never match: rules a, b before it together match whoever it would match",
    ],
  );
});

Deno.test("a rule is behind another that asks for an issuer, or for values that are the only ones let in, in other words", () => {
  const grant = { publish: "users.${sub}.>" };
  const issuer = { issuer: ISSUER };
  const iss = { claims: { iss: { equals: ISSUER } } };
  const values = { claims: { namespace: { "one_of": ["prod", "test", "x"] } } };
  const some = { claims: { namespace: { equals: "prod" } } };
  const jwts = { ...issuer, kind: "jwt" } as const;
  const rows: [WhenOptions, WhenOptions, isBehind: boolean][] = [
    [issuer, iss, true],
    [iss, issuer, true],
    [iss, { issuer: SECOND_ISSUER }, false],
    [values, jwts, true],
    [values, issuer, false],
    [some, jwts, false],
  ];
  for (const [first, second, isBehind] of rows) {
    assertEquals(
      warningsOf([
        { name: "first", when: first, grant },
        { name: "second", when: second, grant },
      ], { tokens: KNOWN })
        .some((text) => text.startsWith("1 can never match: rule first")),
      isBehind,
      JSON.stringify([first, second]),
    );
  }
});

Deno.test("a namespace that is not let in is said to be a matter of that setting", () => {
  const known: readonly IssuerTokens[] = [{
    issuer: ISSUER,
    credential: "kubernetes",
    claims: [{
      path: ["namespace"],
      types: ["string"],
      isRequired: true,
      values: ["prod"],
      setting: "namespaces",
    }],
  }];
  const [found] = rulesOf([{
    name: "a",
    when: { claims: { namespace: { equals: "staging" } } },
    grant: { publish: "a.${sub}" },
  }], { tokens: known }).warnings;
  assertEquals(
    found?.remedy,
    "correct it, or remove the rule, or correct the issuer's namespaces",
  );
});
