import { assertEquals } from "@std/assert";
import {
  ISSUER,
  SECOND_ISSUER,
  warningsOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { CredentialKind } from "../base/identity.ts";
import type { IssuerClaims, KnownClaim } from "../base/known_claims.ts";
import type { ClaimOptions, RuleOptions, WhenOptions } from "./rule_options.ts";

const CLAIMS: readonly KnownClaim[] = [
  {
    path: ["groups"],
    types: ["strings"],
    isRequired: true,
    isConfigured: true,
  },
  { path: ["level"], types: ["number"], isRequired: false },
  { path: ["email"], types: ["string"], isRequired: true },
  { path: ["never"], types: [], isRequired: false },
  { path: ["sub"], types: ["number"], isRequired: true },
  { path: ["profile"], types: ["object"], isRequired: true },
];

const KNOWN: readonly IssuerClaims[] = [
  { issuer: ISSUER, credential: "jwt", claims: CLAIMS },
];

const tests: readonly [name: string, test: ClaimOptions, fact?: string][] = [
  ["groups", "present"],
  ["groups", "absent", "is a list"],
  ["groups", { equals: "ops" }, "is a list"],
  ["groups", { "one_of": ["ops", 1] }, "is a list"],
  ["groups", { contains: "ops" }],
  ["groups", { contains: 1 }, "is a list"],
  ["groups", { "contains_one_of": [1, "ops"] }],
  ["groups", { "scope_contains": "ops" }],
  ["/groups/0", { equals: "ops" }],
  ["/groups/0", "absent"],
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
  ["email", { contains: "a" }, "is a string"],
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
      when: { issuer: ISSUER, claims: { [name]: test } },
      grant: { publish: "a.${sub}" },
    };
    const [problem, ...others] = warningsOf([rule], { knownClaims: KNOWN });
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

Deno.test("a condition that the tokens of one issuer never meet keeps its rule away from them alone", () => {
  const when = { claims: { groups: { equals: "ops" } } };
  const grant = { publish: "a.${sub}" };
  const knownClaims = [
    ...KNOWN,
    { issuer: SECOND_ISSUER, credential: "api_token", claims: CLAIMS },
  ] as const;
  assertEquals(
    warningsOf([{ name: "a", when, grant }], { knownClaims: KNOWN }),
    [],
  );
  assertEquals(
    warningsOf([{ name: "a", when, grant }], { knownClaims }),
    [
      `0.when can never match: it asks for claim "groups" equals "ops", and claim "groups" is a list in tokens of ${ISSUER}, and is a list in tokens of ${SECOND_ISSUER}`,
    ],
  );
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
  } satisfies IssuerClaims);
  const rows: [
    why: string,
    earlier: WhenOptions["claims"],
    later: WhenOptions | undefined,
    knownClaims: readonly IssuerClaims[],
    isBehind: boolean,
  ][] = [
    ["there", { exp: "present", iss: "present" }, undefined, [
      known("jwt"),
      known("api_token"),
    ], true],
    ["there, of some", { exp: "present" }, undefined, [known("jwt")], false],
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
  for (const [why, claims, later, knownClaims, isBehind] of rows) {
    assertEquals(
      warningsOf([
        { name: "first", when: { claims }, grant },
        { name: "second", when: later, grant },
      ], { knownClaims })
        .some((text) => text.startsWith("1 can never match: rule first")),
      isBehind,
      why,
    );
  }
});

Deno.test("a claim that the tokens of one issuer always have takes those, and another rule the others", () => {
  const grant = { publish: "users.${sub}.>" };
  const knownClaims = [
    { issuer: ISSUER, credential: "jwt", claims: CLAIMS },
  ] as const;
  assertEquals(
    warningsOf([
      { name: "a", when: { claims: { groups: "present" } }, grant },
      { name: "b", when: { kind: "api_token" }, grant },
      { name: "c", grant },
    ], { knownClaims }),
    [
      "2 can never match: rules a, b before it together match whoever it would match",
    ],
  );
});
