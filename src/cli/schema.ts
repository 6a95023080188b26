/**
 * `schema`: writes the JSON Schema of the configuration, which editors complete
 * and check `config/callout.yaml` with.
 */
import { fileJsonSchema } from "../config/json_schema.ts";
import { EXIT_OK, print } from "./command.ts";

const PATH = "config/callout.schema.json";

export async function run(): Promise<number> {
  await Deno.writeTextFile(PATH, formatSchema());
  print(`Wrote ${PATH}.`);
  return EXIT_OK;
}

/** The text of the file, as the formatter would have it. */
export function formatSchema(): string {
  return `${JSON.stringify(fileJsonSchema(), null, 2)}\n`;
}
