/**
 * What is wrong with the expectations of a test for rules, above all with those
 * that no outcome could fail: a test like that says that all is well, and has
 * looked at nothing.
 */
import { parseDuration } from "../base/duration.ts";
import { parseTimestamp } from "../base/timestamp.ts";
import { isValidSubject, splitQueue } from "../permissions/subject.ts";
import type { ConfigIssue } from "./config_error.ts";
import type { RuleExpectation } from "./rule_tests_schema.ts";

/** @param path Of the expectation. */
export function expectationIssues(
  expect: RuleExpectation,
  path: string,
): readonly ConfigIssue[] {
  const names = Object.keys(expect);
  if (names.length === 0) {
    return [{
      path,
      problem: "expects nothing, which is always right",
      remedy:
        "say what must come of the login: refused with its code, or rule, may_publish and the like",
    }];
  }
  if (expect.refused !== undefined) {
    return names.filter((name) => name !== "refused").map((name) => ({
      path: `${path}.${name}`,
      problem: "stands beside refused: a login that is refused has none",
      remedy: "take one of the two out, or make two tests of it",
    }));
  }
  return [
    ...permissionIssues(expect.publish, `${path}.publish`),
    ...permissionIssues(expect.subscribe, `${path}.subscribe`),
    ...messageIssues(expect.may_publish, `${path}.may_publish`),
    ...messageIssues(expect.may_not_publish, `${path}.may_not_publish`),
    ...subscriptionIssues(expect.may_subscribe, `${path}.may_subscribe`),
    ...subscriptionIssues(
      expect.may_not_subscribe,
      `${path}.may_not_subscribe`,
    ),
    ...messageIssues(expect.may_receive, `${path}.may_receive`),
    ...messageIssues(expect.may_not_receive, `${path}.may_not_receive`),
    ...formIssues(expect.session, `${path}.session`, {
      parse: parseDuration,
      problem: "is no length of time",
      remedy: "write it as in 90s, 15m, 8h or 1d",
    }),
    ...formIssues(expect.until, `${path}.until`, {
      parse: parseTimestamp,
      problem: "is no time",
      remedy: "write it as in 2026-03-02T18:00:00Z",
    }),
  ];
}

function permissionIssues(
  permission: RuleExpectation["publish"],
  path: string,
): readonly ConfigIssue[] {
  if (permission === undefined || Array.isArray(permission)) return [];
  return Object.keys(permission).length > 0 ? [] : [{
    path,
    problem: "names neither allow nor deny",
    remedy: "write the subjects as a list, or allow, or deny",
  }];
}

/** A message has one subject: to ask about a pattern as if it were one says nothing. */
function messageIssues(
  subjects: readonly string[] | undefined,
  path: string,
): readonly ConfigIssue[] {
  return listIssues(
    subjects,
    path,
    (subject) =>
      !isValidSubject(subject)
        ? NO_SUBJECT
        : subject.split(".").some((token) => token === "*" || token === ">")
        ? {
          problem: "is a pattern, and a message has one subject",
          remedy:
            "write a subject that a message can have, as in news.today for news.>; patterns can be asked of may_subscribe and may_not_subscribe",
        }
        : undefined,
  );
}

function subscriptionIssues(
  subscriptions: readonly string[] | undefined,
  path: string,
): readonly ConfigIssue[] {
  return listIssues(subscriptions, path, (text) => {
    const { queue, subject } = splitQueue(text);
    const isWhole =
      text === (queue === undefined ? subject : `${subject} ${queue}`);
    return isWhole && isValidSubject(subject) && queue !== ""
      ? undefined
      : NO_SUBJECT;
  });
}

type Issue = Omit<ConfigIssue, "path">;

const NO_SUBJECT: Issue = {
  problem: "is no subject that NATS takes",
  remedy:
    "write tokens with dots between them and no spaces, as in users.alice.hello; for may_subscribe, one space and a queue group may follow, and what begins with > or * needs quotes in YAML",
};

function listIssues(
  texts: readonly string[] | undefined,
  path: string,
  check: (text: string) => Issue | undefined,
): readonly ConfigIssue[] {
  if (texts === undefined) return [];
  if (texts.length === 0) {
    return [{
      path,
      problem: "is an empty list, which is always right",
      remedy: "name a subject, or leave it out",
    }];
  }
  return texts.flatMap((text, index) => {
    const issue = check(text);
    return issue === undefined ? [] : [{ path: `${path}[${index}]`, ...issue }];
  });
}

function formIssues(
  text: string | undefined,
  path: string,
  { parse, ...issue }: Issue & {
    readonly parse: (text: string) => number | undefined;
  },
): readonly ConfigIssue[] {
  return text === undefined || parse(text) !== undefined
    ? []
    : [{ path, ...issue }];
}
