/**
 * Reads what a rule grants into lists of subjects: its own, its presets', its
 * inbox, and the denied ones that keep a subscription to what was granted.
 */
import { RULE_SUBJECTS_MAX } from "../base/limits.ts";
import { closeOpenEnds } from "./exact_subscribe.ts";
import { expandPreset, type PresetSubjects } from "./preset.ts";
import { Fault, type Report } from "./rule_fault.ts";
import {
  type GrantOptions,
  type OneOrMore,
  type PresetOptions,
  stepTo,
  type SubjectsOptions,
  toList,
} from "./rule_options.ts";
import {
  parseSubjectTemplate,
  REST,
  type SubjectTemplate,
  type TemplateForm,
  templateText,
} from "./subject_template.ts";
import { findSubscribeNeeds, type ServerNeed } from "./server_need.ts";
import { covers } from "./template_relation.ts";

export interface RuleSubjects {
  readonly publish: SubjectLists;
  readonly subscribe: SubjectLists;
  /** Of these, what the rule's author wrote. */
  readonly written: Readonly<Record<Direction["name"], SubjectLists>>;
  /** Where replies come, if the rule has a place for them. */
  readonly inbox: SubjectTemplate | undefined;
  /** Whether a preset answers requests. */
  readonly responds: boolean;
  /** What an operator should know before handing it out. */
  readonly cautions: readonly string[];
  /** What has been added. */
  readonly notes: readonly string[];
  readonly needs: readonly ServerNeed[];
}

export interface SubjectLists {
  readonly allow: readonly SubjectTemplate[];
  readonly deny: readonly SubjectTemplate[];
}

/** Below everybody's own subtree. */
const PRIVATE_INBOX = "users.${sub}._INBOX";

export function compileSubjects(
  grant: GrantOptions,
  report: Report,
): RuleSubjects {
  const presets = takePresets(grant.preset, report.at("preset"));
  const needsInbox = presets.some((preset) => preset.needsInbox);
  const inbox = takeInbox(
    grant.inbox ?? (needsInbox ? "private" : undefined),
    report.at("inbox"),
  );
  const publish = takeSubjects(grant.publish, PUBLISH, report.at("publish"));
  const subscribe = takeSubjects(
    grant.subscribe,
    SUBSCRIBE,
    report.at("subscribe"),
  );
  const allowPublish = [
    ...publish.allow,
    ...presets.flatMap((preset) => preset.publish.map(ownTemplate)),
  ];
  const allowSubscribe = [
    ...subscribe.allow,
    ...presets.flatMap((preset) => preset.subscribe.map(ownTemplate)),
    ...(inbox === undefined ? [] : [{ tokens: [...inbox.tokens, REST] }]),
  ];
  const cautions = presets.flatMap(({ caution, name }) =>
    caution === undefined ? [] : [`${name}: ${caution}`]
  );
  const notes: string[] = [];
  const denied: SubjectTemplate[] = [];
  for (const end of closeOpenEnds(allowSubscribe)) {
    if (end instanceof Fault) {
      report.at("subscribe").add(end);
      continue;
    }
    denied.push(end.deny);
    notes.push(
      `denies ${templateText(end.deny)}: without it, ${
        templateText(end.because)
      } would let in deeper subjects`,
    );
  }
  if (allowPublish.length + allowSubscribe.length > RULE_SUBJECTS_MAX) {
    report.add(
      new Fault(
        `has more than ${RULE_SUBJECTS_MAX} subjects`,
        "each stands in every user JWT: use wildcards, or a scoped key",
      ),
    );
  }
  const allSubscribe = {
    allow: withoutCovered(allowSubscribe),
    deny: withoutCovered([...subscribe.deny, ...denied]),
  };
  return {
    publish: { allow: withoutCovered(allowPublish), deny: publish.deny },
    subscribe: allSubscribe,
    written: { publish, subscribe },
    inbox,
    responds: presets.some((preset) => preset.responds),
    cautions,
    notes,
    needs: findSubscribeNeeds(allSubscribe.allow, allSubscribe.deny),
  };
}

interface Direction extends TemplateForm {
  readonly name: "publish" | "subscribe";
}

