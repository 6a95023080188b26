import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import type { Json } from "../base/json.ts";
import {
  FACTS,
  identity,
  rulesOf,
  withClaims,
} from "../../tests/fixtures/rules_scene.ts";
import type { ClaimOptions, WhenOptions } from "./rule_options.ts";

const NOTHING = { "subscribe": "news" };

function matches(
  when: WhenOptions | undefined,
  who = identity(),
  facts = FACTS,
): boolean {
  const rules = rulesOf([{ name: "only", when, grant: NOTHING }]);
  const outcome = rules.permit(who, facts);
  return outcome.kind === "grant";
}

/** Claims' conditions, the claim's value (undefined: none), and whether it holds. */
const claims: [
  why: string,
  condition: ClaimOptions,
  value: Json | undefined,
  holds: boolean,
][] = [
  ["present", "present", "x", true],
  ["present, and empty", "present", "", true],
  ["present, and null", "present", null, true],
  ["not present", "present", undefined, false],
  ["absent", "absent", undefined, true],
  ["not absent, although null", "absent", null, false],
  ["equal", { equals: "x" }, "x", true],
  ["not equal", { equals: "x" }, "y", false],
  ["C15 a number is not its text", { equals: "7" }, 7, false],
  ["C15 a text is not its number", { equals: 7 }, "7", false],
  ["C20 true is not its text", { equals: true }, "true", false],
  ["C20 true", { equals: true }, true, true],
  ["C15 a list is not its element", { equals: "x" }, ["x"], false],
  ["one of", { "one_of": ["x", 7] }, 7, true],
  ["none of", { "one_of": ["x", 7] }, "7", false],
  ["C15 none of, being a list", { "one_of": ["x"] }, ["x"], false],
  ["contained", { contains: "ops" }, ["dev", "ops"], true],
  ["not contained", { contains: "ops" }, ["dev", "devops"], false],
  ["C15 a text contains nothing", { contains: "ops" }, "ops", false],
  ["C15 a text contains no part of it", { contains: "ops" }, "devops", false],
  ["C15 an object contains nothing", { contains: "ops" }, { ops: true }, false],
  ["C15 a number in a list is not its text", { contains: "7" }, [7], false],
  ["one contained", { "contains_one_of": ["a", "b"] }, ["b"], true],
  ["none contained", { "contains_one_of": ["a", "b"] }, ["c"], false],
  ["C15 none contained in a text", { "contains_one_of": ["a"] }, "a", false],
  ["C14 a scope", { "scope_contains": "read" }, "write read", true],
  [
    "C14 a scope of a list",
    { "scope_contains": "read" },
    ["write", "read"],
    true,
  ],
  [
    "C14 no part of a scope",
    { "scope_contains": "read" },
    "read:all thread",
    false,
  ],
  [
    "C14 no scope behind a tab",
    { "scope_contains": "read" },
    "write\tread",
    false,
  ],
  [
    "C14 a scope behind two spaces",
    { "scope_contains": "read" },
    "write  read",
    true,
  ],
  [
    "C14 no scopes joined in a list",
    { "scope_contains": "read" },
    ["write read"],
    false,
  ],
  ["C14 no scope", { "scope_contains": "read" }, undefined, false],
  [
    "C14 no scope in an object",
    { "scope_contains": "read" },
    { read: "read" },
    false,
  ],
  ["both", { contains: "a", "contains_one_of": ["b", "c"] }, ["a", "c"], true],
  [
    "only one of both",
    { contains: "a", "contains_one_of": ["b", "c"] },
    ["a"],
    false,
  ],
];

for (const [why, condition, value, holds] of claims) {
  Deno.test(`${why}: ${JSON.stringify(condition)} of ${JSON.stringify(value)} is ${holds}`, () => {
    const who = withClaims(value === undefined ? {} : { c: value });
    assertEquals(matches({ claims: { c: condition } }, who), holds);
  });
}

const others: [why: string, when: WhenOptions | undefined, holds: boolean][] = [
  ["nothing is asked", undefined, true],
  ["the issuer", { issuer: "https://id.example" }, true],
  ["one of the issuers", {
    issuer: ["https://second.example", "https://id.example"],
  }, true],
  ["C1 another issuer", { issuer: "https://second.example" }, false],
  ["the kind", { kind: "jwt" }, true],
  ["one of the kinds", { kind: ["webhook", "jwt"] }, true],
  ["C21 another kind", { kind: "api_token" }, false],
  ["the connection", { connection: ["nats", "mqtt"] }, true],
  ["another connection", { connection: "mqtt" }, false],
  ["the source", { source: "192.0.2.0/24" }, true],
  ["another source", { source: ["10.0.0.0/8", "2001:db8::/32"] }, false],
  ["C18 sub and iss as claims", {
    claims: { sub: { equals: "alice" }, iss: "present" },
  }, true],
  ["all of it", {
    issuer: "https://id.example",
    kind: "jwt",
    claims: { sub: "present" },
  }, true],
  ["all but one", {
    issuer: "https://id.example",
    kind: "jwt",
    claims: { sub: "absent" },
  }, false],
];

