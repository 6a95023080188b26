import { assert, assertEquals, assertMatch } from "@std/assert";
import { issuesOf, TEXT } from "../../tests/fixtures/config_scene.ts";

const refused: [
  why: string,
  rules: string,
  issues: readonly (readonly [path: string, problem: RegExp])[],
][] = [
  ["rules that are empty", "rules: []", [["rules", /must be 1 to 1000 rules/]]],
  ["rules that are commented out", "rules:", [["rules", /must be a list/]]],
  ["rules that are no list", "rules: { name: a }", [[
    "rules",
    /must be a list/,
  ]]],
  ["a setting that is none", "rules: [{ name: a, gratn: {} }]", [[
    "rules[0].gratn",
    /is no setting/,
  ]]],
  [
    "a setting of a grant that is none",
    "rules: [{ name: a, grant: { publsh: a, subscribe: b } }]",
    [["rules[0].grant.publsh", /is no setting/]],
  ],
  [
    "a setting of allow and deny that is none",
    "rules: [{ name: a, grant: { publish: { alow: a }, subscribe: b } }]",
    [["rules[0].grant.publish.alow", /is no setting/]],
  ],
  [
    "a condition that is none",
    "rules: [{ name: a, when: { claims: { x: { eq: 1 } } }, grant: { publish: a } }]",
    [["rules[0].when.claims.x.eq", /is no setting/]],
  ],
  [
    "a condition that is no word of the language",
    "rules: [{ name: a, when: { claims: { x: there } }, grant: { publish: a } }]",
    [["rules[0].when.claims.x", /must be present, absent/]],
  ],
  [
    "a claim that is compared with nothing",
    "rules: [{ name: a, when: { claims: { x: { contains: null } } }, grant: { publish: a } }]",
    [["rules[0].when.claims.x.contains", /nothing else can be compared/]],
  ],
  [
    "a regular expression",
    "rules: [{ name: a, when: { claims: { x: { matches: '.*' } } }, grant: { publish: a } }]",
    [["rules[0].when.claims.x.matches", /is no setting/]],
  ],
  [
    "H16 a connection that is none",
    "rules: [{ name: a, when: { connection: [nats, quic] }, grant: { publish: a } }]",
    [[
      "rules[0].when.connection[1]",
      /must be one of nats, websocket, mqtt, leafnode/,
    ]],
  ],
  [
    "a kind that is none",
    "rules: [{ name: a, when: { kind: oidc }, grant: { publish: a } }]",
    [["rules[0].when.kind", /must be/]],
  ],
  [
    "a day that is none",
    "rules: [{ name: a, grant: { publish: a, only: { hours: { days: [monday], from: '08:00', to: '18:00' } } } }]",
    [["rules[0].grant.only.hours.days[0]", /must be one of sun, mon/]],
  ],
  [
    "a subject that is none",
    "rules: [{ name: a, grant: { publish: [ok, a..b] } }]",
    [["rules[0].grant.publish[1]", /empty token/]],
  ],
  ["a number for a subject", "rules: [{ name: a, grant: { publish: [7] } }]", [[
    "rules[0].grant.publish[0]",
    /must be text/,
  ]]],
  [
    "limits",
    "rules: [{ name: a, grant: { publish: a, limits: { subs: 10 } } }]",
    [["rules[0].grant.limits", /NATS does not enforce/]],
  ],
  [
    "C1 an issuer that is not configured",
    "rules: [{ name: a, when: { issuer: https://other.example }, grant: { publish: a } }]",
    [["rules[0].when.issuer", /not configured/]],
  ],
  [
    "H10 the account AUTH",
    "rules: [{ name: a, grant: { account: AUTH, publish: a } }]",
    [["rules[0].grant.account", /is AUTH/]],
  ],
  [
    "a placeholder in capitals, which is a variable",
    'rules: [{ name: a, grant: { publish: "users.${SUB}" } }]',
    [["rules[0].grant.publish", /environment variable SUB is not set/]],
  ],
  [
    "a claim whose name is odd",
    'rules: [{ name: a, when: { claims: { "/a~": present } }, grant: { publish: a } }]',
    [['rules[0].when.claims["/a~"]', /has a ~/]],
  ],
  [
    "a claim of which nothing is asked, whose name is like a setting's",
    "rules: [{ name: a, when: { claims: { groups: {} } }, grant: { publish: a } }]",
    [["rules[0].when.claims.groups", /asks nothing/]],
  ],
];

for (const [why, rules, expected] of refused) {
  Deno.test(`parseConfig() refuses ${why}`, () => {
    const issues = issuesOf({ text: `${TEXT}\n${rules}` });
    const found = issues.map(({ path, problem }) => `${path}: ${problem}`);
    for (const [path, problem] of expected) {
      assert(
        issues.some((issue) =>
          issue.path === path && problem.test(issue.problem)
        ),
        found.join("\n"),
      );
    }
    assert(issues.every(({ remedy }) => remedy !== "correct it"));
  });
}

const waysOut: [condition: string, remedy: RegExp][] = [
  [
    "claims: { role: admin }",
    /present, absent, or a test: \{ equals: admin \}/,
  ],
  ["claims: { role: { equals: null } }", /as in equals: admin/],
  ["claims: { role: { contains: null } }", /as in contains: ops/],
  ["claims: { role: { one_of: [null] } }", /exactly one of these/],
  ["claims: { groups: { contains: [ops, dev] } }", /contains_one_of\.$/],
  ["claims: { role: { equals: [a, b] } }", /one_of\.$/],
  ["claims: { role: { one_of: admin } }", /as in one_of: \[admin, owner\]/],
  ["kind: oidc", /as in kind: webhook/],
];

