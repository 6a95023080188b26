/**
 * From settings to a configuration: what belongs together is put together and
 * judged, the files that are named are read. Reports every problem it finds.
 */
import { parseListenAddress } from "./addresses.ts";
import { buildRules } from "./build_rules.ts";
import { buildService } from "./build_service.ts";
import { buildTokens } from "./build_tokens.ts";
import type { Checking } from "./checking.ts";
import type { Config, MonitoringConfig } from "./config.ts";
import type { Settings } from "./schema.ts";
import { warnOfTimeouts } from "./timeouts.ts";

/** Undefined if there was something to report. */
export function buildConfig(
  settings: Settings,
  checking: Checking,
): Config | undefined {
  const service = buildService(settings, checking);
  const built = buildTokens(settings, checking);
  const decided = buildRules(settings, built, checking);
  const monitoring = buildMonitoring(settings, checking);
  warnOfTimeouts(settings, checking);
  if (
    checking.issues.length > 0 || service === undefined ||
    decided === undefined || monitoring === undefined
  ) return undefined;
  return {
    ...service,
    ...built.tokens,
    ...decided,
    monitoring,
    log: settings.log,
  };
}

function buildMonitoring(
  { monitoring }: Settings,
  checking: Checking,
): MonitoringConfig | undefined {
  const address = parseListenAddress(monitoring.listen);
  if (address === undefined) {
    checking.report(
      "monitoring.listen",
      "is not an address and a port",
      "write it like 127.0.0.1:8080, or 0.0.0.0:8080 for all addresses",
    );
  }
  return address;
}
