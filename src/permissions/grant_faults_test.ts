import { assert, assertEquals, assertMatch } from "@std/assert";
import { CONTEXT, grantFaults } from "../../tests/fixtures/rules_scene.ts";
import { RulesFault } from "./rule_fault.ts";
import type { GrantOptions } from "./rule_options.ts";
import { createRules } from "./rules.ts";

const faults: [why: string, grant: GrantOptions, problem: RegExp][] = [
  ["nothing at all", {}, /^ grants nothing$/],
  [
    "H5 a deny without an allow",
    { publish: { deny: "a" }, subscribe: "b" },
    /^publish denies without allowing$/,
  ],
  [
    "an allow of nothing",
    { publish: { allow: [] }, subscribe: "b" },
    /^publish names no subject$/,
  ],
  [
    "neither allow nor deny",
    { publish: "a", subscribe: {} },
    /^subscribe names no subject$/,
  ],
  [
    "H10 the account AUTH",
    { account: "AUTH", publish: "a" },
    /^account is AUTH/,
  ],
  [
    "H10 the system account",
    { account: "SYS", publish: "a" },
    /^account is SYS/,
  ],
  ["H10 the system account by its other name", {
    account: "$SYS",
    publish: "a",
  }, /^account is \$SYS/],
  [
    "H10 an account in other letters",
    { account: "auth", publish: "a" },
    /^account is auth/,
  ],
  [
    "H10 an account that is not configured",
    { account: "APP2", publish: "a" },
    /^account is not one of accounts$/,
  ],
  ["H10 an account from a claim", {
    account: "${claims.account}",
    publish: "a",
  }, /^account is not one of accounts$/],
  [
    "a session without a unit",
    { publish: "a", session: "60" },
    /^session is no length of time$/,
  ],
  [
    "a session longer than all may be",
    { publish: "a", session: "2d" },
    /^session is longer than permissions\.session_seconds_max, 1d$/,
  ],
  [
    "limits",
    { publish: "a", limits: { subs: 10 } },
    /^limits cannot be promised/,
  ],
  [
    "a shared inbox",
    { publish: "a", inbox: "_INBOX" },
    /^inbox is shared by everybody/,
  ],
  [
    "an inbox of a claim",
    { publish: "a", inbox: "_INBOX.${claims.team}" },
    /^inbox is shared by everybody/,
  ],
  [
    "an inbox with a wildcard",
    { publish: "a", inbox: "_INBOX.${sub}.>" },
    /^inbox has a wildcard$/,
  ],
  [
    "H15 endless answers",
    { subscribe: "a", "allow_responses": { max: -1 } },
    /^allow_responses\.max is no number/,
  ],
  [
    "H15 no answers",
    { subscribe: "a", "allow_responses": { max: 0 } },
    /^allow_responses\.max is no number/,
  ],
  [
    "H15 half an answer",
    { subscribe: "a", "allow_responses": { max: 1.5 } },
    /^allow_responses\.max is no number/,
  ],
  [
    "H15 an endless time",
    { subscribe: "a", "allow_responses": { ttl: "2d" } },
    /^allow_responses\.ttl is no length/,
  ],
  ["an unknown preset", { preset: "kv" }, /^preset is no preset$/],
  ["subscriptions that NATS cannot keep apart", {
    subscribe: ["news.*", "news.a.b"],
  }, /^subscribe allows news\.\* beside news\.a\.b/],
  [
    "H7 a queue group to publish",
    { publish: "jobs.> workers" },
    /^publish has a space$/,
  ],
  ["H7 a queue group that is denied", {
    subscribe: { allow: "a", deny: "a workers" },
  }, /^subscribe\.deny has a space$/],
  [
    "hours without an end",
    { publish: "a", only: { hours: { from: "08:00" } } },
    /^only\.hours has a time that is none$/,
  ],
  [
    "an empty list of sources",
    { publish: "a", only: { sources: [] } },
    /^only\.sources is an empty list$/,
  ],
  [
    "an empty list of hours",
    { publish: "a", only: { hours: [] } },
    /^only\.hours is an empty list$/,
  ],
  [
    "conditions of which there are none",
    { publish: "a", only: {} },
    /^only holds no condition$/,
  ],
  [
    "an unknown scoped key",
    { "scoped_key": "none" },
    /^scoped_key is not one of/,
  ],
  [
    "tags without a scoped key",
    { tags: { a: "b" } },
    /^ has tags without scoped_key$/,
  ],
  [
    "tags without a scoped key beside subjects",
    { tags: { a: "b" }, publish: "a" },
    /^ has tags without scoped_key$/,
  ],
  ["H8 permissions beside a scoped key", {
    "scoped_key": "devices",
    publish: "a",
  }, /^publish stands beside a scoped key$/],
  ["H8 a preset beside a scoped key", {
    "scoped_key": "devices",
    preset: "jetstream_admin",
  }, /^preset stands beside a scoped key$/],
  [
    "H9 a tag of two tokens",
    { "scoped_key": "devices", tags: { a: "b.${sub}" } },
    /^tags\.a is not one word/,
  ],
  ["H9 a tag of a path", {
    "scoped_key": "devices",
    tags: { a: "${claims.x:path}" },
  }, /^tags\.a is not one word/],
  [
    "H9 a tag that is a wildcard",
    { "scoped_key": "devices", tags: { a: "*" } },
    /^tags\.a is not one word/,
  ],
  ["H9 a tag's name with a colon", {
    "scoped_key": "devices",
    tags: { "a:b": "c" },
  }, /^tags\.a:b is no name of a tag$/],
  ["a scoped key of another account", {
    account: "OTHER",
    "scoped_key": "devices",
  }, /^scoped_key is not one of/],
];

for (const [why, grant, problem] of faults) {
  Deno.test(`${why}: createRules() refuses to grant it`, () => {
    const found = grantFaults(grant);
    assertEquals(found.length, 1, found.join("; "));
    assertMatch(found.join(), problem);
  });
}

const waysOut: [grant: GrantOptions, remedy: RegExp][] = [
  [{ publish: "a", inbox: "" }, /^write private, or a beginning that holds/],
  [{ inbox: "a.${sub} q" }, /^remove it$/],
  [
    { preset: { "kv_write": { bucket: "b", keys: "${sub} q" } } },
    /^remove it$/,
  ],
  [{ publish: "a, b.c" }, /^write several subjects as a list; a queue group/],
  [
    { subscribe: { allow: "a", deny: "a.x q" } },
    /a queue group can stand behind/,
  ],
  [{ subscribe: "a, b.c" }, /Several subjects are a list$/],
];

for (const [grant, remedy] of waysOut) {
  Deno.test(`createRules() knows a way out of ${JSON.stringify(grant)}`, () => {
    const rules = createRules([{ name: "a", grant }], CONTEXT);
    assert(rules instanceof RulesFault);
    assertEquals(rules.issues.length, 1);
    assertMatch(rules.issues[0]?.remedy ?? "", remedy);
  });
}

Deno.test("more than 256 subjects are refused", () => {
  const publish = Array.from({ length: 257 }, (_, index) => `a.${index}`);
  assertMatch(grantFaults({ publish }).join(), /has more than 256 subjects/);
  assertEquals(grantFaults({ publish: publish.slice(1) }), []);
});
