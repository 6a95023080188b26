/**
 * A log that nobody reads.
 */
import type { Log } from "../../src/telemetry/log.ts";

export const SILENT: Log = {
  debug(): void {},
  info(): void {},
  warn(): void {},
  error(): void {},
  audit(): void {},
};
