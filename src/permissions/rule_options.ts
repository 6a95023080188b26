/**
 * The rules as an operator writes them: the shape of `rules:` in the
 * configuration, and of what a program of one's own hands in. Names are quoted:
 * they are the language's.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { CredentialKind } from "../base/identity.ts";
import type { Scalar } from "./condition.ts";
import type { HoursOptions } from "./hours.ts";

/** A rule, as the configuration writes it: the first that matches decides. */
export interface RuleOptions {
  /** Names the rule in the log and in `explain`. */
  readonly "name": string;
  /** What must hold for the rule to match; nothing is asked for what is left out. */
  readonly "when"?: WhenOptions | undefined;
  /** What a login that matches is granted. */
  readonly "grant"?: GrantOptions | undefined;
  /** Whoever matches is refused, whatever later rules say. */
  readonly "refuse"?: boolean | undefined;
  /** Earlier rules that decide about whoever meets both, which is meant and not warned of. */
  readonly "gives_way_to"?: OneOrMore<string> | undefined;
}

/** Whom a rule is for. All that is given must hold. */
export interface WhenOptions {
  readonly "issuer"?: OneOrMore<string> | undefined;
  readonly "kind"?: OneOrMore<CredentialKind> | undefined;
  readonly "connection"?: OneOrMore<ConnectionType> | undefined;
  /** Ranges of addresses. */
  readonly "source"?: OneOrMore<string> | undefined;
  /** By the claim's name, or by a path into nested claims, which starts with `/`. */
  readonly "claims"?: Readonly<Record<string, ClaimOptions>> | undefined;
}

/** What is asked of a claim. */
export type ClaimOptions = "present" | "absent" | ClaimTestOptions;

/** All that are given must hold. */
export interface ClaimTestOptions {
  readonly "equals"?: Scalar | undefined;
  readonly "one_of"?: readonly Scalar[] | undefined;
  /** For a claim that is a list. */
  readonly "contains"?: Scalar | undefined;
  readonly "contains_one_of"?: readonly Scalar[] | undefined;
  /** For a claim of scopes: words with spaces between them, or a list of words. */
  readonly "scope_contains"?: string | undefined;
}

/** What a rule grants. Subjects may hold `${sub}` and `${claims.x}`. */
export interface GrantOptions {
  readonly "account"?: string | undefined;
  readonly "publish"?: SubjectsOptions | undefined;
  readonly "subscribe"?: SubjectsOptions | undefined;
  /** `private`, or the subjects' beginning under which replies come. */
  readonly "inbox"?: string | undefined;
  readonly "preset"?: OneOrMore<PresetOptions> | undefined;
  readonly "allow_responses"?: boolean | ResponsesOptions | undefined;
  /** Longest session, as in `8h`. */
  readonly "session"?: string | undefined;
  readonly "only"?: OnlyOptions | undefined;
  /** One of the account's scoped signing keys, whose template then says what is allowed. */
  readonly "scoped_key"?: string | undefined;
  readonly "tags"?: Readonly<Record<string, string>> | undefined;
  /** Here to be refused: NATS does not enforce them for users that a callout admits. */
  readonly "limits"?: unknown;
}

/** Subjects that are allowed; as an object, with those of them that are not. */
export type SubjectsOptions =
  | OneOrMore<string>
  | {
    readonly "allow"?: OneOrMore<string> | undefined;
    readonly "deny"?: OneOrMore<string> | undefined;
  };

/** Bounds of leave to answer messages that were received. */
export interface ResponsesOptions {
  /** Answers to one message. */
  readonly "max"?: number | undefined;
  /** How long after the message, as in `2m`. */
  readonly "ttl"?: string | undefined;
}

/** What must hold as well; whoever matches the rule and does not meet it is refused. */
export interface OnlyOptions {
  readonly "connections"?: OneOrMore<ConnectionType> | undefined;
  readonly "sources"?: OneOrMore<string> | undefined;
  readonly "hours"?: OneOrMore<HoursOptions> | undefined;
}

/** A preset by its name, or its name with what it needs to know. */
export type PresetOptions =
  | string
  | Readonly<Record<string, string | PresetArguments>>;

/** What a preset needs to know, by name: a stream, a bucket. */
export type PresetArguments = Readonly<Record<string, string | undefined>>;

/** A list of one may go without its brackets. */
export type OneOrMore<T> = T | readonly T[];

export function toList<T>(
  value: OneOrMore<T> | undefined,
): readonly T[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** Where an element stands: an index, unless the value is no list at all. */
export function stepTo<T>(
  value: OneOrMore<T> | undefined,
  index: number,
): readonly number[] {
  return value !== undefined && isList(value) ? [index] : [];
}

/** `Array.isArray()` does not narrow a readonly array. */
function isList<T>(value: OneOrMore<T>): value is readonly T[] {
  return Array.isArray(value);
}
