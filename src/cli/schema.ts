/**
 * `schema`: writes the JSON Schema of the configuration, which editors complete
 * and check `config/callout.yaml` with.
 */
import { formatFileSchema } from "../config/json_schema.ts";
import { EXIT_OK, print } from "./terminal.ts";

const PATH = "config/callout.schema.json";

export async function run(): Promise<number> {
  await Deno.writeTextFile(PATH, formatFileSchema());
  print(`Wrote ${PATH}.`);
  return EXIT_OK;
}
