import { assert, assertEquals, assertMatch } from "@std/assert";
import { ISSUER, rulesOf } from "../../tests/fixtures/rules_scene.ts";
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
      /^refused with issuer_untrusted \(.*\), expected a grant; ->/,
      "{ sub: alice }",
      "issuer: https://typo.example",
    ],
    [
      "{ refused: no_rule_matches }",
      /^refused with issuer_untrusted .* expected no_rule_matches; ->/,
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

Deno.test("a test that names an issuer that is not configured is told what to do", () => {
  const adviceFor = (issuer: string): readonly string[] =>
    problemsOf("{ rule: everyone }", `{ sub: alice, iss: "${issuer}" }`).slice(
      1,
    );
  assertEquals(adviceFor("https://x"), ["-> correct issuer in the test"]);
  assertEquals(adviceFor("urn:nats-auth-callout:development"), [
    "-> correct issuer in the test",
    "-> look at DEV_ISSUER_JWKS_FILE, which is .dev/issuer/jwks.json for the tokens of `deno task token`",
  ]);
  assertEquals(
    problemsOf("{ refused: issuer_untrusted }", '{ sub: a, iss: "https://x" }'),
    [],
  );
});

Deno.test("a test names no issuer other than the iss of its claims", () => {
  const problemsWith = (iss: string): readonly string[] =>
    problemsOf(
      "{ rule: everyone }",
      `{ sub: alice, iss: "${iss}" }`,
      `issuer: ${ISSUER}\n    ${NOON}`,
    );
  assertEquals(problemsWith(ISSUER), []);
  assertEquals(problemsWith("https://x"), [
    "issuer is another one than the iss of claims: take one of the two out",
  ]);
});

Deno.test("a test that names no issuer where none is configured says so if it fails", () => {
  const test = { name: "one", claims: { sub: "alice" } };
  const scene = {
    rules: RULES,
    sources: [],
    connectionTypes: ["nats"],
  } as const;
  const at = "2026-03-02T12:00:00Z";
  assertEquals(
    runTest({ ...test, at, expect: { rule: "everyone" } }, scene),
    [],
  );
  assertEquals(runTest({ ...test, at, expect: { rule: "mqtt" } }, scene), [
    "rule is everyone, expected mqtt",
    "-> no issuer is configured here (is OIDC_ISSUER set?): name one in the test if subjects need it",
  ]);
});

Deno.test("a test says who issued the token where rules ask for it and none is configured", () => {
  const scene = {
    rules: rulesOf([
      { name: "staff", when: { issuer: ISSUER }, grant: { publish: "s" } },
    ]),
    sources: [],
    connectionTypes: ["nats"],
  } as const;
  const test = {
    name: "one",
    claims: { sub: "alice" },
    expect: { refused: "no_rule_matches" },
  } as const;
  assertEquals(runTest(test, scene), [
    "issuer must be given: rules ask for it, and none is configured here (is OIDC_ISSUER set?)",
  ]);
  assertEquals(runTest({ ...test, issuer: "https://other" }, scene), []);
});

Deno.test("C20 a test with an email that is not verified says so if it fails", () => {
  const scene = {
    rules: rulesOf([{
      name: "boss",
      when: { claims: { email: { equals: "b@x" } } },
      grant: { publish: "b" },
    }]),
    sources: [SOURCE],
    connectionTypes: ["nats"],
  } as const;
  const expect = { rule: "boss" };
  const claims = { sub: "alice", email: "b@x" };
  const [, advice] = runTest({ name: "one", claims, expect }, scene);
  assertEquals(advice, "-> email counts only with email_verified: true");
  const verified = { ...claims, "email_verified": true };
  assertEquals(runTest({ name: "one", claims: verified, expect }, scene), []);
});
