/**
 * Brings what stands in the file into the form that the schema expects: what
 * comes from the environment is text, also where a number, a switch or a list
 * belongs; and what is empty counts as not set.
 */
import { isJsonObject, type Json, member } from "../base/json.ts";
import { itemsOf, kindOf, propertiesOf } from "./json_schema.ts";

const WHOLE_NUMBER_REGEXP = /^-?\d{1,15}$/;

/** Undefined if nothing is set. */
export function toRawSettings(tree: Json, schema: Json): Json | undefined {
  if (tree === null || tree === "") return undefined;
  if (typeof tree === "string") return fromText(tree, schema);
  if (Array.isArray(tree)) {
    const items = itemsOf(schema);
    const elements = tree.map((element) => toRawSettings(element, items));
    // An empty section keeps its place, so that the next one keeps its number.
    return kindOf(items) === "section"
      ? elements.map((element) => element ?? {})
      : elements.filter((element) => element !== undefined);
  }
  if (!isJsonObject(tree)) return tree;
  const properties = propertiesOf(schema);
  const members: [string, Json][] = [];
  for (const [name, value] of Object.entries(tree)) {
    const raw = toRawSettings(value, member(properties, name) ?? {});
    if (raw !== undefined) members.push([name, raw]);
  }
  return Object.fromEntries(members);
}

function fromText(text: string, schema: Json): Json {
  switch (kindOf(schema)) {
    case "number":
      return WHOLE_NUMBER_REGEXP.test(text) ? Number(text) : text;
    case "switch":
      return text === "true" ? true : text === "false" ? false : text;
    case "list":
      if (kindOf(itemsOf(schema)) === "section") return text;
      return text.split(",").map((part) => part.trim()).filter((part) =>
        part !== ""
      );
    default:
      return text;
  }
}
