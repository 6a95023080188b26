/**
 * `start`: the service against the NATS of the configuration, until SIGTERM or
 * SIGINT.
 */
import { parseArgs } from "node:util";
import { ConfigError, formatConfigError } from "../config/config_error.ts";
import { loadConfig } from "../config/load.ts";
import { createLog, type OpenLog } from "../telemetry/log.ts";
import {
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  print,
  printError,
} from "./command.ts";
import { runService } from "./service.ts";

const USAGE = `Runs the callout service against the configured NATS.

Usage: deno task start [--config FILE]

  --config FILE   the configuration, config/callout.yaml unless given
  --help          this text

SIGTERM and SIGINT end it: requests in flight are finished first.`;

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string", default: "config/callout.yaml" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    print(USAGE);
    return EXIT_OK;
  }
  return await start(values.config);
}
