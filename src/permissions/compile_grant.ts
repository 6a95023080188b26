/**
 * Reads what a rule grants, or that it refuses.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import { formatDuration, parseDuration } from "../base/duration.ts";
import type { AddressRange } from "./address_range.ts";
import { isClosedAccount } from "./closed_account.ts";
import {
  type CompiledScoped,
  compileScoped,
  tagsWithoutKey,
} from "./compile_scoped.ts";
import {
  compileSubjects,
  type RuleSubjects,
  type SubjectLists,
} from "./compile_subjects.ts";
import {
  checkNotEmpty,
  emptyList,
  takeKnown,
  takeRanges,
} from "./compile_when.ts";
import type { ResponsePermission } from "./grant.ts";
import { type Hours, parseHours } from "./hours.ts";
import type { RulesContext } from "./rule_context.ts";
import { Fault, type Report } from "./rule_fault.ts";
import {
  type GrantOptions,
  type OnlyOptions,
  type ResponsesOptions,
  stepTo,
  toList,
} from "./rule_options.ts";
import {
  LEAF_NODES_ARE_CHECKED,
  MQTT,
  type ServerNeed,
} from "./server_need.ts";
import { Placeholders, type SubjectParts } from "./subject_filling.ts";
import { type SubjectTemplate, templateText } from "./subject_template.ts";
import { covers } from "./template_relation.ts";

export interface CompiledGrant {
  readonly account: string;
  readonly sessionSecondsMax: number;
  readonly only: CompiledOnly;
  readonly permissions: CompiledListed | CompiledScoped;
  readonly placeholders: Placeholders;
  readonly cautions: readonly string[];
  readonly notes: readonly string[];
  readonly needs: readonly ServerNeed[];
}

/** Nothing is asked for what is left out. */
export interface CompiledOnly {
  readonly connections?: readonly ConnectionType[];
  readonly sources?: readonly AddressRange[];
  readonly hours?: readonly Hours[];
}

export interface CompiledListed {
  readonly kind: "listed";
  readonly publish: PartLists;
  readonly subscribe: PartLists;
  readonly responses?: ResponsePermission;
  readonly inbox?: SubjectParts;
}

export interface PartLists {
  readonly allow: readonly SubjectParts[];
  readonly deny: readonly SubjectParts[];
  /** What is denied to leaf nodes beside. */
  readonly leafDeny: readonly SubjectParts[];
}

export function compileGrant(
  grant: GrantOptions,
  context: RulesContext,
  report: Report,
): CompiledGrant {
  refuseLimits(grant, report);
  const account = takeAccount(grant, context, report.at("account"));
  const sessionSecondsMax = takeSession(grant, context, report.at("session"));
  checkNotEmpty(grant.only, report.at("only"));
  const only = compileOnly(grant.only ?? {}, report.at("only"));
  const placeholders = new Placeholders();
  const shared = { account, sessionSecondsMax, only, placeholders };
  const { scoped_key: key } = grant;
  if (key !== undefined) {
    const scopedKeys = context.accounts.find(({ name }) => name === account)
      ?.scopedKeys ?? [];
    const scoped = { key, scopedKeys, placeholders };
    return {
      ...shared,
      permissions: compileScoped(grant, scoped, report),
      cautions: [],
      notes: [],
      needs: [LEAF_NODES_ARE_CHECKED],
    };
  }
  const problems = report.issues.length;
  const subjects = compileSubjects(grant, report);
  const isFaultless = report.issues.length === problems;
  const { cautions, needs, notes, publish, subscribe } = subjects;
  const permissions = toListed(grant, subjects, placeholders, report);
  const isNothing = publish.allow.length + subscribe.allow.length === 0;
  // About all of the grant, so after its parts: once it is said, nothing is said of them.
  if (grant.tags !== undefined) {
    report.add(tagsWithoutKey());
  } else if (isNothing && isFaultless) {
    report.add(
      new Fault(
        "grants nothing",
        "write publish, subscribe, preset, inbox or scoped_key; to refuse somebody, write refuse: true in the place of grant",
      ),
    );
  }
  return {
    ...shared,
    permissions,
    cautions,
    notes: [...notes, ...describeOverride(permissions, subjects)],
    needs: [...needs, LEAF_NODES_ARE_CHECKED],
  };
}

/** nats-server asks for the leave to answer where the rest says no (`client.go`, pubAllowedFullCheck). */
function describeOverride(
  { responses }: CompiledListed,
  { publish }: RuleSubjects,
): readonly string[] {
  if (responses === undefined) return [];
  return publish.deny.map((subject) =>
    `allow_responses goes before the deny of ${
      templateText(subject)
    }: an answer may go there`
  );
}

/** Measured on nats-server 2.15.2: see docs/RULES.md. */
function refuseLimits({ limits }: GrantOptions, report: Report): void {
  if (limits === undefined) return;
  report.at("limits").add(
    new Fault(
      "cannot be promised: NATS does not enforce subs, payload and data for users that a callout admits",
      "limit the account instead: nsc edit account --name APP --subscriptions 1000 --payload 64k",
    ),
  );
}

