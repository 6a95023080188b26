import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ISSUER, rulesOf } from "../../tests/fixtures/rules_scene.ts";
import { ConfigError } from "../config/config_error.ts";
import { parseRuleTests } from "../config/rule_tests.ts";
import type { TokenSource } from "../config/token_sources.ts";
import { runTest } from "./rule_tests.ts";

const RULES = rulesOf([
  {
    name: "suspended",
    when: { claims: { suspended: { equals: true } } },
    refuse: true,
  },
  {
    name: "device",
    when: { claims: { site: "present" } },
    grant: { "scoped_key": "devices", tags: { site: "${claims.site}" } },
  },
  {
    name: "mqtt",
    when: { connection: "mqtt" },
    grant: { publish: "m", account: "OTHER" },
  },
  { name: "far", when: { source: "10.0.0.0/8" }, grant: { publish: "f" } },
  {
    name: "everyone",
    grant: {
      publish: ["users.${sub}.>"],
      subscribe: ["users.${sub}.>", "news.*", "jobs.> workers"],
      session: "8h",
      only: { hours: { from: "08:00", to: "18:00" } },
    },
  },
]);

const SOURCE: TokenSource = {
  issuer: ISSUER,
  credential: "jwt",
  clockToleranceSeconds: 30,
  lifetimeSecondsMax: 3600,
};

const NOON = 'at: "2026-03-02T12:00:00Z"';
const EVENING = 'at: "2026-03-02T20:00:00Z"';

/** What is wrong with one test, given as YAML. */
function problemsOf(
  expect: string,
  claims = "{ sub: alice }",
  more = NOON,
): readonly string[] {
  const [test] = parseRuleTests(
    `tests:\n  - name: one\n    claims: ${claims}\n    ${more}\n    expect: ${expect}\n`,
    "rules.test.yaml",
  );
  assert(test !== undefined);
  return runTest(test, {
    rules: RULES,
    sources: [SOURCE],
    connectionTypes: ["nats", "mqtt"],
  });
}

const good: [expect: string, claims?: string, more?: string][] = [
  ["{ rule: everyone, account: APP, name: alice, session: 8h, until: '2026-03-02T18:00:00Z' }"],
  ["{ publish: [users.alice.>], subscribe: [news.*, users.alice.>, jobs.> workers] }"],
  ["{ subscribe: { deny: [news.*.>] }, publish: { allow: [users.alice.>], deny: [] } }"],
  ["{ may_publish: [users.alice.a.b], may_not_publish: [users.bob.a, users.alice] }"],
  ["{ may_subscribe: [news.a, jobs.a workers, users.alice.>], may_not_subscribe: [jobs.a, users.>, jobs.a others] }"],
  ["{ may_receive: [news.a, jobs.a.b], may_not_receive: [news.a.b, other] }"],
  ["{ session: 480m }"],
  ["{ refused: refused_by_rule }", "{ sub: alice, suspended: true }"],
  [
    "{ refused: outside_hours }",
    "{ sub: alice }",
    EVENING,
  ],
  [
    "{ rule: device, scoped_key: devices, tags: { site: '=Kg' } }",
    "{ sub: alice, site: '*' }",
  ],
  [
    "{ rule: mqtt, account: OTHER }",
    "{ sub: alice }",
    "connection: mqtt",
  ],
  ["{ rule: far }", "{ sub: alice }", "source: 10.1.2.3"],
];

for (const [expect, claims, more] of good) {
  Deno.test(`a test of rules that expects ${expect} passes`, () => {
    assertEquals(problemsOf(expect, claims, more), []);
  });
}

const bad: [expect: string, problem: RegExp, claims?: string, more?: string][] =
  [
    ["{ rule: other }", /^rule is everyone, expected other$/],
    ["{ account: OTHER }", /^account is APP, expected OTHER$/],
    ["{ name: bob }", /^name is alice, expected bob$/],
    ["{ session: 1h }", /^session is 8h, expected 1h$/],
    [
      "{ until: '2026-03-02T19:00:00Z' }",
      /^the session's end is 2026-03-02T18:00:00.000Z, expected/,
    ],
    ["{ publish: [] }", /^publish also has users\.alice\.>$/],
    ["{ publish: [users.alice.>, a] }", /^publish lacks a$/],
    ["{ subscribe: { deny: [] } }", /^subscribe\.deny also has news\.\*\.>$/],
    [
      "{ may_publish: [users.bob.a] }",
      /^may publish users\.bob\.a: no, expected yes$/,
    ],
    [
      "{ may_not_publish: [users.alice.a] }",
      /^may publish users\.alice\.a: yes, expected no$/,
    ],
    [
      "{ may_subscribe: [jobs.a] }",
      /^may subscribe to jobs\.a: no, expected yes$/,
    ],
    [
      "{ may_not_subscribe: [news.>] }",
      /^may subscribe to news\.>: yes, expected no$/,
    ],
    [
      "{ may_receive: [news.a.b] }",
      /^may receive news\.a\.b: no, expected yes$/,
    ],
    [
      "{ refused: no_rule_matches }",
      /^granted by rule everyone, expected no_rule_matches$/,
    ],
    ["{ scoped_key: devices }", /^there is no scoped key, expected devices$/],
    [
      "{ rule: everyone }",
      /^refused with refused_by_rule \(.*\), expected a grant$/,
      "{ sub: alice, suspended: true }",
    ],
    [
      "{ refused: outside_hours }",
      /^refused with refused_by_rule \(.*\), expected outside_hours$/,
      "{ sub: alice, suspended: true }",
    ],
    [
      "{ may_publish: [a] }",
      /^may_publish cannot be told: the template of the scoped key devices/,
      "{ sub: alice, site: b }",
    ],
    [
      "{ tags: { site: c } }",
      /^tags also has site:b/,
      "{ sub: alice, site: b }",
    ],
    [
      "{ tags: { site: c } }",
      /^there are no tags: those belong to a scoped key$/,
    ],
    [
      "{ rule: everyone }",
      /^refused with issuer_untrusted \(.*\), expected a grant$/,
      "{ sub: alice }",
      "issuer: https://typo.example",
    ],
    [
      "{ refused: no_rule_matches }",
      /^refused with issuer_untrusted .* expected no_rule_matches$/,
      "{ sub: alice }",
      "issuer: https://typo.example",
    ],
    [
      "{ rule: everyone }",
      /^refused with connection_type_not_allowed/,
      "{ sub: alice }",
      "connection: leafnode",
    ],
    [
      "{ rule: everyone }",
      /^refused with bearer_token_expired/,
      "{ sub: alice, exp: 1 }",
    ],
    ["{ rule: a }", /^claims must hold a sub/, "{}"],
    ["{ rule: a }", /^source must be an address/, "{ sub: a }", "source: x"],
  ];

