/**
 * What rules need of nats-server, so that nobody gets more than they say: older
 * versions do not hold back everything that is denied.
 */
import {
  isSince,
  type ServerVersions,
  versionsText,
} from "../base/server_version.ts";
import type { ConnectionType } from "../base/connection_type.ts";
import { canEvade } from "./evading_subscription.ts";
import {
  REST,
  type SubjectTemplate,
  templateText,
} from "./subject_template.ts";
import { covers, mayMeet } from "./template_relation.ts";

export interface ServerNeed {
  readonly since: ServerVersions;
  /** Whom it is about: clients that are connected in this way. All, unless given. */
  readonly connection?: ConnectionType;
  /** What servers before do. Continues a sentence that names the server. */
  readonly problem: string;
  /** How to do without. */
  readonly remedy: string;
}

/** A need, and the rule that has it. */
export interface RuleNeed extends ServerNeed {
  readonly rule: string;
  /** Of the rule, from 0. */
  readonly index: number;
}

/** Since then nats-server asks whether a subscription and a deny overlap (`client.go`, SubjectsCollide). */
const DENIES_ARE_EXACT: ServerVersions = [[2, 11, 16], [2, 12, 7]];

/**
 * Since then nats-server asks the denies also before it delivers what it has kept,
 * which is all of QoS 1 and 2 and what is retained (`mqtt.go`,
 * mqttDeliverMsgCbQoS12, serializeRetainedMsgsForSub), and takes no subscription
 * to its own `$MQTT.` subjects, where messages lie under other names.
 */
const MQTT_DENIES_ARE_EXACT: ServerVersions = [[2, 12, 14], [2, 14, 4]];

/**
 * Since then nats-server checks what a leaf node sends (`leafnode.go`,
 * leafMsgAllowed); before, it relied on the leaf node to stay within what it was
 * told that it may. It goes for every grant, that of a scoped key too.
 */
export const LEAF_NODES_ARE_CHECKED: ServerNeed = {
  since: [[2, 11, 16], [2, 12, 7]],
  connection: "leafnode",
  problem: "lets a leaf node publish everything in the account",
  remedy: "keep leaf nodes out: leave them out of callout.connection_types",
};

/** All that MQTT sessions are made of. MQTT clients may subscribe to some of it whatever is allowed. */
export const MQTT: SubjectTemplate = {
  tokens: [{ kind: "literal", text: "$MQTT" }, REST],
};

/** @param denied With those that nobody wrote. */
export function findSubscribeNeeds(
  allowed: readonly SubjectTemplate[],
  denied: readonly SubjectTemplate[],
): readonly ServerNeed[] {
  const evaded = findEvaded(allowed, denied);
  // What nobody can subscribe to loses nothing by a deny that is not kept.
  const reached = [...allowed.map(({ tokens }) => reachOf(tokens)), MQTT.tokens]
    .filter((each) => !denied.some(({ tokens }) => covers(tokens, each)));
  const first = denied.find(({ tokens }) =>
    reached.some((each) => mayMeet(each, tokens))
  );
  if (first === undefined) return evaded;
  return [...evaded, {
    since: MQTT_DENIES_ARE_EXACT,
    connection: "mqtt",
    problem: `delivers ${
      templateText(first)
    }, which is denied, to MQTT clients that ask for QoS 1 or 2, or where it is retained`,
    remedy:
      "keep MQTT clients from the rule: only: { connections: [nats, websocket] }",
  }];
}

/** What a client can ask for: `*` at the end of a permission admits a `>` there. */
function reachOf(
  allowed: SubjectTemplate["tokens"],
): SubjectTemplate["tokens"] {
  return allowed.at(-1)?.kind === "any"
    ? [...allowed.slice(0, -1), REST]
    : allowed;
}

function findEvaded(
  allowed: readonly SubjectTemplate[],
  denied: readonly SubjectTemplate[],
): readonly ServerNeed[] {
  for (const allow of allowed) {
    const deny = denied.find(({ tokens }) => canEvade(allow.tokens, tokens));
    if (deny === undefined) continue;
    return [{
      since: DENIES_ARE_EXACT,
      problem: `delivers ${
        templateText(deny)
      }, which is denied, to a client that may subscribe to ${
        templateText(allow)
      } and subscribes to a part of it`,
      remedy:
        "write the subjects otherwise: none that ends in * behind another wildcard, and nothing denied that holds a wildcard",
    }];
  }
  return [];
}

export function isMet({ since }: ServerNeed, version: string): boolean {
  return isSince(version, since);
}

export function concerns(
  need: ServerNeed,
  connection: ConnectionType,
): boolean {
  return need.connection === undefined || need.connection === connection;
}

/** For who asks what a grant is. */
export function describeNeed({ problem, since }: ServerNeed): string {
  return `needs nats-server ${versionsText(since)}: an older one ${problem}`;
}

/**
 * Why rules cannot be kept on a server, if so. What is about one kind of
 * connection does not keep the service from running: those logins are refused.
 */
export function describeUnmetRules(
  needs: readonly RuleNeed[],
  version: string,
): string | undefined {
  const unmet = needs.filter((need) =>
    need.connection === undefined && !isMet(need, version)
  );
  if (unmet.length === 0) return undefined;
  const problems = unmet.map((need) =>
    `  rule ${need.rule}: ${describeUnmet(need, version)}`
  );
  return ["The rules cannot be kept on this server:", ...problems].join("\n");
}

/** What the server does, and both ways out. */
export function describeUnmet(
  { problem, remedy, since }: ServerNeed,
  version: string,
): string {
  return `nats-server ${version} ${problem}: use ${
    versionsText(since)
  }, or ${remedy}`;
}
