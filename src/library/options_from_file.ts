/**
 * The configuration file of `start`, for a program that judges tokens itself.
 */
import { type PlainOptions, toPlain } from "./plain_options.ts";
import { ConfigError } from "../config/config_error.ts";

/**
 * The options `nats`, `callout` and `accounts` as `start` has them: out of a
 * configuration file, the environment, and the files that they name. Sections
 * about tokens and rules are not looked at.
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
