/**
 * `permissions`: prints the flags that let `start` do what its configuration
 * asks for and nothing else. The task puts them into the command line of `start`.
 */
import { parseArgs } from "node:util";
import { ConfigError } from "../config/config_error.ts";
import { loadConfig, ownConfiguration } from "../config/load.ts";
import {
  listPermissionFlags,
  listPermissionFlagsToExplain,
} from "../config/permissions.ts";
import { EXIT_OK, print } from "./terminal.ts";
import { withUsage } from "./usage.ts";

const USAGE = `Prints the Deno permissions that start needs.

Usage: deno run main.ts permissions

CALLOUT_CONFIG names the configuration, config/callout.yaml unless set.`;

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, () => {
    parseArgs({ args: [...args], options: {} });
    print(listFlags().join(" "));
    return Promise.resolve(EXIT_OK);
  });
}

function listFlags(): readonly string[] {
  try {
    return listPermissionFlags(loadConfig(ownConfiguration()));
  } catch (error) {
    // What is wrong is said once, by start.
    if (error instanceof ConfigError) return listPermissionFlagsToExplain();
    throw error;
  }
}
