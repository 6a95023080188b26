/**
 * `permissions`: prints the flags that let `start` do what its configuration
 * asks for and nothing else. The task puts them into the command line of `start`.
 */
import { parseArgs } from "node:util";
import { ConfigError } from "../config/config_error.ts";
import { loadConfig } from "../config/load.ts";
import {
  listPermissionFlags,
  listPermissionFlagsToExplain,
} from "../config/permissions.ts";
import { EXIT_OK, print } from "./command.ts";

const USAGE = `Prints the Deno permissions that start needs.

Usage: deno run main.ts permissions [--config FILE]

  --config FILE   the configuration, config/callout.yaml unless given
  --help          this text`;

export function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string", default: "config/callout.yaml" },
      help: { type: "boolean", short: "h" },
    },
  });
  print(values.help ? USAGE : listFlags(values.config).join(" "));
  return Promise.resolve(EXIT_OK);
}

function listFlags(path: string): readonly string[] {
  try {
    return listPermissionFlags(loadConfig({ path, environment: Deno.env }));
  } catch (error) {
    // What is wrong is said once, by start.
    if (error instanceof ConfigError) return listPermissionFlagsToExplain();
    throw error;
  }
}
