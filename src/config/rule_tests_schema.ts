/**
 * The table of tests that an operator keeps beside the rules: who comes, and what
 * that login must or must not be granted.
 */
import { z } from "zod";
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import { CREDENTIAL_KINDS } from "../base/identity.ts";
import type { RejectionCode } from "../base/outcome.ts";

/** How a made-up login can be refused by the rules. */
export const RULE_REFUSALS = [
  "no_rule_matches",
  "refused_by_rule",
  "claim_unusable_in_subject",
  "sub_unusable_in_subject",
  "connection_type_not_allowed",
  "source_not_allowed",
  "outside_hours",
] as const satisfies readonly RejectionCode[];

/** The same, or before them. */
const REFUSALS = [
  ...RULE_REFUSALS,
  "issuer_untrusted",
  "bearer_token_expired",
  "bearer_token_not_yet_valid",
  "bearer_token_lifetime_too_long",
  "claim_invalid",
  "namespace_not_allowed",
] as const satisfies readonly RejectionCode[];

const subjects = z.array(z.string());

const permission = z.union([
  subjects,
  z.strictObject({ allow: subjects.optional(), deny: subjects.optional() }),
], { error: "must be a list of subjects, or allow and deny" });

const expectation = z.strictObject({
  refused: z.enum(REFUSALS).optional().describe(
    "The code of the refusal, as explain and the service's log have it.",
  ),
  rule: z.string().optional().describe("The rule that decides."),
  account: z.string().optional().describe("The account."),
  name: z.string().optional().describe("The user's name in subjects."),
  publish: permission.optional().describe(
    "Exactly what may be published to, in any order.",
  ),
  subscribe: permission.optional().describe(
    "Exactly what may be subscribed to, in any order.",
  ),
  may_publish: subjects.optional().describe("Subjects that must be allowed."),
  may_not_publish: subjects.optional().describe(
    "Subjects that must not be allowed.",
  ),
  may_subscribe: subjects.optional().describe(
    'Subscriptions that must be taken; "jobs.a workers" in a queue group.',
  ),
  may_not_subscribe: subjects.optional().describe(
    "Subscriptions that must be refused.",
  ),
  may_receive: subjects.optional().describe("Messages that must arrive."),
  may_not_receive: subjects.optional().describe(
    "Messages that must not arrive.",
  ),
  scoped_key: z.string().optional().describe("The scoped key."),
  tags: z.record(z.string(), z.string()).optional().describe(
    "All of the tags.",
  ),
  session: z.string().optional().describe("The longest session, as in 8h."),
  until: z.string().optional().describe(
    "When the rule's hours end the session, as in 2026-03-02T18:00:00Z.",
  ),
});

const test = z.strictObject({
  name: z.string().describe("What is tested, in words."),
  claims: z.record(z.string(), z.json()).describe("The token's claims."),
  issuer: z.string().optional().describe(
    "Who issued it; iss, or whoever issues that kind, or the only issuer unless given.",
  ),
  kind: z.enum(CREDENTIAL_KINDS).optional().describe(
    "What kind of token; the issuer's unless given.",
  ),
  connection: z.enum(CONNECTION_TYPES).optional().describe(
    "How the client is connected; nats unless given.",
  ),
  source: z.string().optional().describe(
    "Where it is connected from; 127.0.0.1 unless given.",
  ),
  at: z.string().optional().describe(
    "When, as in 2026-03-02T12:00:00Z; now unless given.",
  ),
  expect: expectation.describe("What must come of it."),
});

export const RULE_TESTS_SCHEMA = z.strictObject({
  tests: z.array(test).min(1).describe(
    "The tests, as in { name: in words, claims: { sub: alice }, expect: { rule: everyone } }.",
  ),
}).describe("One list, tests, as docs/RULES.md shows.");

export type RuleTest = z.output<typeof test>;
export type RuleExpectation = z.output<typeof expectation>;
