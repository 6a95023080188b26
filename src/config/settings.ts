/**
 * From the text of the configuration to settings: names known, kinds and bounds
 * right. What is wrong is reported and left out, so that the rest can still be
 * judged and all problems come at once.
 */
import type { z } from "zod";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  member,
} from "../base/json.ts";
import type { ConfigIssue } from "./config_error.ts";
import {
  fillFromEnvironment,
  type Lookup,
  type Variable,
} from "./environment.ts";
import { explain, explainReference, toPath } from "./explain.ts";
import { settingsJsonSchema } from "./json_schema.ts";
import { isWithin, type Path, pathText } from "./path.ts";
import { toRawSettings } from "./raw_settings.ts";
import { type Settings, SETTINGS_SCHEMA } from "./schema.ts";
import { readYaml, YamlFault } from "./yaml_text.ts";

export interface ReadSettings {
  readonly settings: Settings;
  readonly issues: readonly ConfigIssue[];
  /** The variables that a setting is filled from, by the setting's path. */
  readonly variables: ReadonlyMap<string, readonly Variable[]>;
}

/** The settings, or what keeps the text from being YAML: nothing more can be said then. */
export function readSettings(
  text: string,
  lookup: Lookup,
): ReadSettings | YamlFault {
  const content = readYaml(text);
  if (content instanceof YamlFault) return content;
  const schema = settingsJsonSchema();
  const filled = fillFromEnvironment(content, lookup);
  const { variables } = filled;
  const { tree, dropped } = dropUnusedIssuers(filled.tree);
  const issues = filled.faults
    .filter(({ at }) => !dropped.some((entry) => isWithin(pathText(at), entry)))
    .map((fault) => explainReference(fault, schema));
  const raw = toRaw(tree, schema);

  const parsed = SETTINGS_SCHEMA.safeParse(raw);
  if (parsed.success) return { settings: parsed.data, issues, variables };
  const found = parsed.error.issues;
  issues.push(...found.flatMap((issue) => explain(issue, schema)));
  const rest = found.flatMap(wrongPaths).reduce<Json>(without, raw);
  return { settings: SETTINGS_SCHEMA.parse(rest), issues, variables };
}

/**
 * Rules are taken as they stand: a condition that is empty must not count as
 * left out, since the rule would then match more.
 */
function toRaw(tree: Json, schema: Json): Json {
  if (!isJsonObject(tree)) return toRawSettings(tree, schema) ?? {};
  const { "rules": rules, ...others } = tree;
  const raw = toRawSettings(others, schema) ?? {};
  if (rules === undefined || !isJsonObject(raw)) return raw;
  return { ...raw, "rules": rules };
}

/**
 * Empties the entries of `issuers` whose `issuer` is empty: `${OIDC_ISSUER:-}`
 * switches an entry on. Whatever else such an entry lacks does not matter.
 */
function dropUnusedIssuers(
  tree: Json,
): { readonly tree: Json; readonly dropped: readonly string[] } {
  const issuers = isJsonObject(tree) ? member(tree, "issuers") : undefined;
  if (!isJsonObject(tree) || !Array.isArray(issuers)) {
    return { tree, dropped: [] };
  }
  const dropped: string[] = [];
  const entries = issuers.map((entry, index) => {
    if (!isJsonObject(entry) || !isUnset(member(entry, "issuer"))) return entry;
    dropped.push(`issuers[${index}]`);
    return {};
  });
  return { tree: { ...tree, "issuers": entries }, dropped };
}

function isUnset(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "";
}

function wrongPaths(issue: z.core.$ZodIssue): readonly Path[] {
  const path = toPath(issue.path);
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((name) => [...path, name])
    : [path];
}

/** The settings without the one at that path; of a list, without the whole list. */
function without(tree: Json, path: Path): Json {
  const [name, ...inner] = path;
  if (name === undefined) return {};
  if (Array.isArray(tree)) {
    return tree.map((element, index) =>
      index === name ? without(element, inner) : element
    );
  }
  if (!isJsonObject(tree) || typeof name !== "string") return {};
  const { [name]: value, ...others }: JsonObject = tree;
  const isWhole = inner.every((part) => typeof part === "number");
  if (isWhole || value === undefined) return others;
  return { ...others, [name]: without(value, inner) };
}
