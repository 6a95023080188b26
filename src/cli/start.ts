/**
 * `start`: the service against the NATS of the configuration, until SIGTERM or
 * SIGINT.
 */
import { parseArgs } from "node:util";
import { ConfigError, formatConfigError } from "../config/config_error.ts";
import {
  loadConfig,
  type LoadedConfig,
  ownConfiguration,
} from "../config/load.ts";
import { ListenError } from "../monitoring/health.ts";
import { ServerTooOldError } from "../nats/callout_service.ts";
import { UnsupportedOptionError } from "../nats/connection.ts";
import { CalloutAccountError } from "../nats/own_account.ts";
import { SubscriptionRefusedError } from "../nats/subscription.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { logWarnings } from "./config_warnings.ts";
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, printError } from "./terminal.ts";
import { runService } from "./service.ts";
import { aborted, listenForStop } from "./stop_signal.ts";
import { withUsage } from "./usage.ts";

const USAGE = `Runs the callout service against the configured NATS.

Usage: deno task start

CALLOUT_CONFIG names the configuration, config/callout.yaml unless set.

SIGTERM and SIGINT end it: requests in flight are finished first.`;

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, async () => {
    parseArgs({ args: [...args], options: {} });
    try {
      const loaded = loadConfig(ownConfiguration());
      return await start(loaded);
    } catch (error) {
      if (error instanceof ConfigError) {
        printError(formatConfigError(error, "Cannot start"));
        return EXIT_USAGE;
      }
      if (error instanceof UnsupportedOptionError) {
        printError(error.message);
        return EXIT_USAGE;
      }
      if (
        error instanceof CalloutAccountError ||
        error instanceof ListenError ||
        error instanceof ServerTooOldError ||
        error instanceof SubscriptionRefusedError
      ) {
        printError(error.message);
        return EXIT_FAILED;
      }
      throw error;
    }
  });
}

async function start({ config, warnings }: LoadedConfig): Promise<number> {
  using stopSignal = listenForStop();
  const { format, level } = config.log;
  const log = createLog({
    level,
    format: format === "auto"
      ? Deno.stdout.isTerminal() ? "text" : "json"
      : format,
  });
  using _lastResort = keepServing(log);
  try {
    logWarnings(log, warnings);
    const service = await runService(config, log, stopSignal.signal);
    const end = await Promise.race([
      aborted(stopSignal.signal).then(() => EXIT_OK),
      service.ended.then(() => EXIT_FAILED),
    ]);
    await service.stop();
    return end;
  } catch (error) {
    // Asked to end before NATS could be reached.
    if (stopSignal.signal.aborted) return EXIT_OK;
    throw error;
  } finally {
    await log.close();
  }
}

/**
 * What nobody caught is counted and logged, and serving goes on: an error that
 * an attacker may provoke must not stop everybody's logins. No grant can come
 * of it, since a request that throws is never answered.
 */
function keepServing(log: Log): Disposable {
  function onRejection(event: PromiseRejectionEvent): void {
    event.preventDefault();
    report(event.reason);
  }
  function onError(event: ErrorEvent): void {
    event.preventDefault();
    report(event.error);
  }
  function report(error: unknown): void {
    log.error("an error that nobody caught", {
      code: "uncaught_error",
      // Its name only: a message may quote what came from outside.
      detail: error instanceof Error ? error.name : typeof error,
    });
  }
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  return {
    [Symbol.dispose](): void {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      globalThis.removeEventListener("error", onError);
    },
  };
}