for (const [why, when, holds] of others) {
  Deno.test(`${why}: a rule ${holds ? "matches" : "does not match"}`, () => {
    assertEquals(matches(when), holds);
  });
}

const verified = withClaims({ email: "a@x.org", "email_verified": true });
const unverified = withClaims({ email: "a@x.org", "email_verified": false });

for (
  const [condition, of, holds] of [
    [{ equals: "a@x.org" }, verified, true],
    [{ equals: "a@x.org" }, unverified, false],
    ["present", unverified, false],
    ["absent", unverified, false],
    ["absent", verified, false],
  ] as const
) {
  Deno.test(`C20 email ${JSON.stringify(condition)} with email_verified ${of.claims["email_verified"]} is ${holds}`, () => {
    assertEquals(matches({ claims: { email: condition } }, of), holds);
  });
}

for (const condition of [{ equals: "a@x.org" }, "present", "absent"] as const) {
  Deno.test(`C20 a rule that refuses is not got around by an address that is not verified: ${JSON.stringify(condition)}`, () => {
    const when = { claims: { email: condition } };
    const rules = rulesOf([
      { name: "suspended", when, refuse: true },
      { name: "everyone", grant: NOTHING },
    ]);
    const outcome = rules.permit(unverified, FACTS);
    assert(outcome.kind === "rejected");
    assertEquals(outcome.code, "refused_by_rule");
    const [trace] = rules.explain(unverified, FACTS).tried;
    assert(trace?.conditions[0]?.holds);
  });
}

Deno.test("C20 what is in an email that is not verified counts no more than the email", () => {
  const condition = { "/email/0": { equals: "a@x.org" } } as const;
  const email = ["a@x.org"];
  assert(
    matches(
      { claims: condition },
      withClaims({ email, "email_verified": true }),
    ),
  );
  assertFalse(matches({ claims: condition }, withClaims({ email })));
});

Deno.test("C20 a refusal of an address is not said to be behind a grant to it", () => {
  const when = { claims: { email: { equals: "a@x.org" } } };
  const rules = rulesOf([
    { name: "boss", when, grant: NOTHING },
    { name: "false_boss", when, refuse: true },
    { name: "everyone", grant: NOTHING },
  ]);
  assertEquals(
    rules.warnings.filter(({ problem }) => problem.includes("never match")),
    [],
  );
  const outcome = rules.permit(unverified, FACTS);
  assert(outcome.kind === "rejected");
  assertEquals(outcome.code, "refused_by_rule");
});

for (const host of ["", "localhost", "192.0.2.7:4222", "192.0.2.7/24"]) {
  Deno.test(`a host that is no address (${host || "nothing"}) is in no source`, () => {
    assertFalse(
      matches({ source: ["0.0.0.0/0", "::/0"] }, identity(), {
        ...FACTS,
        host,
      }),
    );
  });
}

Deno.test("J1 explain() says which condition failed and shows no claim's value", () => {
  const rules = rulesOf([{
    name: "only",
    when: {
      issuer: "https://second.example",
      kind: "api_token",
      connection: "mqtt",
      source: "10.0.0.0/8",
      claims: {
        email: { equals: "ops@example.com" },
        groups: { contains: "ops" },
        level: { "one_of": [1, 2] },
        scope: { "scope_contains": "read" },
        org: "absent",
        team: "present",
        roles: { "contains_one_of": ["a", "b"] },
      },
    },
    grant: NOTHING,
  }]);
  const who = withClaims({
    email: "canary@example.com",
    groups: ["canary"],
    level: "canary",
    scope: "canary",
    org: { canary: 1 },
    roles: null,
  });
  const { tried } = rules.explain(who, FACTS);
  const text = tried.flatMap(({ conditions }) => conditions)
    .map(({ condition, holds, actual }) => `${condition}: ${holds}, ${actual}`);
  assertEquals(text, [
    "issuer is https://second.example: false, it is https://id.example",
    "kind is api_token: false, it is jwt",
    "connection is mqtt: false, it is nats",
    'claim "email" equals "ops@example.com": false, it is not verified: "email_verified" is not true',
    'claim "groups" contains "ops": false, it is a list of 1',
    'claim "level" is one of 1, 2: false, it is a string',
    'claim "scope" contains the scope "read": false, it is a string',
    'claim "org" is absent: false, it is an object',
    'claim "team" is present: false, there is none',
    'claim "roles" contains one of "a", "b": false, it is null',
    "source is in 10.0.0.0/8: false, it is 192.0.2.7",
  ]);
  assertFalse(text.join().includes("canary"));
  const [nowhere] = rules.explain(who, { ...FACTS, host: "pipe" }).tried;
  assertStringIncludes(JSON.stringify(nowhere), "the host is no address");
});
