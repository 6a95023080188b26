import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  literal,
  pattern,
  templateOf,
} from "../../tests/fixtures/templates.ts";
import { closeOpenEnds } from "./exact_subscribe.ts";
import { Fault } from "./rule_fault.ts";
import {
  mayReceive,
  maySubscribe,
  splitQueue,
  subjectMatches,
} from "./subject.ts";
import { templateText } from "./subject_template.ts";

function denied(...allowed: readonly string[]): readonly string[] {
  return closeOpenEnds(allowed.map(templateOf)).map((end) =>
    end instanceof Fault ? "fault" : templateText(end.deny)
  );
}

const rows: [
  why: string,
  allowed: readonly string[],
  denied: readonly string[],
][] = [
  ["an end that is open", ["news.*"], ["news.*.>"]],
  ["the whole account's first token", ["*"], ["*.>"]],
  ["a placeholder before it", ["users.${sub}.*"], ["users.${sub}.*.>"]],
  ["a queue group", ["jobs.* workers"], ["jobs.*.>"]],
  ["two wildcards", ["a.*.*"], ["a.*.*.>"]],
  ["nothing open", ["news.>", "a.*.b", "c"], []],
  ["more that is allowed anyway", ["news.*", "news.>"], []],
  ["more that is allowed by a wider one", ["a.b.*", "a.*.>"], []],
  ["one more level", ["news.*", "news.*.*"], ["news.*.*.>", "news.*.*.>"]],
  ["one more level and all below", ["news.*", "news.*.>"], []],
  ["others that begin otherwise", ["news.*", "sport.a.b", "users.${sub}.>"], [
    "news.*.>",
  ]],
  ["what no value can be", ["*.a", "${claims.t}.*", "$JS.API.>"], [
    "${claims.t}.*.>",
  ]],
  ["one deeper beside it", ["news.*", "news.sport.>"], ["fault"]],
  ["one deeper word beside it", ["news.*", "news.sport.live"], ["fault"]],
  ["a placeholder deeper", ["users.*", "users.${sub}.>"], ["fault"]],
  ["a placeholder that could be the word", ["news.*", "${claims.t}.a.b"], [
    "fault",
  ]],
  ["a path that could be longer", ["t.*", "t.${claims.t:path}"], ["fault"]],
  ["its own inbox deeper", ["users.${sub}.*", "users.${sub}._INBOX.>"], [
    "fault",
  ]],
  ["a queue group's own right to more", [
    "jobs.* workers",
    "jobs.> workers",
  ], []],
  ["a queue group's own right to one more level", [
    "jobs.* workers",
    "jobs.*.* workers",
  ], ["jobs.*.*.>", "jobs.*.*.>"]],
  ["another queue group's right to more", [
    "jobs.* workers",
    "jobs.> others",
  ], ["fault"]],
  ["a queue group's right to more", ["news.*", "news.> workers"], ["fault"]],
  ["everybody's right to more than a queue group's", [
    "jobs.* workers",
    "jobs.>",
  ], []],
];

for (const [why, allowed, expected] of rows) {
  Deno.test(`closeOpenEnds() of ${allowed.join(" and ")}: ${why}`, () => {
    assertEquals(denied(...allowed), expected);
  });
}

Deno.test("closeOpenEnds() says what cannot be kept apart, and the way out", () => {
  const [fault] = closeOpenEnds(["news.*", "news.sport.>"].map(templateOf));
  assert(fault instanceof Fault);
  assertMatch(fault.problem, /allows news\.\* beside news\.sport\.>/);
  assertMatch(fault.remedy, /Allow news\.>,/);
});

Deno.test("the way out of closeOpenEnds() keeps the queue group", () => {
  const [fault] = closeOpenEnds(["jobs.* workers", "jobs.a.b"].map(templateOf));
  assert(fault instanceof Fault);
  assertMatch(fault.remedy, /Allow jobs\.> workers,/);
});

const queue = fc.constantFrom(undefined, undefined, "q", "r");
const entry = fc.tuple(pattern, queue).map(([subject, group]) =>
  group === undefined ? subject : `${subject} ${group}`
);

Deno.test("what closeOpenEnds() denies leaves exactly what was allowed, whatever is subscribed to", () => {
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 3 }),
      pattern,
      queue,
      literal,
      (allow, subject, queue, message) => {
        const deny = denied(...allow);
        if (deny.includes("fault")) return;
        const permission = { allow, deny };
        const matching = allow.map(splitQueue)
          .filter((each) => subjectMatches(each.subject, message));
        // Nothing that was allowed is lost.
        assertEquals(mayReceive(permission, message), matching.length > 0);
        // And nothing else is delivered, by whichever subscription the server lets in.
        if (!maySubscribe(permission, { subject, queue })) return;
        const delivered = subjectMatches(subject, message) &&
          !deny.some((each) => subjectMatches(each, message));
        const isAllowed = matching.some((each) =>
          each.queue === undefined || each.queue === queue
        );
        assert(
          !delivered || isAllowed,
          `${allow} ${deny} ${subject} ${queue} ${message}`,
        );
      },
    ),
    { numRuns: 20_000 },
  );
});
