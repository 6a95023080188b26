/**
 * What `explain` has to say: one structure, as JSON or as text for a person.
 */
import { formatDuration } from "../base/duration.ts";
import type { Identity } from "../base/identity.ts";
import type { Rejected, Unavailable } from "../base/outcome.ts";
import { type EpochSeconds, toEpochSeconds } from "../base/time.ts";
import { latestSessionEnd } from "../callout/user_jwt.ts";
import type {
  Grant,
  LoginFacts,
  SubjectPermission,
} from "../permissions/grant.ts";
import type { Explanation, RuleTrace } from "../permissions/rules.ts";

export interface ExplainedLogin {
  readonly outcome: "granted" | "refused" | "could not be judged";
  /** Why not: as in the log. */
  readonly code?: string;
  readonly detail?: string;
  readonly identity?: ExplainedIdentity;
  /** What was asked of the token before any rule. */
  readonly checks: readonly string[];
  readonly rules: readonly RuleTrace[];
  readonly grant?: ExplainedGrant;
  readonly notes: readonly string[];
}

export interface ExplainedIdentity {
  readonly issuer: string;
  readonly kind: string;
  readonly sub: string;
  /** Left out of made-up claims that say nothing of it. */
  readonly expiresAt?: string;
}

export interface ExplainedGrant {
  readonly rule: string;
  readonly account: string;
  /** The user in subjects, and the user JWT's name. */
  readonly name: string;
  readonly publish?: SubjectPermission;
  readonly subscribe?: SubjectPermission;
  readonly allowResponses?: { readonly max: number; readonly ttl: string };
  readonly scopedKey?: string;
  readonly tags?: readonly string[];
  /** What clients set as the beginning of their inboxes. */
  readonly inboxPrefix?: string;
  readonly session: {
    readonly longest: string;
    readonly endsAtTheLatest: string;
    readonly endedBy:
      | "the token"
      | "the rule's session"
      | "the rule's hours"
      | "permissions.session_seconds_max";
  };
}

/** A login that did not get as far as the rules. */
export function explainRefusal(
  { kind, detail, ...refusal }: Rejected | Unavailable,
  checks: readonly string[],
): ExplainedLogin {
  return {
    outcome: kind === "rejected" ? "refused" : "could not be judged",
    code: "code" in refusal
      ? refusal.code
      : `unavailable: ${refusal.dependency}`,
    detail,
    checks,
    rules: [],
    notes: [],
  };
}

export interface TokenFacts {
  /** What was asked of the token before any rule. */
  readonly checks: readonly string[];
  /** Whether it says when it ends. */
  readonly expires: boolean;
  /** permissions.session_seconds_max. */
  readonly sessionSecondsMax: number;
}

export function explainDecision(
  identity: Identity,
  facts: LoginFacts,
  explanation: Explanation,
  { checks, expires, sessionSecondsMax: most }: TokenFacts,
): ExplainedLogin {
  const { outcome, tried, notes } = explanation;
  const found = {
    identity: {
      issuer: identity.issuer,
      kind: identity.credential,
      sub: identity.sub,
      ...(expires ? { expiresAt: timeText(identity.expiresAt) } : {}),
    },
    checks,
    rules: tried,
    notes,
  };
  if (outcome.kind === "rejected") {
    const { code, detail } = outcome;
    return { outcome: "refused", code, detail, ...found };
  }
  return {
    outcome: "granted",
    ...found,
    grant: {
      ...toExplained(outcome, explanation.inboxPrefix),
      session: explainSession(outcome, identity, facts, most),
    },
  };
}

function explainSession(
  grant: Grant,
  { expiresAt }: Identity,
  { now }: LoginFacts,
  sessionSecondsMax: number,
): ExplainedGrant["session"] {
  const end = latestSessionEnd(expiresAt, grant, toEpochSeconds(now));
  return {
    longest: formatDuration(grant.sessionSecondsMax),
    endsAtTheLatest: timeText(end),
    endedBy: end === expiresAt
      ? "the token"
      : end === grant.endsBy
      ? "the rule's hours"
      // A rule cannot ask for more than that.
      : grant.sessionSecondsMax < sessionSecondsMax
      ? "the rule's session"
      : "permissions.session_seconds_max",
  };
}

