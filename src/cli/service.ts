/**
 * Puts the configured service together, top to bottom, and takes it apart again.
 */
import { monotonicClock, systemClock } from "../base/time.ts";
import type { Config, TokenConfig } from "../config/config.ts";
import type { AuthenticatorDependencies } from "../identity/authenticate.ts";
import {
  createAuthenticator,
  type RoutingAuthenticator,
} from "../identity/authenticator.ts";
import { startMonitoring } from "../monitoring/health.ts";
import {
  type CalloutService,
  startCalloutService,
} from "../nats/callout_service.ts";
import { describeUnmetRules } from "../permissions/server_need.ts";
import type { Log } from "../telemetry/log.ts";

export interface RunningService {
  /** Where `/healthz` and `/readyz` are. */
  readonly monitoringAddress: string;
  /** Stops taking requests, finishes those that are here, says good-bye to the server. */
  stop(): Promise<void>;
  /** Settles when the service has ended, however it came to that. */
  readonly ended: Promise<unknown>;
}

/** What judges bearer tokens, of every kind that is configured. */
export function createIdentities(
  config: TokenConfig,
  { clock, log }: Pick<AuthenticatorDependencies, "clock" | "log">,
): RoutingAuthenticator {
  return createAuthenticator(config, {
    log,
    clock,
    monotonic: monotonicClock,
  });
}

/**
 * Runs the service until it is stopped. Resolves as soon as requests are taken.
 *
 * @throws {Error} If the monitoring address cannot be had.
 * @throws {DOMException} AbortError, if the signal is aborted before NATS is reached.
 */
export async function runService(
  config: Config,
  log: Log,
  signal: AbortSignal,
): Promise<RunningService> {
  const identities = createIdentities(config, { log, clock: systemClock });
  let callout: CalloutService | undefined;
  // First, so that whoever asks learns what is still missing.
  const monitoring = await startMonitoring({
    ...config.monitoring,
    circumstances: () => ({
      isSubscribed: callout?.isSubscribed() ?? false,
      sources: identities.status(),
    }),
  });
  async function stopAround(): Promise<void> {
    identities.stop();
    await monitoring.stop();
  }
  try {
    // The first request finds the keys there, if they can be had at all.
    await identities.start();
    callout = await startCalloutService({
      ...config,
      authenticate: identities.authenticate,
      permit: config.rules.permit,
      issuerLabels: config.permissions.issuerLabels,
      versionProblem: (version) =>
        describeUnmetRules(config.rules.needs, version),
      log,
    }, signal);
  } catch (error) {
    await stopAround();
    throw error;
  }
  const { ended, stop } = callout;
  return {
    monitoringAddress: monitoring.address,
    ended,
    async stop(): Promise<void> {
      await stop();
      await stopAround();
      log.info("stopped");
    },
  };
}
