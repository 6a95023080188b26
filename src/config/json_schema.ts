/**
 * The JSON Schema of the configuration: for editors, which complete and check
 * `config/callout.yaml` with it, and for our own messages.
 */
import { z } from "zod";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  member,
} from "../base/json.ts";
import type { Path } from "./path.ts";
import { SETTINGS_SCHEMA } from "./schema.ts";

/** What stands for a value that the environment gives. */
const REFERENCE: JsonObject = { "type": "string", "pattern": "\\$\\{" };

/** The schema of the settings as they are after the environment has been filled in. */
export function settingsJsonSchema(): JsonObject {
  const schema: Json = JSON.parse(
    JSON.stringify(z.toJSONSchema(SETTINGS_SCHEMA, { io: "input" })),
  );
  return isJsonObject(schema) ? schema : {};
}

/** The schema of the file: any value may also be `${NAME}`, a list also text with commas. */
function fileJsonSchema(): JsonObject {
  const { "$schema": dialect = "", ...schema } = settingsJsonSchema();
  const file = allowReferences(schema);
  return {
    "$schema": dialect,
    "title": "Configuration of the NATS auth callout service",
    ...(isJsonObject(file) ? file : {}),
  };
}

/** The text of `config/callout.schema.json`, as the formatter would have it. */
export function formatFileSchema(): string {
  return `${JSON.stringify(fileJsonSchema(), null, 2)}\n`;
}

function allowReferences(node: Json): Json {
  if (!isJsonObject(node)) return node;
  const { description, default: preset, ...rest } = node;
  const notes = {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
  };
  switch (kindOf(node)) {
    case "section":
      return {
        ...node,
        "properties": Object.fromEntries(
          Object.entries(propertiesOf(node)).map(([name, property]) => [
            name,
            allowReferences(property),
          ]),
        ),
      };
    case "list": {
      const items = member(node, "items") ?? {};
      if (kindOf(items) === "section") {
        return { ...node, "items": allowReferences(items) };
      }
      return { ...notes, "anyOf": [rest, { "type": "string" }] };
    }
    case "text":
      return member(node, "enum") === undefined &&
          member(node, "pattern") === undefined
        ? node
        : { ...notes, "anyOf": [rest, REFERENCE] };
    default:
      return { ...notes, "anyOf": [rest, REFERENCE] };
  }
}

export type SettingKind =
  | "section"
  | "list"
  | "text"
  | "number"
  | "switch"
  | "unknown";

const KIND_BY_TYPE: Readonly<Record<string, SettingKind>> = {
  "object": "section",
  "array": "list",
  "string": "text",
  "integer": "number",
  "boolean": "switch",
};

export function kindOf(node: Json): SettingKind {
  if (!isJsonObject(node)) return "unknown";
  const type = member(node, "type");
  return typeof type === "string" ? KIND_BY_TYPE[type] ?? "unknown" : "unknown";
}

/** Of a setting that may be written in several ways, those of all of them. */
export function propertiesOf(node: Json): JsonObject {
  if (!isJsonObject(node)) return {};
  const properties = member(node, "properties");
  if (isJsonObject(properties)) return properties;
  return Object.assign({}, ...waysToWrite(node).map(propertiesOf));
}

export function itemsOf(node: Json): Json {
  if (!isJsonObject(node)) return {};
  return member(node, "items") ??
    waysToWrite(node).map(itemsOf).find((items) =>
      kindOf(items) !== "unknown"
    ) ??
    {};
}

function waysToWrite(node: JsonObject): readonly Json[] {
  const ways = member(node, "anyOf");
  return Array.isArray(ways) ? ways : [];
}

/** What stands under whatever name, where names are free: claims, for instance. */
function anyPropertyOf(node: Json): Json | undefined {
  return isJsonObject(node) ? member(node, "additionalProperties") : undefined;
}

/** The part of the schema that describes the setting at that path. */
export function schemaAt(schema: Json, path: Path): Json {
  let node = schema;
  for (const part of path) {
    node = typeof part === "number"
      ? itemsOf(node)
      : member(propertiesOf(node), part) ?? anyPropertyOf(node) ?? {};
  }
  return node;
}
