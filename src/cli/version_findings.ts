/**
 * Judges whether the server is new enough for what rules need of it.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { JsonObject } from "../base/json.ts";
import { versionsText } from "../base/server_version.ts";
import { isMet, type ServerNeed } from "../permissions/server_need.ts";
import { type Finding, number, object, text } from "./finding.ts";

/** Nothing, if the server meets it, or listens for no such connections. */
export function judgeNeed(
  need: ServerNeed,
  varz: JsonObject,
  where: string,
): readonly Finding[] {
  const version = text(varz, "version");
  if (isMet(need, version) || !isServed(varz, need.connection)) return [];
  return [{
    verdict: "wrong",
    where,
    what: `nats-server ${version} ${need.problem}`,
    remedy: `use ${versionsText(need.since)}, or ${need.remedy}`,
  }];
}

/** Sections of varz, by the kind of connection whose listener they describe. */
const LISTENERS: Readonly<Partial<Record<ConnectionType, string>>> = {
  mqtt: "mqtt",
  leafnode: "leaf",
};

/** Whether the server listens for such connections; undefined: for any. */
function isServed(
  varz: JsonObject,
  connection: ConnectionType | undefined,
): boolean {
  const section = connection === undefined ? undefined : LISTENERS[connection];
  return section === undefined || number(object(varz, section), "port") !== 0;
}