function toExplained(
  { account, name, permissions, rule }: Grant,
  inboxPrefix: string | undefined,
): Omit<ExplainedGrant, "session"> {
  if (permissions.kind === "scoped") {
    const { key, tags } = permissions;
    return { rule, account, name, scopedKey: key, tags };
  }
  const { publish, responses, subscribe } = permissions;
  return {
    rule,
    account,
    name,
    publish,
    subscribe,
    ...(responses === undefined ? {} : {
      allowResponses: {
        max: responses.messagesMax,
        ttl: formatDuration(responses.seconds),
      },
    }),
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
  };
}

function timeText(time: EpochSeconds): string {
  return new Date(time * 1000).toISOString().replace(".000Z", "Z");
}

/** What a terminal does not show, or shows as something else, is written as its code. */
export function formatAsJson(login: ExplainedLogin): string {
  return JSON.stringify(login, null, 2).replaceAll(
    /[^\n\P{C}]|[\u2028\u2029]/gu,
    (text) =>
      Array.from(
        { length: text.length },
        (_, index) =>
          `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`,
      ).join(""),
  );
}

/** For a person at a terminal. */
export function formatExplanation(login: ExplainedLogin): string {
  const { checks, detail, grant, identity, notes, outcome, rules } = login;
  const lines: string[] = [];
  if (identity !== undefined) {
    lines.push(
      `Issuer     ${identity.issuer}`,
      `Kind       ${identity.kind}`,
      `Sub        ${printable(identity.sub)}`,
      ...labelled(
        "Expires",
        identity.expiresAt === undefined ? [] : [identity.expiresAt],
      ),
    );
  }
  lines.push(...labelled("Checked", checks));
  if (rules.length > 0) lines.push("", "Rules", ...rules.flatMap(formatRule));
  lines.push("");
  if (grant === undefined) {
    lines.push(`${capital(outcome)}: ${login.code}`, `  ${detail}`);
  } else lines.push(...formatGrant(grant));
  if (notes.length > 0) {
    lines.push("", "Notes", ...notes.map((note) => `  ${note}`));
  }
  return lines.join("\n");
}

function formatRule({ conditions, matched, rule }: RuleTrace): string[] {
  const asked = conditions.map(({ actual, condition, holds }) =>
    `      ${holds ? "yes" : "no "} ${condition}${holds ? "" : `: ${actual}`}`
  );
  return [
    `  ${matched ? "✓" : "✗"} ${rule}${
      asked.length === 0 ? " (asks nothing)" : ""
    }`,
    ...asked,
  ];
}

function formatGrant(grant: ExplainedGrant): string[] {
  const { allowResponses, inboxPrefix, scopedKey, session, tags } = grant;
  return [
    `Granted by rule ${grant.rule}`,
    ...labelled("Account", [grant.account]),
    ...labelled("Name", [grant.name]),
    ...permissionLines("Publish", grant.publish),
    ...permissionLines("Subscribe", grant.subscribe),
    ...labelled(
      "Answers",
      allowResponses === undefined
        ? []
        : [`${allowResponses.max} to a message, within ${allowResponses.ttl}`],
    ),
    ...labelled(
      "Inbox",
      inboxPrefix === undefined
        ? []
        : [`${inboxPrefix} (clients set it as their inbox prefix)`],
    ),
    ...labelled("Scoped key", scopedKey === undefined ? [] : [scopedKey]),
    ...labelled("Tags", tags ?? []),
    ...labelled("Session", [
      `until ${session.endsAtTheLatest} at the latest, ended by ${session.endedBy}; up to a tenth shorter by chance`,
    ]),
  ];
}

function permissionLines(
  label: string,
  permission: SubjectPermission | undefined,
): string[] {
  if (permission === undefined) return [];
  const { allow, deny } = permission;
  if (allow.length === 0) return labelled(label, ["nothing"]);
  return labelled(label, [
    ...allow,
    ...deny.map((subject) => `not ${subject}`),
  ]);
}

const LABEL_CHARS = 11;

function labelled(label: string, values: readonly string[]): string[] {
  return values.map((value, index) =>
    `${(index === 0 ? label : "").padEnd(LABEL_CHARS)}${value}`
  );
}

/** A sub may hold anything: what would move the cursor or turn the text around is shown as its code. */
function printable(text: string): string {
  return /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(text) ? text : JSON.stringify(text)
    .replaceAll(
      /[^\p{L}\p{N}\p{P}\p{S} ]/gu,
      (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
    );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