function takeAccount(
  grant: GrantOptions,
  context: RulesContext,
  report: Report,
): string {
  const account = grant.account ?? context.account;
  if (account === undefined) {
    report.add(
      new Fault(
        "is missing",
        "write the name of one of accounts, or permissions.account for all rules",
      ),
    );
    return "";
  }
  if (isClosedAccount(account)) {
    report.add(
      new Fault(
        `is ${account}, which must not be granted to anybody`,
        "write the name of an application's account",
      ),
    );
  } else if (!context.accounts.some(({ name }) => name === account)) {
    report.add(
      new Fault(
        "is not one of accounts",
        `there are: ${context.accounts.map(({ name }) => name).join(", ")}`,
      ),
    );
  }
  return account;
}

function takeSession(
  { session }: GrantOptions,
  { sessionSecondsMax }: RulesContext,
  report: Report,
): number {
  if (session === undefined) return sessionSecondsMax;
  const seconds = parseDuration(session);
  if (seconds === undefined) {
    report.add(
      new Fault("is no length of time", "write 90s, 15m, 8h or 1d"),
    );
    return sessionSecondsMax;
  }
  if (seconds > sessionSecondsMax) {
    report.add(
      new Fault(
        `is longer than permissions.session_seconds_max, ${
          formatDuration(sessionSecondsMax)
        }`,
        "shorten it, or raise that",
      ),
    );
  }
  return seconds;
}

function compileOnly(only: OnlyOptions, report: Report): CompiledOnly {
  const { connections, hours, sources } = only;
  if (hours !== undefined && toList(hours).length === 0) {
    report.at("hours").add(emptyList());
  }
  const windows = toList(hours).flatMap((options, index) =>
    report.at("hours", ...stepTo(hours, index)).take(parseHours(options)) ?? []
  );
  const types = takeKnown(
    connections,
    CONNECTION_TYPES,
    report.at("connections"),
  );
  const ranges = takeRanges(sources, report.at("sources"));
  return {
    ...(connections === undefined ? {} : { connections: types }),
    ...(sources === undefined ? {} : { sources: ranges }),
    ...(hours === undefined ? {} : { hours: windows }),
  };
}

function toListed(
  grant: GrantOptions,
  { inbox, publish, responds, subscribe }: RuleSubjects,
  placeholders: Placeholders,
  report: Report,
): CompiledListed {
  const responses = takeResponses(
    grant.allow_responses ?? responds,
    report.at("allow_responses"),
  );
  const prepare = placeholders.prepare.bind(placeholders);
  const prepareLists = ({ allow, deny }: SubjectLists): PartLists => ({
    allow: allow.map(prepare),
    deny: deny.map(prepare),
    leafDeny: leafDeny(allow).map(prepare),
  });
  return {
    kind: "listed",
    publish: prepareLists(publish),
    subscribe: prepareLists(subscribe),
    ...(responses === undefined ? {} : { responses }),
    ...(inbox === undefined ? {} : { inbox: prepare(inbox) }),
  };
}

/**
 * nats-server up to 2.14 does not ask a leaf node's `allow` about `$MQTT.`, but
 * its `deny` (`client.go`, canSubscribeInternal and pubAllowedFullCheck): whoever
 * may have a part of it would have all.
 */
function leafDeny(
  allowed: readonly SubjectTemplate[],
): readonly SubjectTemplate[] {
  const isAllowed = allowed.some(({ tokens }) => covers(tokens, MQTT.tokens));
  return allowed.length === 0 || isAllowed ? [] : [MQTT];
}

/** nats-server's own defaults (`const.go`, DEFAULT_ALLOW_RESPONSE_MAX_MSGS and -_EXPIRATION). */
const RESPONSES_DEFAULT: ResponsePermission = { messagesMax: 1, seconds: 120 };

const RESPONSE_MESSAGES_MAX = 1_000_000;

function takeResponses(
  options: boolean | ResponsesOptions,
  report: Report,
): ResponsePermission | undefined {
  if (options === false) return undefined;
  if (options === true) return RESPONSES_DEFAULT;
  const { max = RESPONSES_DEFAULT.messagesMax, ttl = "2m" } = options;
  const seconds = parseDuration(ttl);
  // To NATS 0 is the default, and what is below is no limit.
  if (!Number.isInteger(max) || max < 1 || max > RESPONSE_MESSAGES_MAX) {
    report.at("max").add(
      new Fault(
        "is no number of messages",
        `write a whole number from 1 to ${RESPONSE_MESSAGES_MAX}`,
      ),
    );
  }
  if (seconds === undefined || seconds > 86_400) {
    report.at("ttl").add(
      new Fault("is no length of time up to a day", "write 30s, 2m or 1h"),
    );
  }
  return { messagesMax: max, seconds: seconds ?? RESPONSES_DEFAULT.seconds };
}
