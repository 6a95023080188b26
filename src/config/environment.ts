/**
 * Fills `${NAME}` and `${NAME:-default}` in the texts of the configuration from
 * the environment. This is done after the YAML has been read and once only, so
 * that no value can add a setting or name another variable. `$${` stands for
 * `${` itself.
 *
 * Variables are written in capitals. In rules, `${sub}` and the like are not
 * variables but stand for what a login brings: they stay.
 */
import { isJsonObject, type Json } from "../base/json.ts";
import { type Path, pathText } from "./path.ts";

/** The value of a variable, undefined if it is not set. */
export type Lookup = (name: string) => string | undefined;

export interface Variable {
  readonly name: string;
  /** Whether it is set to anything. */
  readonly filled: boolean;
}

/** A reference that gives no value. */
export interface ReferenceFault {
  /** The setting. */
  readonly at: Path;
  /** The variable that is not set; undefined if none is named. */
  readonly name: string | undefined;
}

export interface Filled {
  readonly tree: Json;
  readonly faults: readonly ReferenceFault[];
  /** The variables that a setting is filled from, by the setting's path. */
  readonly variables: ReadonlyMap<string, readonly Variable[]>;
}

/** `$${`, a variable, the beginning of a rule's placeholder, or a `${` that is neither. */
const REFERENCE_REGEXP =
  /\$\$\{|\$\{(?<name>[A-Z_][A-Z0-9_]*)(?:(?<hasDefault>:-)(?<fallback>[^{}]*))?\}|\$\{(?<placeholder>(?=[a-z]))|\$\{/g;

/** The setting in which placeholders stand. */
const RULES = "rules";

export function fillFromEnvironment(tree: Json, lookup: Lookup): Filled {
  const faults: ReferenceFault[] = [];
  const variables = new Map<string, readonly Variable[]>();

  function fill(value: Json, path: Path): Json {
    if (typeof value === "string") return fillText(value, path);
    if (Array.isArray(value)) {
      return value.map((element, index) => fill(element, [...path, index]));
    }
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map((
        [name, member],
      ) => [name, fill(member, [...path, name])]),
    );
  }

  function fillText(text: string, path: Path): string {
    const used: Variable[] = [];
    const filled = text.replaceAll(REFERENCE_REGEXP, (match, ...rest) => {
      const { name, hasDefault, fallback, isPlaceholder } = readGroups(
        rest.at(-1),
      );
      if (match === "$${") return "${";
      if (name === undefined) {
        if (isPlaceholder && path[0] === RULES) return match;
        faults.push({ at: path, name });
        return "";
      }
      const value = lookup(name);
      used.push({ name, filled: value !== undefined && value !== "" });
      if (hasDefault) {
        return value === undefined || value === "" ? fallback : value;
      }
      if (value === undefined) faults.push({ at: path, name });
      return value ?? "";
    });
    if (used.length > 0) variables.set(pathText(path), used);
    return filled;
  }

  return { tree: fill(tree, []), faults, variables };
}

export interface NamedVariables {
  readonly all: ReadonlySet<string>;
  /** Those that fill a setting which holds a secret itself. */
  readonly secret: ReadonlySet<string>;
}

/** Settings that hold a seed or a secret, not the name of a file with it. */
const SECRET_SETTING_REGEXP = /\.(?:signing_key|nkey_seed|xkey|secret)$/;

/** The variables that the texts name. */
export function listVariables(tree: Json): NamedVariables {
  const all = new Set<string>();
  const secret = new Set<string>();
  for (
    const [path, variables] of fillFromEnvironment(tree, () => "").variables
  ) {
    for (const { name } of variables) {
      all.add(name);
      if (SECRET_SETTING_REGEXP.test(path)) secret.add(name);
    }
  }
  return { all, secret };
}

interface Groups {
  readonly name: string | undefined;
  readonly hasDefault: boolean;
  readonly fallback: string;
  readonly isPlaceholder: boolean;
}

/** The last argument of a replacer is the object of named groups. */
function readGroups(groups: Record<string, string | undefined>): Groups {
  const { name, hasDefault, fallback, placeholder } = groups;
  return {
    name,
    hasDefault: hasDefault !== undefined,
    fallback: fallback ?? "",
    isPlaceholder: placeholder !== undefined,
  };
}
