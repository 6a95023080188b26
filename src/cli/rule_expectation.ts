/**
 * Compares what rules decide with what a test expects of them.
 */
import { formatDuration, parseDuration } from "../base/duration.ts";
import type { Rejected } from "../base/outcome.ts";
import type { RuleExpectation } from "../config/rule_tests_schema.ts";
import type {
  Grant,
  ListedPermissions,
  ScopedPermissions,
  SubjectPermission,
} from "../permissions/grant.ts";
import {
  mayPublish,
  mayReceive,
  maySubscribe,
  splitQueue,
} from "../permissions/subject.ts";

/** What is not as expected, in words; empty if all is. */
export function compareOutcome(
  expect: RuleExpectation,
  outcome: Grant | Rejected,
): readonly string[] {
  if (outcome.kind === "rejected") {
    return expect.refused === outcome.code ? [] : [
      `refused with ${outcome.code} (${outcome.detail}), expected ${
        expect.refused ?? "a grant"
      }`,
    ];
  }
  if (expect.refused !== undefined) {
    return [`granted by rule ${outcome.rule}, expected ${expect.refused}`];
  }
  return [
    ...compare("rule", outcome.rule, expect.rule),
    ...compare("account", outcome.account, expect.account),
    ...compare("name", outcome.name, expect.name),
    ...compareSession(outcome, expect.session),
    ...compareUntil(outcome, expect.until),
    ...(outcome.permissions.kind === "scoped"
      ? compareScoped(expect, outcome.permissions)
      : compareListed(expect, outcome.permissions)),
  ];
}

function compare(
  what: string,
  found: string,
  expected: string | undefined,
): readonly string[] {
  return expected === undefined || found === expected
    ? []
    : [`${what} is ${found}, expected ${expected}`];
}

/** 24h and 1d are the same length. */
function compareSession(
  { sessionSecondsMax }: Grant,
  expected: string | undefined,
): readonly string[] {
  return expected === undefined || parseDuration(expected) === sessionSecondsMax
    ? []
    : [`session is ${formatDuration(sessionSecondsMax)}, expected ${expected}`];
}

function compareUntil(
  { endsBy }: Grant,
  expected: string | undefined,
): readonly string[] {
  if (expected === undefined) return [];
  const found = endsBy === undefined
    ? "open"
    : new Date(endsBy * 1000).toISOString();
  return Date.parse(found) === Date.parse(expected)
    ? []
    : [`the session's end is ${found}, expected ${expected}`];
}

function compareScoped(
  expect: RuleExpectation,
  { key, tags }: ScopedPermissions,
): readonly string[] {
  const wanted = Object.entries(expect.tags ?? {})
    .map(([name, value]) => `${name}:${value}`);
  const listed = Object.keys(expect).find((name) =>
    /^(?:publish|subscribe|may_)/.test(name)
  );
  return [
    ...compare("scoped_key", key, expect.scoped_key),
    ...(expect.tags === undefined ? [] : compareLists("tags", tags, wanted)),
    ...(listed === undefined ? [] : [
      `${listed} cannot be told: the template of the scoped key ${key} says what is allowed`,
    ]),
  ];
}

function compareListed(
  expect: RuleExpectation,
  { publish, subscribe }: ListedPermissions,
): readonly string[] {
  const { scoped_key: key, tags } = expect;
  return [
    ...(key === undefined ? [] : [`there is no scoped key, expected ${key}`]),
    ...(tags === undefined
      ? []
      : ["there are no tags: those belong to a scoped key"]),
    ...comparePermission("publish", publish, expect.publish),
    ...comparePermission("subscribe", subscribe, expect.subscribe),
    ...probe(
      "may publish",
      expect.may_publish,
      expect.may_not_publish,
      (text) => mayPublish(publish, text),
    ),
    ...probe(
      "may subscribe to",
      expect.may_subscribe,
      expect.may_not_subscribe,
      (text) => maySubscribe(subscribe, splitQueue(text)),
    ),
    ...probe(
      "may receive",
      expect.may_receive,
      expect.may_not_receive,
      (text) => mayReceive(subscribe, text),
    ),
  ];
}

function comparePermission(
  what: string,
  found: SubjectPermission,
  expected: RuleExpectation["publish"],
): readonly string[] {
  if (expected === undefined) return [];
  if (Array.isArray(expected)) {
    return compareLists(what, found.allow, expected);
  }
  const { allow, deny } = expected;
  return [
    ...(allow === undefined
      ? []
      : compareLists(`${what}.allow`, found.allow, allow)),
    ...(deny === undefined
      ? []
      : compareLists(`${what}.deny`, found.deny, deny)),
  ];
}

function compareLists(
  what: string,
  found: readonly string[],
  expected: readonly string[],
): readonly string[] {
  const more = found.filter((text) => !expected.includes(text));
  const less = expected.filter((text) => !found.includes(text));
  return [
    ...(more.length === 0 ? [] : [`${what} also has ${more.join(", ")}`]),
    ...(less.length === 0 ? [] : [`${what} lacks ${less.join(", ")}`]),
  ];
}

function probe(
  what: string,
  must: readonly string[] | undefined,
  mustNot: readonly string[] | undefined,
  may: (text: string) => boolean,
): readonly string[] {
  return [
    ...(must ?? []).filter((text) => !may(text))
      .map((text) => `${what} ${text}: no, expected yes`),
    ...(mustNot ?? []).filter((text) => may(text))
      .map((text) => `${what} ${text}: yes, expected no`),
  ];
}