const PUBLISH: Direction = { name: "publish", queue: false };
const SUBSCRIBE: Direction = { name: "subscribe", queue: true };

function takeSubjects(
  options: SubjectsOptions | undefined,
  direction: Direction,
  report: Report,
): SubjectLists {
  if (options === undefined) return { allow: [], deny: [] };
  if (typeof options === "string" || isList(options)) {
    return { allow: takeList(options, direction, report), deny: [] };
  }
  const { allow, deny } = options;
  const { name } = direction;
  if (toList(allow).length === 0) {
    report.add(
      toList(deny).length === 0
        ? new Fault(
          "names no subject",
          `write ${name}: { allow: [...] }, or leave ${name} out: nothing is allowed unless it is named`,
        )
        : new Fault(
          "denies without allowing",
          `nothing is allowed unless it is named: write ${name}: { allow: [">"], deny: [...] } for everything but`,
        ),
    );
  }
  return {
    allow: takeList(allow, direction, report.at("allow")),
    deny: takeList(deny, { queue: false }, report.at("deny")),
  };
}

function isList(options: SubjectsOptions): options is readonly string[] {
  return Array.isArray(options);
}

function takeList(
  subjects: OneOrMore<string> | undefined,
  form: TemplateForm,
  report: Report,
): readonly SubjectTemplate[] {
  return toList(subjects).flatMap((text, index) =>
    report.at(...stepTo(subjects, index))
      .take(parseSubjectTemplate(text, form)) ?? []
  );
}

interface NamedPreset extends PresetSubjects {
  readonly name: string;
}

function takePresets(
  options: OneOrMore<PresetOptions> | undefined,
  report: Report,
): readonly NamedPreset[] {
  return toList(options).flatMap((option, index) => {
    const at = report.at(...stepTo(options, index));
    const preset = at.take(expandPreset(option));
    if (preset === undefined) return [];
    const name = typeof option === "string"
      ? option
      : Object.keys(option).join();
    const subjects = [...preset.publish, ...preset.subscribe];
    const faulty = subjects.map((text) => parseSubjectTemplate(text))
      .find((parsed) => parsed instanceof Fault);
    if (faulty !== undefined) {
      at.add(faulty);
      return [];
    }
    return [{ ...preset, name }];
  });
}

/** A subject of a preset, which has been parsed before. */
function ownTemplate(text: string): SubjectTemplate {
  const template = parseSubjectTemplate(text);
  if (template instanceof Fault) throw new TypeError(template.problem);
  return template;
}

function takeInbox(
  text: string | undefined,
  report: Report,
): SubjectTemplate | undefined {
  if (text === undefined) return undefined;
  if (text === "") {
    report.add(new Fault("is empty", OWN_INBOX));
    return undefined;
  }
  const inbox = report.take(
    parseSubjectTemplate(text === "private" ? PRIVATE_INBOX : text),
  );
  if (inbox === undefined) return undefined;
  const kinds = inbox.tokens.map((token) =>
    token.kind === "value" ? token.placeholder.kind : token.kind
  );
  if (kinds.includes("any") || kinds.includes("rest")) {
    report.add(
      new Fault(
        "has a wildcard",
        "write the beginning alone, as clients are given it: users.${sub}._INBOX",
      ),
    );
  }
  if (!kinds.includes("sub")) {
    report.add(
      new Fault(
        "is shared by everybody, who could read each other's replies",
        OWN_INBOX,
      ),
    );
  }
  return inbox;
}

const OWN_INBOX =
  "write private, or a beginning that holds ${sub}, as in _INBOX.${sub}";

/** Without those that another one of the list contains already. */
function withoutCovered(
  subjects: readonly SubjectTemplate[],
): readonly SubjectTemplate[] {
  return subjects.filter((subject, index) =>
    !subjects.some((other, otherIndex) => {
      if (other.queue !== subject.queue || index === otherIndex) return false;
      if (!covers(other.tokens, subject.tokens)) return false;
      // Of two that are equal the first stays.
      return !covers(subject.tokens, other.tokens) || otherIndex < index;
    })
  );
}
