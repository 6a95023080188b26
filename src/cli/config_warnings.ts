/**
 * What is allowed and should not be overlooked, told to the log of a service
 * that starts.
 */
import type { ConfigWarning } from "../config/config.ts";
import type { Log } from "../telemetry/log.ts";

export function logWarnings(
  log: Log,
  warnings: readonly ConfigWarning[],
): void {
  for (const { code, detail, remedy, setting } of warnings) {
    const fields = {
      code,
      setting,
      detail: remedy === undefined ? detail : `${detail}: ${remedy}`,
    };
    if (code === "rule_surprising") {
      log.warn("a rule that may not do what it seems to", fields);
    } else {
      log.warn("a setting that is not for production", fields);
    }
  }
}
