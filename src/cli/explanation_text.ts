/**
 * What `explain` has to say as text, for a person at a terminal.
 */
import type { SubjectPermission } from "../permissions/grant.ts";
import type { RuleTrace } from "../permissions/rules.ts";
import type {
  ExplainedGrant,
  ExplainedIdentity,
  ExplainedLogin,
  ExplainedToken,
} from "./explanation.ts";
import { escapeUnprintable, printable } from "./printable.ts";
import type { Facts } from "./source_settings.ts";

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

export function formatExplanation(login: ExplainedLogin): string {
  const { grant, identity, judge, notes, rules, token } = login;
  const source = judge ?? identity;
  return [
    ...(source === undefined ? [] : [
      ...labelled("Issuer", [source.issuer]),
      ...labelled("Kind", [source.kind]),
    ]),
    ...labelled("Settings", formatFacts(judge?.settings ?? {})),
    ...(token === undefined ? [] : formatToken(token)),
    ...(identity === undefined ? [] : formatIdentity(identity)),
    ...(rules.length === 0 ? [] : ["", "Rules", ...rules.flatMap(formatRule)]),
    "",
    ...(grant === undefined ? formatRefusal(login) : formatGrant(grant)),
    ...(notes.length === 0
      ? []
      : ["", "Notes", ...notes.map((note) => `  ${note}`)]),
    // Names of claims, settings and notes are as somebody wrote them.
  ].map(escapeUnprintable).join("\n");
}

function formatFacts(facts: Facts): readonly string[] {
  const names = Object.keys(facts);
  const width = Math.max(...names.map((name) => name.length)) + 2;
  return Object.entries(facts)
    .map(([name, value]) => `${name.padEnd(width)}${value}`);
}

const FORM_NAMES: Readonly<Record<ExplainedToken["form"], string>> = {
  "jwt": "JWT",
  "api token": "API token",
  "opaque": "opaque: it says nothing of itself",
};

function formatToken({ form, says, verified }: ExplainedToken): string[] {
  const trust = verified === undefined
    ? ""
    : verified
    ? ", verified"
    : ", NOT verified: whoever made it can have written anything";
  return labelled("Token", [
    `${FORM_NAMES[form]}${trust}`,
    ...formatFacts(says),
  ]);
}

function formatIdentity(
  { expiresAt, more, sub }: ExplainedIdentity,
): string[] {
  return [
    ...labelled("Sub", [printable(sub)]),
    ...labelled("Expires", expiresAt === undefined ? [] : [expiresAt]),
    ...labelled("Also", formatFacts(more)),
  ];
}

/** More than anything of ours has. */
const DETAIL_CHARS_MAX = 1_000;

function formatRefusal(login: ExplainedLogin): string[] {
  const { code, detail, expected, found, lookAt, outcome } = login;
  const facts = {
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    ...(lookAt === undefined ? {} : { "look at": lookAt }),
  };
  return [
    outcome === "refused"
      ? `Refused: ${code}`
      : `Could not be judged, which is no refusal: ${code}`,
    `  ${printable(detail ?? "", DETAIL_CHARS_MAX)}`,
    ...formatFacts(facts).map((line) => `  ${line}`),
  ];
}

function formatRule({ conditions, matched, rule }: RuleTrace): string[] {
  const asked = conditions.map(({ actual, condition, holds }) =>
    `      ${holds ? "yes" : "no "} ${condition}${holds ? "" : `: ${actual}`}`
  );
  return [
    `  ${matched ? "✓" : "✗"} ${rule}${
      asked.length === 0 ? " (matches everybody)" : ""
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
