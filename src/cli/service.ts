/**
 * Puts the service together, top to bottom, and takes it apart again.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { monotonicClock, systemClock } from "../base/time.ts";
import { authorize, type Stages } from "../callout/authorize.ts";
import { createReplayGuard } from "../callout/replay.ts";
import { createVerifier } from "../callout/request.ts";
import { createResponder } from "../callout/response.ts";
import { createUserJwtIssuer } from "../callout/user_jwt.ts";
import type { Config } from "../config/config.ts";
import { createJwtBearer, type JwtBearer } from "../identity/jwt_bearer.ts";
import { startMonitoring } from "../monitoring/health.ts";
import { connectNats, type NatsOptions } from "../nats/connection.ts";
import {
  type CalloutSubscription,
  subscribeToCallouts,
} from "../nats/subscription.ts";
import {
  createTrustedServers,
  type TrustedServers,
} from "../nats/trusted_servers.ts";
import { signingKeyFromSeed } from "../nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../nats_jwt/xkeys.ts";
import { createOwnSubtreePolicy } from "../permissions/own_subtree.ts";
import type { Log } from "../telemetry/log.ts";
import { createDecisionLog } from "./decision_log.ts";

export interface RunningService {
  /** Whether requests are taken and can be judged. */
  isReady(): boolean;
  /** Stops taking requests, finishes those that are here, says good-bye to the server. */
  stop(): Promise<void>;
  /** Settles when the service has ended, however it came to that. */
  readonly ended: Promise<void>;
}

/** Time for requests in flight when the service stops. Orchestrators give 10 s before they kill. */
const DRAIN_GRACE_MS = 5_000;

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
  const identities = createJwtBearer(config.issuers, {
    log,
    clock: systemClock,
    monotonic: monotonicClock,
  });
  let subscription: CalloutSubscription | undefined;

  const monitoring = await startMonitoring({
    ...config.monitoring,
    readiness: () => ({
      "subscribed": subscription?.isActive() ?? false,
      "issuer keys": identities.status().every(({ ready }) => ready),
    }),
  });
  let connection: NatsConnection;
  try {
    // Together: whoever is slower decides, and a broken issuer does not keep NATS waiting.
    [connection] = await Promise.all([
      connectNats(toNatsOptions(config), log, signal),
      identities.start(),
    ]);
  } catch (error) {
    identities.stop();
    await monitoring.stop();
    throw error;
  }
  const servers = createTrustedServers(
    connection,
    config.callout.trustedServerIds,
  );
  const stages = createStages(config, identities, servers, connection);
  const logDecision = createDecisionLog(log);
  subscription = await subscribeToCallouts(connection, {
    queueGroup: config.nats.queueGroup,
    budgetMs: config.callout.budgetMs,
    requestsInFlightMax: config.callout.requestsInFlightMax,
    requestsWaitingMax: config.callout.requestsWaitingMax,
    judge: (message, time) => authorize(stages, message, time),
    onDecision: logDecision,
    onInternalError: (error) =>
      log.error("request failed by our own fault", {
        code: "internal_error",
        detail: error instanceof Error ? `${error.name}: ${error.message}` : "",
      }),
    clock: systemClock,
    monotonic: monotonicClock,
  });
  logStart(config, log, servers, connection);

  async function stop(): Promise<void> {
    log.info("stopping: no more requests are taken");
    await subscription?.drain(DRAIN_GRACE_MS);
    identities.stop();
    await connection.flush().catch(() => {});
    await connection.close();
    await monitoring.stop();
    log.info("stopped");
  }
  let stopping: Promise<void> | undefined;
  return {
    isReady: () =>
      (subscription?.isActive() ?? false) &&
      identities.status().every(({ ready }) => ready),
    stop: () => stopping ??= stop(),
    ended: connection.closed().then((error) => {
      if (error) {
        log.error("connection to NATS ended", { detail: error.message });
      }
    }),
  };
}

function createStages(
  config: Config,
  identities: JwtBearer,
  servers: TrustedServers,
  connection: NatsConnection,
): Stages {
  const { callout, permissions } = config;
  const xkey = callout.xkey === undefined
    ? {}
    : { xkey: xkeyFromSeed(callout.xkey) };
  return {
    verify: createVerifier({
      calloutAccount: callout.account,
      isTrustedServer: servers.isTrusted,
      replays: createReplayGuard(),
      ...xkey,
    }),
    connectionTypes: new Set(callout.connectionTypes),
    authenticate: identities.authenticate,
    permit: createOwnSubtreePolicy(permissions),
    issueUserJwt: createUserJwtIssuer(
      new Map(config.accounts.map(({ name, publicKey, signingKey }) => [
        name,
        { publicKey, signingKey: signingKeyFromSeed(signingKey, "account") },
      ])),
      Math.random,
    ),
    respond: createResponder({
      calloutAccount: callout.account,
      signingKey: signingKeyFromSeed(callout.signingKey, "account"),
      ...xkey,
    }),
    responseBytesMax: () => connection.info?.max_payload ?? 0,
  };
}

function toNatsOptions({ nats }: Config): NatsOptions {
  return {
    servers: nats.servers,
    creds: nats.creds,
    ...(nats.tls === undefined ? {} : { tls: nats.tls }),
  };
}

function logStart(
  config: Config,
  log: Log,
  servers: TrustedServers,
  connection: NatsConnection,
): void {
  log.info("ready: requests are taken", {
    subject: "$SYS.REQ.USER.AUTH",
    queueGroup: config.nats.queueGroup,
    serverId: connection.info?.server_id ?? "",
    version: connection.info?.version ?? "",
    count: config.issuers.length,
  });
  if (servers.acceptsAny()) {
    log.warn("requests of any server in this cluster are accepted", {
      setting: "callout.trusted_servers",
      detail:
        "Name the servers' ids to pin them, and see that the account AUTH holds nothing but this service and the sentinel",
    });
  }
  if (config.callout.xkey === undefined) {
    log.warn("requests are read in plain text", { setting: "callout.xkey" });
  }
}
