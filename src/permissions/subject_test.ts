import { assert, assertEquals, assertFalse } from "@std/assert";
import { vectorTest } from "../../tests/fixtures/vectors.ts";
import type { SubjectPermission } from "./grant.ts";
import {
  isValidSubject,
  mayPublish,
  mayReceive,
  maySubscribe,
  subjectMatches,
} from "./subject.ts";

interface ValidityCase {
  readonly fn: "IsValidSubject" | "IsValidLiteralSubject";
  readonly subject: string;
  readonly valid: boolean;
}

vectorTest(
  "H6 isValidSubject() judges as nats-server does",
  "nats/subject_validity.json",
  (vectors) => {
    const cases: readonly ValidityCase[] = JSON.parse(vectors);
    assertEquals(cases.length, 46);
    for (const { fn, subject, valid } of cases) {
      if (fn === "IsValidSubject") {
        assertEquals(isValidSubject(subject), valid, subject);
      } else if (valid) {
        assert(isValidSubject(subject), subject);
      }
    }
  },
);

Deno.test("H6 isValidSubject() refuses white space and what is empty", () => {
  for (const subject of ["", "a b", "a\tb", "a.\n", "a. .b", "a\fb", "a\rb"]) {
    assertFalse(isValidSubject(subject), JSON.stringify(subject));
  }
});

Deno.test("subjectMatches() takes the wildcards of a subscription for ordinary tokens", () => {
  const rows: [pattern: string, subject: string, matches: boolean][] = [
    ["a.b", "a.b", true],
    ["a.b", "a.b.c", false],
    ["a.b", "a", false],
    ["a.*", "a.b", true],
    ["a.*", "a.>", true],
    ["a.*", "a.b.c", false],
    ["a.*.c", "a.b.c", true],
    ["a.>", "a.b.c", true],
    ["a.>", "a", false],
    [">", "a", true],
    ["*", ">", true],
    ["*", "a.b", false],
    ["a.*.>", "a.>", false],
    ["a.*.>", "a.*.>", true],
  ];
  for (const [pattern, subject, matches] of rows) {
    assertEquals(
      subjectMatches(pattern, subject),
      matches,
      `${pattern} ${subject}`,
    );
  }
});

const PERMISSION: SubjectPermission = {
  allow: ["news.*", "users.alice.>", "jobs.> workers"],
  deny: ["news.*.>", "users.alice.secret"],
};

Deno.test("mayPublish() lets through what is allowed and not denied", () => {
  assert(mayPublish(PERMISSION, "news.a"));
  assert(mayPublish(PERMISSION, "users.alice.a"));
  assertFalse(mayPublish(PERMISSION, "news.a.b"));
  assertFalse(mayPublish(PERMISSION, "users.alice.secret"));
  assertFalse(mayPublish({ allow: [], deny: [] }, "a"));
});

Deno.test("maySubscribe() tells queue groups apart, mayReceive() what is delivered", () => {
  const rows: [subject: string, queue: string | undefined, may: boolean][] = [
    ["news.a", undefined, true],
    ["news.a", "any", true],
    ["news.>", undefined, true],
    ["news.a.>", undefined, false],
    ["users.alice.secret", undefined, false],
    ["users.>", undefined, false],
    ["jobs.a", undefined, false],
    ["jobs.a", "workers", true],
    ["jobs.a", "others", false],
  ];
  for (const [subject, queue, may] of rows) {
    assertEquals(maySubscribe(PERMISSION, { subject, queue }), may, subject);
  }
  assert(mayReceive(PERMISSION, "news.a"));
  assert(mayReceive(PERMISSION, "jobs.a.b"));
  assertFalse(mayReceive(PERMISSION, "news.a.b"));
  assertFalse(mayReceive(PERMISSION, "other"));
});