for (const [expect, problem, claims, more] of bad) {
  Deno.test(`a test of rules that expects ${expect} of ${claims ?? "alice"} says: ${problem.source}`, () => {
    assertMatch(problemsOf(expect, claims, more).join("; "), problem);
  });
}

/** A test that expects this of alice. */
function expecting(expect: string): string {
  return `tests: [{ name: a, claims: { sub: alice }, expect: ${expect} }]`;
}

const misshapen: [text: string, path: string, problem: RegExp][] = [
  ["tests: []", "tests", /must have an entry/],
  ["test: []", "test", /is no setting/],
  ["tests: [{ name: a, expect: {} }]", 'tests[0].claims, of "a"', /must be/],
  ["a: &x 1", "line 1, column 7", /./],
  [
    "tests: [{ name: a, claims: {}, kind: oidc, expect: { rule: a } }]",
    'tests[0].kind, of "a"',
    /must be one of jwt, /,
  ],
  [
    "tests: [{ name: a, claims: {}, connection: tcp, expect: { rule: a } }]",
    'tests[0].connection, of "a"',
    /must be one of nats, /,
  ],
  [expecting("{ publsh: [] }"), 'tests[0].expect.publsh, of "a"', /no setting/],
  [expecting("{ publish: a }"), 'tests[0].expect.publish, of "a"', /a list/],
  [expecting("{}"), 'tests[0].expect, of "a"', /expects nothing/],
  [expecting("{ publish: {} }"), 'tests[0].expect.publish, of "a"', /neither/],
  [
    expecting("{ refused: no_rule_matches, rule: b }"),
    'tests[0].expect.rule, of "a"',
    /stands beside refused/,
  ],
  [
    expecting("{ refused: no_rule_macthes }"),
    'tests[0].expect.refused, of "a"',
    /must be one of no_rule_matches, /,
  ],
  ["[]", "the file", /must be a section/],
  [
    expecting("{ may_not_publish: [] }"),
    'tests[0].expect.may_not_publish, of "a"',
    /empty list/,
  ],
  [
    expecting("{ may_not_publish: [users..a] }"),
    'tests[0].expect.may_not_publish[0], of "a"',
    /no subject that NATS takes/,
  ],
  [
    expecting("{ may_publish: [a, users.>] }"),
    'tests[0].expect.may_publish[1], of "a"',
    /is a pattern/,
  ],
  [
    expecting("{ may_receive: ['users.*'] }"),
    'tests[0].expect.may_receive[0], of "a"',
    /is a pattern/,
  ],
  [
    expecting("{ may_not_receive: [news.>] }"),
    'tests[0].expect.may_not_receive[0], of "a"',
    /is a pattern/,
  ],
  [
    expecting("{ may_not_subscribe: ['jobs.a  workers'] }"),
    'tests[0].expect.may_not_subscribe[0], of "a"',
    /no subject that NATS takes/,
  ],
  [
    expecting("{ may_subscribe: ['a.>.b'] }"),
    'tests[0].expect.may_subscribe[0], of "a"',
    /no subject that NATS takes/,
  ],
  [
    expecting("{ session: 8 hours }"),
    'tests[0].expect.session, of "a"',
    /no length of time/,
  ],
  [
    expecting("{ until: '18:00' }"),
    'tests[0].expect.until, of "a"',
    /is no time/,
  ],
];

for (const [text, path, problem] of misshapen) {
  Deno.test(`parseRuleTests() refuses ${text}`, () => {
    const { issues } = assertThrows(
      () => parseRuleTests(text, "rules.test.yaml"),
      ConfigError,
    );
    const issue = issues.find((each) => each.path === path);
    assert(issue !== undefined, JSON.stringify(issues));
    assertMatch(issue.problem, problem);
    assert(issue.remedy !== "correct it", issue.remedy);
    assert(!issue.remedy.includes("config/callout.yaml"), issue.remedy);
  });
}
