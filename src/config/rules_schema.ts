/**
 * The settings of `rules:`, in the shape of `permissions/rule_options.ts`. What
 * a rule means, and whether it can, is judged there; here are names and kinds.
 */
import { z } from "zod";
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import { CREDENTIAL_KINDS } from "../base/identity.ts";
import { RULES_MAX } from "../base/limits.ts";
import { DAYS } from "../permissions/hours.ts";

/** One of them, or a list. */
function oneOrMore<T extends z.ZodType>(
  kind: T,
  words: string,
): z.ZodUnion<[T, z.ZodArray<T>]> {
  return z.union([kind, z.array(kind)], {
    error: `must be ${words}, or a list of them`,
  });
}

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error:
    "must be text, a number, true or false: nothing else can be compared with",
});

const claimTests = z.strictObject({
  equals: scalar.optional().describe(
    "The claim is exactly this, as in equals: admin. Several values: one_of.",
  ),
  one_of: z.array(scalar).optional().describe(
    "The claim is exactly one of these, as in one_of: [admin, owner].",
  ),
  contains: scalar.optional().describe(
    "The claim is a list and has exactly this in it, as in contains: ops. Several values: contains_one_of.",
  ),
  contains_one_of: z.array(scalar).optional().describe(
    "The claim is a list and has at least one of these in it, as in contains_one_of: [ops, admin].",
  ),
  scope_contains: z.string().optional().describe(
    "The claim holds this scope: words with spaces between them (scope), or a list of words (scp).",
  ),
});

const when = z.strictObject({
  issuer: oneOrMore(z.string(), "an issuer").optional().describe(
    "Who issued the token, exactly as in issuers.",
  ),
  kind: oneOrMore(
    z.enum(CREDENTIAL_KINDS),
    `one of ${CREDENTIAL_KINDS.join(", ")}`,
  ).optional().describe("What kind of token it is, as in kind: webhook."),
  connection: oneOrMore(
    z.enum(CONNECTION_TYPES),
    `one of ${CONNECTION_TYPES.join(", ")}`,
  ).optional().describe(
    "How the client is connected, as in connection: websocket.",
  ),
  source: oneOrMore(z.string(), "a range of addresses").optional().describe(
    "Where the client is connected from: ranges as in 10.0.0.0/8 or 2001:db8::/32.",
  ),
  claims: z.record(
    z.string(),
    z.union([z.enum(["present", "absent"]), claimTests], {
      error:
        "must be present, absent, or one of equals, one_of, contains, contains_one_of, scope_contains with a value",
    }).describe(
      "Write present, absent, or a test: { equals: admin }, { contains: ops } and so on.",
    ),
  ).optional().describe(
    "By the claim's name; a name that begins with / is a path into nested claims, as in /realm_access/roles.",
  ),
});

const subjects = z.union([
  z.string(),
  z.array(z.string()),
  z.strictObject({
    allow: oneOrMore(z.string(), "a subject").optional().describe(
      "Subjects that are allowed.",
    ),
    deny: oneOrMore(z.string(), "a subject").optional().describe(
      "Subjects of these that are not allowed.",
    ),
  }),
], { error: "must be a subject, a list of them, or allow and deny" });

const hours = z.strictObject({
  days: z.array(z.enum(DAYS)).min(1).optional().describe(
    "Days on which it begins: mon, tue, wed, thu, fri, sat, sun. Unless given: all.",
  ),
  from: z.string().optional().describe('When it begins, as in "08:00".'),
  to: z.string().optional().describe(
    'When it ends, as in "18:00" or "24:00"; before from: on the next day.',
  ),
  time_zone: z.string().optional().describe(
    "Whose time, as in Europe/Berlin. Unless given: UTC.",
  ),
});

const only = z.strictObject({
  connections: oneOrMore(
    z.enum(CONNECTION_TYPES),
    `one of ${CONNECTION_TYPES.join(", ")}`,
  ).optional().describe(
    "How the client must be connected, as in connections: mqtt.",
  ),
  sources: oneOrMore(z.string(), "a range of addresses").optional().describe(
    "Where the client must be connected from.",
  ),
  hours: oneOrMore(hours, "a window of hours").optional().describe(
    "When it may connect; its session ends when they do.",
  ),
});

const preset = z.union([
  z.string(),
  z.record(
    z.string(),
    z.union([z.string(), z.record(z.string(), z.string())], {
      error: "must be text, or what the preset needs to know by name",
    }),
  ),
], {
  error: "must be the name of a preset, or its name with what it needs to know",
});

const grant = z.strictObject({
  account: z.string().optional().describe(
    "Account that the user is placed in, one of accounts. Unless given: permissions.account.",
  ),
  publish: subjects.optional().describe(
    "Subjects that may be published to. ${sub} is the user, ${claims.NAME} a claim, each one token.",
  ),
  subscribe: subjects.optional().describe(
    'Subjects that may be subscribed to; "jobs.> workers" only in the queue group workers.',
  ),
  inbox: z.string().optional().describe(
    "Where replies come: private is users.${sub}._INBOX; else a beginning that holds ${sub}.",
  ),
  preset: oneOrMore(preset, "a preset").optional().describe(
    "What common uses of NATS need: request_reply, jetstream_consumer, jetstream_admin, kv_read, kv_write, object_read, mqtt_sessions, service_responder.",
  ),
  allow_responses: z.union([
    z.boolean(),
    z.strictObject({
      max: z.int().optional().describe(
        "Answers to one message, 1 unless given.",
      ),
      ttl: z.string().optional().describe(
        "How long after the message, 2m unless given.",
      ),
    }),
  ], { error: "must be true, false, or max and ttl" }).optional().describe(
    "Whether messages that were received may be answered, wherever the answer goes.",
  ),
  session: z.string().optional().describe(
    "Longest session, as in 8h; permissions.session_seconds_max unless given.",
  ),
  only: only.optional().describe(
    "What must hold as well. Whoever matches the rule without it is refused.",
  ),
  scoped_key: z.string().optional().describe(
    "Name of one of the account's scoped_keys: its template says what is allowed.",
  ),
  tags: z.record(z.string(), z.string()).optional().describe(
    "What {{tag(name)}} in the template of the scoped key stands for.",
  ),
  limits: z.unknown().optional().describe(
    "Not to be had: NATS does not enforce limits of users that a callout admits. Limit the account.",
  ),
});

const rule = z.strictObject({
  name: z.string().optional().describe("Names the rule in the log."),
  when: when.optional().describe(
    "What must hold for the rule to match. Unless given: it matches everybody.",
  ),
  grant: grant.optional().describe("What whoever matches is granted."),
  refuse: z.boolean().optional().describe(
    "true: whoever matches is refused, whatever later rules say.",
  ),
  gives_way_to: oneOrMore(z.string(), "the name of a rule").optional().describe(
    "Earlier rules that decide about whoever matches both: that is meant, and not warned of.",
  ),
});

export const RULES_SCHEMA = z.array(rule).max(RULES_MAX);

export type RuleSettings = z.output<typeof rule>;
