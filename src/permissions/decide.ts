/**
 * From a login and the rule that matched it to a grant, or to a refusal.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import { type Rejected, rejected } from "../base/outcome.ts";
import type { EpochSeconds } from "../base/time.ts";
import type {
  CompiledGrant,
  CompiledListed,
  CompiledOnly,
  PartLists,
} from "./compile_grant.ts";
import type { CompiledRule } from "./compiled_rule.ts";
import type { CompiledScoped } from "./compile_scoped.ts";
import { isFrom, type Login } from "./condition.ts";
import type {
  Grant,
  ListedPermissions,
  ScopedPermissions,
  SubjectPermission,
} from "./grant.ts";
import {
  fillPlaceholder,
  type IssuerLabels,
  type Placeholder,
} from "./placeholder.ts";
import {
  concerns,
  describeUnmet,
  isMet,
  type ServerNeed,
} from "./server_need.ts";
import { joinParts } from "./subject_filling.ts";

export function decide(
  rule: CompiledRule | undefined,
  login: Login,
  labels: IssuerLabels,
): Grant | Rejected {
  if (rule === undefined) {
    return rejected("no_rule_matches", "No rule matches this login");
  }
  const { name, outcome } = rule;
  if (outcome === "refuse") {
    return rejected("refused_by_rule", `Rule "${name}" refuses`);
  }
  const decided = decideGrant(outcome, login, labels);
  return decided.kind === "rejected"
    ? rejected(decided.code, `Rule "${name}": ${decided.detail}`)
    : { ...decided, kind: "grant", rule: name };
}

type RulelessGrant = Omit<Grant, "kind" | "rule"> & { readonly kind: "filled" };

function decideGrant(
  grant: CompiledGrant,
  login: Login,
  labels: IssuerLabels,
): RulelessGrant | Rejected {
  const { account, needs, only, permissions, placeholders } = grant;
  const elsewhere = checkPlace(only, login) ?? checkServer(needs, login);
  if (elsewhere !== undefined) return elsewhere;
  const end = findEnd(only, login);
  if (end.kind === "rejected") return end;
  const name = fillPlaceholder(IDENTITY, login.identity, labels);
  if (typeof name !== "string") return name;
  const values = placeholders.fill(login.identity, labels);
  if ("code" in values) return values;
  return {
    kind: "filled",
    account,
    name,
    permissions: permissions.kind === "listed"
      ? fillListed(permissions, values, login.facts.connectionType)
      : fillScoped(permissions, values),
    sessionSecondsMax: grant.sessionSecondsMax,
    ...(end.at === undefined ? {} : { endsBy: end.at }),
  };
}

/** What the user JWT is named after. */
const IDENTITY: Placeholder = { kind: "sub", text: "${sub}" };

function checkPlace(only: CompiledOnly, login: Login): Rejected | undefined {
  const { connections, sources } = only;
  const { connectionType } = login.facts;
  if (connections?.includes(connectionType) === false) {
    return rejected(
      "connection_type_not_allowed",
      `Connections of type "${connectionType}" are not in only.connections`,
    );
  }
  if (sources !== undefined && !isFrom(sources, login.address)) {
    return rejected(
      "source_not_allowed",
      "The client's address is not in only.sources",
    );
  }
  return undefined;
}

/** The server that asks, which need not be the one that we are connected to. */
function checkServer(
  needs: readonly ServerNeed[],
  { facts: { connectionType, serverVersion } }: Login,
): Rejected | undefined {
  if (serverVersion === undefined) return undefined;
  const unmet = needs.find((need) =>
    concerns(need, connectionType) && !isMet(need, serverVersion)
  );
  return unmet &&
    rejected("server_too_old", describeUnmet(unmet, serverVersion));
}

interface SessionEnd {
  readonly kind: "end";
  /** Undefined: no hours were asked for. */
  readonly at: EpochSeconds | undefined;
}

function findEnd(
  { hours }: CompiledOnly,
  { facts }: Login,
): SessionEnd | Rejected {
  if (hours === undefined) return { kind: "end", at: undefined };
  const ends = hours.flatMap((window) => window.endsAt(facts.now) ?? []);
  const [first, ...others] = ends;
  if (first === undefined) {
    return rejected("outside_hours", "It is not one of only.hours");
  }
  return {
    kind: "end",
    at: others.reduce((last, end) => end > last ? end : last, first),
  };
}

function fillListed(
  { publish, responses, subscribe }: CompiledListed,
  values: readonly string[],
  connection: ConnectionType,
): ListedPermissions {
  return {
    kind: "listed",
    publish: fillLists(publish, values, connection),
    subscribe: fillLists(subscribe, values, connection),
    ...(responses === undefined ? {} : { responses }),
  };
}

function fillLists(
  { allow, deny, leafDeny }: PartLists,
  values: readonly string[],
  connection: ConnectionType,
): SubjectPermission {
  const denied = connection === "leafnode" ? [...deny, ...leafDeny] : deny;
  return {
    allow: allow.map((parts) => joinParts(parts, values)),
    deny: denied.map((parts) => joinParts(parts, values)),
  };
}

function fillScoped(
  { key, tags }: CompiledScoped,
  values: readonly string[],
): ScopedPermissions {
  return {
    kind: "scoped",
    key,
    tags: tags.map(({ name, value }) => `${name}:${joinParts(value, values)}`),
  };
}
