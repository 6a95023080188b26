/**
 * Whether one grant holds all of another, whatever their placeholders are filled
 * with. How long a session is and what `only` asks for is not looked at.
 */
import type { CompiledGrant } from "./compile_grant.ts";
import type { RuleSubjects, SubjectLists } from "./compile_subjects.ts";
import type { ResponsePermission } from "./grant.ts";
import type { GrantOptions } from "./rule_options.ts";
import type { SubjectTemplate } from "./subject_template.ts";
import { covers, mayMeet } from "./template_relation.ts";

/** A grant, as it is written and as it was read. */
export interface ReadGrant {
  readonly grant: GrantOptions;
  readonly outcome: CompiledGrant;
  readonly subjects: RuleSubjects;
}

/** Errs on the side of no. */
export function grantsAll(one: ReadGrant, other: ReadGrant): boolean {
  if (one.outcome.account !== other.outcome.account) return false;
  const { permissions } = one.outcome;
  const { permissions: wanted } = other.outcome;
  if (permissions.kind === "scoped" || wanted.kind === "scoped") {
    return hasSameTemplate(one.grant, other.grant);
  }
  return allowsAll(one.subjects.publish, other.subjects.publish) &&
    allowsAll(one.subjects.subscribe, other.subjects.subscribe) &&
    answersAll(permissions.responses, wanted.responses);
}

/** A key's template allows less, or more, with other tags. */
function hasSameTemplate(
  { scoped_key: key, tags = {} }: GrantOptions,
  { scoped_key: otherKey, tags: otherTags = {} }: GrantOptions,
): boolean {
  const names = Object.keys(tags);
  return key === otherKey && names.length === Object.keys(otherTags).length &&
    names.every((name) => tags[name] === otherTags[name]);
}

function allowsAll(own: SubjectLists, wanted: SubjectLists): boolean {
  return wanted.allow.every((subject) =>
    own.allow.some((other) => allows(other, subject)) &&
    own.deny.every((deny) =>
      !mayMeet(deny.tokens, subject.tokens) ||
      wanted.deny.some((its) => covers(its.tokens, deny.tokens))
    )
  );
}

function allows(own: SubjectTemplate, wanted: SubjectTemplate): boolean {
  return (own.queue === undefined || own.queue === wanted.queue) &&
    covers(own.tokens, wanted.tokens);
}

function answersAll(
  own: ResponsePermission | undefined,
  wanted: ResponsePermission | undefined,
): boolean {
  if (wanted === undefined) return true;
  return own !== undefined && own.messagesMax >= wanted.messagesMax &&
    own.seconds >= wanted.seconds;
}
