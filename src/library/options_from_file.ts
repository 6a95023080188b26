/**
 * The configuration file of `start`, for a program that judges tokens itself.
 */
import { type PlainOptions, toPlain } from "./plain_options.ts";
import { ConfigError } from "../config/config_error.ts";

/**
 * The options `nats`, `callout` and `accounts` as `start` has them: out of a
 * configuration file, the environment, and the files that they name, where paths
 * that are relative begin at the working directory. Sections about tokens and
 * rules are not looked at. Seeds come as {@linkcode Secret}, and their variables
 * are taken out of the environment: whoever reads the file again has to set them
 * again.
 *
 * @param path The configuration file, as in `config/callout.yaml`.
 * @throws {TypeError} If a setting is missing, unknown or cannot be used; names them all.
 */
export async function optionsFromFile(path: string): Promise<PlainOptions> {
  // A program that brings its options needs nothing of what reads YAML.
  const { loadService } = await import("../config/load.ts");
  try {
    return toPlain(loadService({ path, environment: Deno.env }));
  } catch (error) {
    if (error instanceof ConfigError) throw toTypeError(error);
    throw error;
  }
}

function toTypeError({ issues, source }: ConfigError): TypeError {
  const lines = issues.map(({ path, problem, remedy, variables = [] }) => {
    const from = variables.length === 0 ? "" : ` (${variables.join(", ")})`;
    return `${path}${from} ${problem}: ${remedy}`;
  });
  return new TypeError([`Cannot use ${source}:`, ...lines].join("\n  "));
}
