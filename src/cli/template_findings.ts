/**
 * Judges what the template of a scoped key lets its users subscribe to: for the
 * user JWTs of rules the service sees to it itself.
 */
import type { JsonObject } from "../base/json.ts";
import { closeOpenEnds } from "../permissions/exact_subscribe.ts";
import { Fault } from "../permissions/rule_fault.ts";
import { findSubscribeNeeds } from "../permissions/server_need.ts";
import {
  parseSubjectTemplate,
  type SubjectTemplate,
  templateText,
} from "../permissions/subject_template.ts";
import { covers } from "../permissions/template_relation.ts";
import { type Finding, texts } from "./finding.ts";
import { judgeNeed } from "./version_findings.ts";

/** @param side Of the template: what its users may subscribe to. */
export function judgeTemplateSubscriptions(
  side: JsonObject,
  varz: JsonObject,
  where: string,
): readonly Finding[] {
  const allowed = texts(side, "allow").flatMap(parse);
  const denied = texts(side, "deny").flatMap(parse);
  return [
    ...closeOpenEnds(allowed).flatMap((end) => judgeEnd(end, denied, where)),
    ...findSubscribeNeeds(allowed, denied).flatMap((need) => {
      const problem = toTemplate(need.problem);
      return judgeNeed({ ...need, problem }, varz, where);
    }),
  ];
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

/** A subject of the template, as one of a rule: `{{...}}` is one token there, whose value is not known. */
function parse(text: string): readonly SubjectTemplate[] {
  const subject = parseSubjectTemplate(
    text.replaceAll(OPERATION_REGEXP, "${claims.$1}"),
    { queue: true },
  );
  return subject instanceof Fault ? [] : [subject];
}
