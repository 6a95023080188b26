/**
 * Says in plain words what the schema found wrong. Shows no text that stands in
 * the file or the environment: it may be a secret in the wrong place.
 */
import type { z } from "zod";
import { isJsonObject, type Json, member } from "../base/json.ts";
import type { ConfigIssue } from "./config_error.ts";
import type { ReferenceFault } from "./environment.ts";
import {
  kindOf,
  propertiesOf,
  schemaAt,
  type SettingKind,
} from "./json_schema.ts";
import { type Path, pathText, showName } from "./path.ts";
import { suggest } from "./suggestion.ts";

type SchemaIssue = z.core.$ZodIssue;

const KIND_NAMES: Readonly<Record<SettingKind, string>> = {
  "section": "a section with settings of its own",
  "list": "a list",
  "text": "text",
  "number": "a whole number",
  "switch": "true or false",
  "unknown": "something else",
};

/** One problem for each name that is no setting, one for each value that does not fit. */
export function explain(
  issue: SchemaIssue,
  schema: Json,
): readonly ConfigIssue[] {
  const path = toPath(issue.path);
  if (issue.code === "invalid_union") {
    const meant = meantWay(issue);
    if (meant !== undefined) {
      return meant.flatMap((inner) =>
        explain({ ...inner, path: [...issue.path, ...inner.path] }, schema)
      );
    }
  }
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(propertiesOf(schemaAt(schema, path)));
    return issue.keys.map((name) =>
      explainUnknown([...path, name], name, known)
    );
  }
  return [{
    path: pathText(path),
    problem: describeProblem(issue, schemaAt(schema, path)),
    remedy: describeNearest(schema, path),
  }];
}

/**
 * Of several ways to write a setting, what is wrong with the one that was tried:
 * the only one whose kind is right. Undefined if there is none.
 */
function meantWay(
  { errors }: z.core.$ZodIssueInvalidUnion,
): readonly SchemaIssue[] | undefined {
  return errors.find((issues) =>
    !issues.some(({ code, path }) =>
      path.length === 0 && (code === "invalid_type" || code === "invalid_value")
    )
  );
}

const LOGIN_PLACEHOLDERS: readonly string[] = ["SUB", "ISSUER"];

/** A `${NAME}` that has no value. */
export function explainReference(
  { at, name }: ReferenceFault,
  schema: Json,
): ConfigIssue {
  const path = pathText(at);
  if (name === undefined) {
    return {
      path,
      problem: "has a ${ that does not name a variable",
      remedy: `write \${NAME} or \${NAME:-default}, in capitals; ${
        at[0] === "rules"
          ? "what a login brings is ${sub}, ${issuer} or ${claims.NAME}"
          : "for a ${ that is meant, write $${"
      }`,
    };
  }
  // In capitals it is a variable, even where a rule means what a login brings.
  const meant = at[0] === "rules" && LOGIN_PLACEHOLDERS.includes(name)
    ? `write \${${name.toLowerCase()}} for what a login brings, or `
    : "";
  return {
    path,
    variables: [name],
    problem: `is missing: the environment variable ${name} is not set`,
    remedy: `${meant}set ${name}, in the environment or in .env. ${
      describeNearest(schema, at)
    }`,
    missing: true,
  };
}

/** What the setting is for, or else the one that it belongs to. */
function describeNearest(schema: Json, path: Path): string {
  return path
    .map((_, index) =>
      descriptionOf(schemaAt(schema, path.slice(0, path.length - index)))
    )
    .find((text) => text !== undefined) ??
    descriptionOf(schema) ??
    "correct it";
}

/** What the setting is for, as the schema says it. */
function descriptionOf(node: Json): string | undefined {
  const description = isJsonObject(node)
    ? member(node, "description")
    : undefined;
  return typeof description === "string" ? description : undefined;
}

export function toPath(path: readonly PropertyKey[]): Path {
  return path.map((part) => typeof part === "symbol" ? "" : part);
}

function explainUnknown(
  path: Path,
  name: string,
  known: readonly string[],
): ConfigIssue {
  const meant = suggest(name, known);
  const all = `there are: ${known.map(showName).join(", ")}`;
  const whyNot = path[0] === "rules" ? NO_CONDITIONS.get(name) : undefined;
  return {
    path: pathText(path),
    problem: "is no setting",
    remedy: whyNot !== undefined
      ? `${whyNot}; ${all}`
      : meant === undefined
      ? all
      : `did you mean ${meant}?`,
  };
}

/** What one might ask for in a rule, and why one cannot. */
const NO_CONDITIONS: ReadonlyMap<string, string> = new Map([
  ["client_name", "a client can call itself anything"],
]);

function describeProblem(issue: SchemaIssue, node: Json): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KIND_NAMES[kindOf(node)]}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
    case "too_big":
      return describeBounds(node);
    default:
      return issue.message;
  }
}

function describeBounds(node: Json): string {
  if (!isJsonObject(node)) return "is out of bounds";
  switch (kindOf(node)) {
    case "number":
      return `must be from ${member(node, "minimum")} to ${
        member(node, "maximum")
      }`;
    case "list": {
      const most = member(node, "maxItems");
      return typeof most === "number"
        ? `must have ${most} entries at most`
        : "must have an entry";
    }
    default:
      return `must have ${member(node, "maxLength")} characters at most`;
  }
}
