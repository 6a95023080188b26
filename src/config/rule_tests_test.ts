import { assert, assertMatch, assertThrows } from "@std/assert";
import { ConfigError } from "./config_error.ts";
import { parseRuleTests } from "./rule_tests.ts";

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

Deno.test("parseRuleTests() says that a > alone, which is empty text in YAML, needs quotes", () => {
  const { issues: [issue] } = assertThrows(
    () =>
      parseRuleTests(
        "tests:\n  - name: a\n    claims: { sub: alice }\n    expect:\n      may_subscribe:\n        - >",
        "rules.test.yaml",
      ),
    ConfigError,
  );
  assertMatch(issue?.path ?? "", /^tests\[0\]\.expect\.may_subscribe\[0\]/);
  assertMatch(issue?.remedy ?? "", /begins with > or \* needs quotes in YAML$/);
});
