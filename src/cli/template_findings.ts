/**
 * Judges the subjects in the template of a scoped key: for the user JWTs of rules
 * the service sees to it itself.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { JsonObject } from "../base/json.ts";
import { closeOpenEnds } from "../permissions/exact_subscribe.ts";
import { Fault } from "../permissions/rule_fault.ts";
import {
  findSubscribeNeeds,
  isMet,
  LEAF_NODES_ARE_CHECKED,
  MQTT,
  type ServerNeed,
} from "../permissions/server_need.ts";
import {
  parseSubjectTemplate,
  REST,
  type SubjectTemplate,
  templateText,
} from "../permissions/subject_template.ts";
import { covers } from "../permissions/template_relation.ts";
import { type Finding, object, text, texts, unknown } from "./finding.ts";
import { judgeNeed } from "./version_findings.ts";

export interface TemplateScene {
  readonly where: string;
  readonly varz: JsonObject;
  /** By which its users can be connected, as far as rules say. */
  readonly connections: readonly ConnectionType[];
}

export function judgeTemplateSubjects(
  template: JsonObject,
  scene: TemplateScene,
): readonly Finding[] {
  const publish = readSide(object(template, "pub"));
  const subscribe = readSide(object(template, "sub"));
  return [
    ...subscribe.unread.map((problem) =>
      unknown(
        scene.where,
        problem,
        "look at it by eye, or give {{...}}, * and > tokens of their own",
      )
    ),
    ...judgeSubscriptions(subscribe, scene),
    ...judgeLeafNodes(publish, LEAF_PUBLISH, scene),
    ...judgeLeafNodes(subscribe, LEAF_SUBSCRIBE, scene),
  ];
}

function judgeSubscriptions(
  { allow, deny }: TemplateSide,
  scene: TemplateScene,
): readonly Finding[] {
  return [
    ...closeOpenEnds(allow).flatMap((end) => judgeEnd(end, deny, scene.where)),
    ...findSubscribeNeeds(allow, deny).flatMap((need) =>
      judgeFor({ ...need, problem: toTemplate(need.problem) }, scene)
    ),
  ];
}

/** Nothing, where nobody is connected in that way. */
function judgeFor(
  need: ServerNeed,
  { connections, varz, where }: TemplateScene,
): readonly Finding[] {
  const { connection } = need;
  return connection === undefined || connections.includes(connection)
    ? judgeNeed(need, varz, where)
    : [];
}

/** Since then nats-server asks a template's `allow` about what leaf nodes do below `$MQTT.` (`client.go`). */
const LEAF_NODES_ARE_ASKED = {
  since: [[2, 15, 0]],
  connection: "leafnode",
} as const;

const LEAF_PUBLISH: ServerNeed = {
  ...LEAF_NODES_ARE_ASKED,
  problem: "lets leaf nodes publish to $MQTT.>, whatever its template allows",
  remedy: 'deny it: nsc edit signing-key --deny-pub "$MQTT.>"',
};

const LEAF_SUBSCRIBE: ServerNeed = {
  ...LEAF_NODES_ARE_ASKED,
  problem: "lets leaf nodes subscribe to $MQTT.>, whatever its template allows",
  remedy: 'deny it: nsc edit signing-key --deny-sub "$MQTT.>"',
};

function judgeLeafNodes(
  { allow, deny }: TemplateSide,
  need: ServerNeed,
  scene: TemplateScene,
): readonly Finding[] {
  const isSaid = [...allow, ...deny].some(({ tokens }) =>
    covers(tokens, MQTT.tokens)
  );
  // By servers that are older still, leaf nodes are refused.
  const isRefused = !isMet(LEAF_NODES_ARE_CHECKED, text(scene.varz, "version"));
  return isSaid || isRefused ? [] : judgeFor(need, scene);
}

function judgeEnd(
  end: ReturnType<typeof closeOpenEnds>[number],
  denied: readonly SubjectTemplate[],
  where: string,
): readonly Finding[] {
  if (end instanceof Fault) {
    const { problem, remedy } = end;
    return [{
      verdict: "doubtful",
      where,
      what: toTemplate(`its template ${problem}`),
      remedy: toTemplate(remedy),
    }];
  }
  const { because, deny } = end;
  if (denied.some(({ tokens }) => covers(tokens, deny.tokens))) return [];
  const subject = templateText(deny);
  return [{
    verdict: "doubtful",
    where,
    what: toTemplate(
      `its template allows to subscribe to ${
        templateText(because)
      }, by which NATS lets in all that is deeper`,
    ),
    remedy: toTemplate(`nsc edit signing-key --deny-sub "${subject}"`),
  }];
}

const OPERATION_REGEXP = /\{\{([^}]+)\}\}/g;
const PLACEHOLDER_REGEXP = /\$\{claims\.([^}]+)\}/g;

/** What the template's author wrote, of a text with what it was read as. */
function toTemplate(text: string): string {
  return text.replaceAll(PLACEHOLDER_REGEXP, "{{$1}}");
}

interface TemplateSide {
  readonly allow: readonly SubjectTemplate[];
  readonly deny: readonly SubjectTemplate[];
  /** What could not be read, and why. */
  readonly unread: readonly string[];
}

const EVERYTHING: SubjectTemplate = { tokens: [REST] };

function readSide(side: JsonObject): TemplateSide {
  const allow = texts(side, "allow").map(parse);
  const deny = texts(side, "deny").map(parse);
  const unread = [...allow, ...deny].filter((each) => typeof each === "string");
  return {
    // To NATS, an empty list allows everything.
    allow: allow.length === 0 ? [EVERYTHING] : allow.filter(isRead),
    deny: deny.filter(isRead),
    unread,
  };
}

function isRead(subject: SubjectTemplate | string): subject is SubjectTemplate {
  return typeof subject !== "string";
}

/** A subject of the template, as one of a rule: `{{...}}` is one token there, whose value is not known. Or why it cannot be read. */
function parse(text: string): SubjectTemplate | string {
  const subject = parseSubjectTemplate(
    text.replaceAll(OPERATION_REGEXP, "${claims.$1}"),
    { queue: true },
  );
  return subject instanceof Fault
    ? `its template's ${text} ${
      subject.problem.replaceAll("${...}", "{{...}}")
    }`
    : subject;
}
