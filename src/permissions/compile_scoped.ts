/**
 * Reads a grant that leaves the permissions to a scoped signing key: the server
 * takes them from the key's template, so that whoever steals the key cannot
 * grant more than that. What the template's `{{name()}}` and `{{tag(...)}}`
 * become is made safe here.
 *
 * @see nats-server `auth.go` processUserPermissionsTemplate
 */
import type { ConnectionType } from "../base/connection_type.ts";
import { Fault, type Report } from "./rule_fault.ts";
import type { GrantOptions } from "./rule_options.ts";
import type { Placeholders, SubjectParts } from "./subject_filling.ts";
import {
  parseSubjectTemplate,
  type SubjectTemplate,
} from "./subject_template.ts";
import { PLAIN_TOKEN_REGEXP } from "./subject_token.ts";

export interface CompiledScoped {
  readonly kind: "scoped";
  readonly key: string;
  readonly tags: readonly CompiledTag[];
}

/** What a rule does with a scoped key. */
export interface ScopedKeyUse {
  readonly rule: string;
  readonly account: string;
  readonly key: string;
  /** Names of the tags that it sets. */
  readonly tags: readonly string[];
  /** By which its users can be connected. */
  readonly connections: readonly ConnectionType[];
}

interface CompiledTag {
  readonly name: string;
  readonly value: SubjectParts;
}

export interface ScopedContext {
  /** The one that the grant names. */
  readonly key: string;
  /** Names of the scoped keys that the account has. */
  readonly scopedKeys: readonly string[];
  readonly placeholders: Placeholders;
}

/** The server looks for a tag's name in small letters. */
const TAG_NAME_REGEXP = /^[a-z][a-z0-9_-]{0,63}$/;

/** What only makes sense where the user JWT itself holds the permissions. */
const LISTED_ONLY = [
  "publish",
  "subscribe",
  "inbox",
  "preset",
  "allow_responses",
] as const;

export function compileScoped(
  grant: GrantOptions,
  { key, placeholders, scopedKeys }: ScopedContext,
  report: Report,
): CompiledScoped {
  for (const name of LISTED_ONLY) {
    if (grant[name] === undefined) continue;
    report.at(name).add(
      new Fault(
        "stands beside a scoped key",
        "the template of the scoped key alone says what is allowed: remove the one or the other",
      ),
    );
  }
  if (!scopedKeys.includes(key)) {
    report.at("scoped_key").add(
      new Fault(
        "is not one of the account's scoped_keys",
        scopedKeys.length === 0
          ? "give the account one: accounts: [{ name: ..., scoped_keys: [{ name: ..., signing_key_file: ... }] }]"
          : `there are: ${scopedKeys.join(", ")}`,
      ),
    );
  }
  const tags = Object.entries(grant.tags ?? {}).flatMap(([name, text]) => {
    const value = takeTag(name, text, report.at("tags", name));
    return value === undefined
      ? []
      : [{ name, value: placeholders.prepare(value) }];
  });
  return { kind: "scoped", key, tags };
}

export function tagsWithoutKey(): Fault {
  return new Fault(
    "has tags without scoped_key",
    "tags fill the template of a scoped key: name the key, or remove them",
  );
}

function takeTag(
  name: string,
  text: string,
  report: Report,
): SubjectTemplate | undefined {
  if (!TAG_NAME_REGEXP.test(name)) {
    report.add(
      new Fault(
        "is no name of a tag",
        "write small letters, digits, - and _, beginning with a letter",
      ),
    );
  }
  const value = report.take(parseSubjectTemplate(text));
  if (value === undefined) return undefined;
  const [token, ...more] = value.tokens;
  const isOne = token !== undefined && more.length === 0;
  const isPlain = token?.kind === "literal" &&
    PLAIN_TOKEN_REGEXP.test(token.text);
  const isValue = token?.kind === "value" && token.placeholder.kind !== "path";
  if (!isOne || !isPlain && !isValue) {
    report.add(
      new Fault(
        "is not one word and not one ${...}",
        "a tag becomes one token of a subject: write red or ${claims.team}",
      ),
    );
  }
  return value;
}
