import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { anyText, SPACES } from "../../tests/fixtures/hostile_texts.ts";
import { vectorTest } from "../../tests/fixtures/vectors.ts";
import { Fault } from "./rule_fault.ts";
import { isValidSubject, splitQueue } from "./subject.ts";
import { parseSubjectTemplate, templateText } from "./subject_template.ts";

const SUBSCRIBE = { queue: true };
const PUBLISH = { queue: false };

const good = [
  "news",
  "news.*",
  "news.>",
  ">",
  "*",
  "*.a.*",
  "$JS.API.>",
  "_INBOX.${sub}.>",
  "users.${sub}.>",
  "${sub}",
  "t.${claims.tenant:path}",
  "t.${claims.tenant:path}.>",
  "t.${claims.tenant:path}.*",
  "t.${claims.tenant:path}.users.${sub}.>",
  "t.${claims.https://example.com/a.b c}.x",
  "t.${claims./realm_access/tenant}.x",
  "i.${issuer}.x",
  "grüße.a",
  "jobs.> workers",
];

for (const text of good) {
  Deno.test(`parseSubjectTemplate() takes ${text} and gives it back`, () => {
    const template = parseSubjectTemplate(text, SUBSCRIBE);
    assert(!(template instanceof Fault), JSON.stringify(template));
    assertEquals(templateText(template), text);
  });
}

const bad: [why: string, text: string, problem: RegExp][] = [
  ["nothing", "", /is empty/],
  ["H6 a dot at the beginning", ".a", /empty token/],
  ["H6 a dot at the end", "a.", /empty token/],
  ["H6 two dots", "a..b", /empty token/],
  ["H6 a > in the middle", "a.>.b", /not at the end/],
  ["H6 a wildcard in a word", "foo*", /wildcard that is only a part/],
  ["H6 another wildcard in a word", "foo.>x", /wildcard that is only a part/],
  ["a placeholder in a word", "user-${sub}", /only a part of a token/],
  ["two placeholders in a token", "${sub}${issuer}", /only a part of a token/],
  [
    "H14 a dollar before a placeholder",
    "$${claims.x}.>",
    /only a part of a token/,
  ],
  [
    "H14 an underscore before a placeholder",
    "_${claims.x}",
    /only a part of a token/,
  ],
  ["a placeholder without an end", "users.${sub", /without a }/],
  ["H4 a template of a scoped key", "users.{{name()}}.>", /brace/],
  ["a lone brace", "users.{sub}", /brace/],
  ["a placeholder of nothing", "users.${}", /stands for nothing/],
  ["a placeholder of an unknown name", "users.${user}", /stands for nothing/],
  ["a placeholder in capitals", "users.${SUB}", /stands for nothing/],
  ["a path of the sub", "users.${sub:path}", /stands for nothing/],
  ["a claim without a name", "users.${claims.}", /names no claim/],
  ["C18 the sub as a claim", "users.${claims.sub}", /two issuers/],
  ["C18 the sub as a path", "users.${claims./sub}", /two issuers/],
  ["C18 the issuer as a claim", "users.${claims.iss:path}", /two issuers/],
  ["a placeholder behind a path", "t.${claims.t:path}.${sub}", /behind a path/],
  [
    "a wildcard and a placeholder behind a path",
    "t.${claims.t:path}.*.${sub}",
    /behind a path/,
  ],
  ["two queue groups", "a b c", /queue group that is none/],
  ["two spaces", "a  b", /queue group that is none/],
  ["a space at the end", "a ", /queue group that is none/],
  ["a space at the beginning", " a", /empty token/],
  [
    "H7 a queue group from a claim",
    "jobs.> ${claims.team}",
    /queue group that is none/,
  ],
  ["H7 a queue group with a wildcard", "jobs.> *", /queue group that is none/],
  ["more than 512 characters", "a".repeat(513), /more than 512/],
];

for (const [why, text, problem] of bad) {
  Deno.test(`${why}: parseSubjectTemplate() refuses it`, () => {
    const fault = parseSubjectTemplate(text, SUBSCRIBE);
    assert(fault instanceof Fault, JSON.stringify(fault));
    assertMatch(fault.problem, problem);
    assert(fault.remedy.length > 5);
  });
}

Deno.test("H7 parseSubjectTemplate() takes a queue group only where one subscribes", () => {
  const fault = parseSubjectTemplate("jobs.> workers", PUBLISH);
  assert(fault instanceof Fault);
  assertMatch(fault.problem, /has a space/);
});

Deno.test("H6 parseSubjectTemplate() refuses every space and what cannot be seen", () => {
  const unseen = [
    ...SPACES.filter((space) =>
      !["\u2800", "\u3164", "\uffa0"].includes(space)
    ),
    "\0",
    "\x1b",
    "\x7f",
    "\u009f",
    "\u00ad",
    "\u202e",
    "\u2066",
    "\uFFFD",
    "\uE000",
    "\ud800",
    "\udfff",
    "\u{E0001}",
  ];
  for (const char of unseen) {
    for (const text of [`a${char}b`, `a.${char}`, `>${char}q`]) {
      assert(
        parseSubjectTemplate(text, PUBLISH) instanceof Fault,
        JSON.stringify(text),
      );
    }
  }
});

vectorTest(
  "H6 parseSubjectTemplate() takes no subject that nats-server would not",
  "nats/subject_validity.json",
  (vectors) => {
    const cases: readonly { fn: string; subject: string; valid: boolean }[] =
      JSON.parse(vectors);
    for (const { fn, subject, valid } of cases) {
      const taken = !(parseSubjectTemplate(subject, PUBLISH) instanceof Fault);
      // A wildcard that is a part of a word is valid there, and a mistake here.
      const isMistaken = /[^.][*>]|[*>][^.]/.test(subject);
      // What is only not literal is a valid permission.
      const expected =
        (valid || fn === "IsValidLiteralSubject" && isValidSubject(subject)) &&
        !isMistaken;
      assertEquals(taken, expected, subject);
    }
  },
);

vectorTest(
  "H7 parseSubjectTemplate() splits subject and queue group at one ASCII space and nothing else",
  "nats/split_subject_queue.json",
  (vectors) => {
    const cases: readonly {
      sq: string;
      subject: string | null;
      queue: string | null;
    }[] = JSON.parse(vectors);
    for (const { sq, subject, queue } of cases) {
      const template = parseSubjectTemplate(sq, SUBSCRIBE);
      if (template instanceof Fault) continue;
      assertEquals(templateText({ tokens: template.tokens }), subject);
      assertEquals(template.queue ?? null, queue);
    }
  },
);

Deno.test("H6 whatever parseSubjectTemplate() takes is a subject to nats-server", () => {
  fc.assert(
    fc.property(anyText(), anyText(), (one, other) => {
      for (const text of [one, `${one}.${other}`, `${one} ${other}`]) {
        const template = parseSubjectTemplate(text, SUBSCRIBE);
        if (template instanceof Fault || text.includes("${")) continue;
        const { subject, queue } = splitQueue(templateText(template));
        assert(isValidSubject(subject), JSON.stringify(text));
        assert(queue === undefined || /^[A-Za-z0-9_-]+$/.test(queue));
      }
    }),
    { numRuns: 5000 },
  );
});