for (const [condition, remedy] of waysOut) {
  Deno.test(`parseConfig() answers ${condition} with a way out`, () => {
    const [issue] = issuesOf({
      text:
        `${TEXT}\nrules: [{ name: a, when: { ${condition} }, grant: { publish: a } }]`,
    });
    assertMatch(issue?.remedy ?? "", remedy);
  });
}

Deno.test("parseConfig() answers a misspelt placeholder with those that there are", () => {
  const [issue] = issuesOf({
    text:
      `${TEXT}\nrules: [{ name: a, grant: { publish: "users.\${Sub}.>" } }]`,
  });
  assertMatch(issue?.remedy ?? "", /is \$\{sub\}, \$\{issuer\} or/);
});

Deno.test("parseConfig() says that a > alone, which is empty text in YAML, needs quotes", () => {
  const [publish, subscribe] = issuesOf({
    text:
      `${TEXT}\nrules:\n  - name: a\n    grant:\n      publish: >\n      subscribe:\n        - >`,
  });
  assertEquals(
    [publish?.path, subscribe?.path],
    ["rules[0].grant.publish", "rules[0].grant.subscribe[0]"],
  );
  for (const issue of [publish, subscribe]) {
    assertMatch(issue?.remedy ?? "", /quotes in YAML, as in ">"$/);
  }
});

const once: [rule: string, ...paths: string[]][] = [
  [
    "when: { client_name: foo }, grant: { publish: a }",
    "rules[0].when.client_name",
  ],
  ["when: { name: foo }, grant: { publish: a }", "rules[0].when.name"],
  ["when: { kind: oidc }, grant: { publish: a }", "rules[0].when.kind"],
  [
    "when: { claims: { x: there } }, grant: { publish: a }",
    "rules[0].when.claims.x",
  ],
  [
    "when: { claims: { x: { matches: a } } }, grant: { publish: a }",
    "rules[0].when.claims.x.matches",
  ],
  ["gratn: { publish: a }", "rules[0].gratn"],
  ["grant: ", "rules[0].grant"],
  ["refuse: 'true'", "rules[0].refuse"],
  ["grant: { publish: [1] }", "rules[0].grant.publish[0]"],
  ["grant: { publish: }", "rules[0].grant.publish"],
  ["grant: { publsh: a }", "rules[0].grant.publsh"],
  ["grant: { scoped_key: 7, tags: { a: b } }", "rules[0].grant.scoped_key"],
  ["grant: { preset: [7] }", "rules[0].grant.preset"],
  ["grant: { publish: { alow: a } }", "rules[0].grant.publish.alow"],
  [
    "grant: { publish: a..b, tags: { a: b }, allow_responses: { max: 0 } }",
    "rules[0].grant.publish",
    "rules[0].grant.allow_responses.max",
    "rules[0].grant",
  ],
  // What is wrong elsewhere in the rule explains nothing of it.
  ["when: { kind: oidc }", "rules[0].when.kind", "rules[0]"],
  ["nam: b", "rules[0].nam"],
  ["grant: { session: 8 }", "rules[0].grant.session", "rules[0].grant"],
  [
    "grant: { only: { source: a } }",
    "rules[0].grant.only.source",
    "rules[0].grant",
  ],
];

for (const [rule, ...paths] of once) {
  Deno.test(`parseConfig() says once what is wrong with { ${rule} }`, () => {
    const issues = issuesOf({
      text: `${TEXT}\nrules: [{ name: a, ${rule} }]`,
    });
    assertEquals(issues.map((issue) => issue.path), paths);
  });
}

Deno.test("parseConfig() says why rules cannot ask for a client's name", () => {
  const [issue] = issuesOf({
    text:
      `${TEXT}\nrules: [{ name: a, when: { client_name: foo }, grant: { publish: a } }]`,
  });
  assertEquals(
    issue?.remedy,
    "a client can call itself anything; there are: issuer, kind, connection, source, claims",
  );
});

Deno.test("parseConfig() says of a subject in a block of text that the line's end is in it", () => {
  const [publish] = issuesOf({
    text:
      `${TEXT}\nrules:\n  - name: a\n    grant:\n      publish: >\n        users.a`,
  });
  assertEquals(publish?.path, "rules[0].grant.publish");
  assertMatch(publish?.problem ?? "", /ends with the end of a line$/);
});

/** What is empty must not become a rule that matches more. */
const emptied: readonly string[] = [
  'when: { issuer: "" }',
  "when: { issuer: }",
  "when: { issuer: ${UNSET:-} }",
  "when: { claims: }",
  "when: { claims: { groups: } }",
  "when: { claims: { groups: { contains: } } }",
  "when:",
  "when: { source: [] }",
  'when: { kind: "" }',
];

for (const when of emptied) {
  Deno.test(`parseConfig() takes nothing that is empty for a condition left out: ${when}`, () => {
    issuesOf({
      text:
        `${TEXT}\nrules:\n  - name: a\n    ${when}\n    grant: { publish: a }`,
    });
  });
}

Deno.test("parseConfig() says that a variable SUB may be meant to be ${sub}", () => {
  const [issue] = issuesOf({
    text:
      `${TEXT}\nrules: [{ name: a, grant: { publish: "users.\${SUB}.>" } }]`,
  });
  assertMatch(issue?.remedy ?? "", /^write \$\{sub\} .* or set SUB/);
});
