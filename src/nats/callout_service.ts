/**
 * The callout service on a NATS connection, with whatever judges tokens and
 * decides about grants handed in: what `start` and programs of your own share.
 */
import type { NatsConnection, ServerInfo } from "@nats-io/nats-core";
import type { Secret } from "../base/secret.ts";
import { monotonicClock, systemClock } from "../base/time.ts";
import { within } from "../base/within.ts";
import { authorize, type Stages } from "../callout/authorize.ts";
import { createReplayGuard } from "../callout/replay.ts";
import { createVerifier } from "../callout/request.ts";
import type { ConnectionType } from "../callout/request_claims.ts";
import { createResponder } from "../callout/response.ts";
import {
  createUserJwtIssuer,
  type TargetAccount,
} from "../callout/user_jwt.ts";
import type { Authenticate } from "../identity/authenticate.ts";
import { signingKeyFromSeed } from "../nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../nats_jwt/xkeys.ts";
import type { Permit } from "../permissions/grant.ts";
import type { Log } from "../telemetry/log.ts";
import { connectNats, type NatsOptions, reconnectPause } from "./connection.ts";
import { describeConnectionFault } from "./connection_fault.ts";
import { createDecisionLog } from "./decision_log.ts";
import { optionProblems, optionsError } from "./option_problems.ts";
import { type ReadServerFacts, rememberServerFacts } from "./server_facts.ts";
import {
  subscribeToCallouts,
  SubscriptionRefusedError,
} from "./subscription.ts";
import {
  createTrustedServers,
  type TrustedServers,
} from "./trusted_servers.ts";

export interface CalloutServiceOptions {
  readonly nats: NatsOptions & {
    /** Instances in one group share the requests. */
    readonly queueGroup: string;
  };
  readonly callout: CalloutOptions;
  /** The accounts that users may be placed in. */
  readonly accounts: readonly AccountOptions[];
  readonly authenticate: Authenticate;
  readonly permit: Permit;
  /** Why a server of this version will not do, in a sentence; undefined if it will. */
  readonly versionProblem?: (version: string) => string | undefined;
  /** What the rules allow and may not be meant; for the log. */
  readonly ruleWarnings?: readonly string[];
  readonly log: Log;
}

/** The server that was reached will not do: trying again does not help. */
export class ServerTooOldError extends Error {
  override readonly name = "ServerTooOldError";
}

export interface CalloutOptions {
  /** Public key of the account AUTH; without an operator, the `issuer` in the server's `auth_callout`. */
  readonly account: string;
  /** Seed of AUTH's signing key, or without an operator of AUTH itself: signs the responses. */
  readonly signingKey: Secret;
  /** Seed of AUTH's curve key. Without it, requests are read in plain text. */
  readonly xkey?: Secret;
  /** Public keys of the servers that may ask. Empty: see `trusted_servers.ts`. */
  readonly trustedServerIds: readonly string[];
  /** Longest time from a request's arrival to its answer, in milliseconds. */
  readonly budgetMs: number;
  readonly requestsInFlightMax: number;
  readonly requestsWaitingMax: number;
  readonly connectionTypes: readonly ConnectionType[];
}

export interface AccountOptions {
  readonly name: string;
  /** Undefined where accounts stand in the server's configuration and are known by name. */
  readonly publicKey?: string;
  /** Seed of what signs the user JWTs: the account's signing key, or without an operator AUTH's own key. */
  readonly signingKey: Secret;
  /** Signing keys whose template says what their users may do. */
  readonly scopedKeys?: readonly ScopedKeyOptions[];
}

export interface ScopedKeyOptions {
  /** What rules call it. */
  readonly name: string;
  /** Its seed. */
  readonly signingKey: Secret;
}

export interface CalloutService {
  /** Whether requests reach us. */
  isSubscribed(): boolean;
  /** Stops taking requests, finishes those that are here, says good-bye to the server. */
  stop(): Promise<void>;
  /** Settles when the connection has ended for good: with the reason, unless it was stopped. */
  readonly ended: Promise<Error | undefined>;
}

/**
 * Beyond the budget, within which a request ends: for what the server has sent
 * before it learns that we stop. Orchestrators give 10 s and more before they
 * kill.
 */
const DRAIN_MARGIN_MS = 500;

/** For the last words to the server, which may be gone. */
const GOODBYE_MS = 1_000;

/**
 * Connects, trying until it is in, and subscribes. Resolves as soon as requests
 * are taken.
 *
 * @throws {TypeError} If options cannot be used; names them all.
 * @throws {UnsupportedOptionError} If NATS's client cannot do what they ask for.
 * @throws {ServerTooOldError} If the rules cannot be kept on the server.
 * @throws {SubscriptionRefusedError} If the service's user may not subscribe.
 * @throws {DOMException} AbortError, if the signal is aborted before NATS is reached.
 */
export async function startCalloutService(
  options: CalloutServiceOptions,
  signal: AbortSignal,
): Promise<CalloutService> {
  const problems = optionProblems(options);
  if (problems.length > 0) throw optionsError(problems);
  const keys = readKeys(options);
  for (const detail of options.ruleWarnings ?? []) {
    options.log.warn("a rule that may not do what it seems to", {
      code: "rule_surprising",
      detail,
    });
  }
  for (;;) {
    const connection = await connectNats(options.nats, options.log, signal);
    try {
      return await serve(options, keys, connection, signal);
    } catch (error) {
      await within(GOODBYE_MS, connection.close());
      if (
        error instanceof SubscriptionRefusedError ||
        error instanceof ServerTooOldError
      ) throw error;
      signal.throwIfAborted();
      options.log.error(
        "lost NATS while subscribing, trying again",
        describeConnectionFault(error),
      );
      await reconnectPause(error, signal);
    }
  }
}

async function serve(
  options: CalloutServiceOptions,
  keys: Keys,
  connection: NatsConnection,
  signal: AbortSignal,
): Promise<CalloutService> {
  const { callout, log, nats } = options;
  const readFacts = rememberServerFacts(connection);
  const problem = options.versionProblem?.(readFacts().version);
  if (problem !== undefined) throw new ServerTooOldError(problem);
  const servers = createTrustedServers(readFacts, callout.trustedServerIds);
  const stages = createStages(options, keys, servers, readFacts);
  const subscription = await subscribeToCallouts(connection, {
    queueGroup: nats.queueGroup,
    budgetMs: callout.budgetMs,
    requestsInFlightMax: callout.requestsInFlightMax,
    requestsWaitingMax: callout.requestsWaitingMax,
    judge: (message, time) => authorize(stages, message, time),
    isReachable: servers.isTrusted,
    onDecision: createDecisionLog(log),
    log,
    signal,
    clock: systemClock,
    monotonic: monotonicClock,
  });
  logStart(options, servers, readFacts());

  async function stop(): Promise<void> {
    log.info("stopping: no more requests are taken");
    await subscription.drain(callout.budgetMs + DRAIN_MARGIN_MS);
    await within(GOODBYE_MS, connection.flush());
    await within(GOODBYE_MS, connection.close());
  }
  let stopping: Promise<void> | undefined;
  return {
    isSubscribed: () => subscription.isActive(),
    stop: () => stopping ??= stop(),
    ended: Promise.race([connection.closed(), subscription.refused])
      .then((error) => {
        if (!error) return undefined;
        log.error("the service has ended", { detail: error.message });
        return error;
      }),
  };
}

type Keys = Pick<Stages, "issueUserJwt" | "respond"> & {
  readonly xkey: { readonly xkey?: ReturnType<typeof xkeyFromSeed> };
};

function readKeys({ accounts, callout }: CalloutServiceOptions): Keys {
  const xkey = callout.xkey === undefined
    ? {}
    : { xkey: xkeyFromSeed(callout.xkey) };
  const targets = accounts.map((account) =>
    [account.name, toTarget(account)] as const
  );
  return {
    xkey,
    issueUserJwt: createUserJwtIssuer(new Map(targets), Math.random),
    respond: createResponder({
      calloutAccount: callout.account,
      signingKey: signingKeyFromSeed(callout.signingKey, "account"),
      ...xkey,
    }),
  };
}

function toTarget(account: AccountOptions): TargetAccount {
  const scoped = account.scopedKeys ?? [];
  return {
    publicKey: account.publicKey,
    signingKey: signingKeyFromSeed(account.signingKey, "account"),
    scopedKeys: new Map(scoped.map(({ name, signingKey }) => [
      name,
      signingKeyFromSeed(signingKey, "account"),
    ])),
  };
}

function createStages(
  { authenticate, callout, log, permit }: CalloutServiceOptions,
  { issueUserJwt, respond, xkey }: Keys,
  servers: TrustedServers,
  readFacts: ReadServerFacts,
): Stages {
  return {
    verify: createVerifier({
      calloutAccount: callout.account,
      isTrustedServer: servers.isTrusted,
      replays: createReplayGuard(),
      onClockDoubted: (serverId) =>
        log.warn("a server's clock is learnt anew", {
          code: "server_clock_set_back",
          serverId,
          detail:
            "By it all requests of the last 10 s and more were late, and none was answered: was it set back? Let NTP slew the servers' clocks instead of stepping them",
        }),
      ...xkey,
    }),
    connectionTypes: new Set(callout.connectionTypes),
    authenticate,
    permit,
    issueUserJwt,
    respond,
    responseBytesMax: () => readFacts().max_payload,
  };
}

function logStart(
  { callout, log, nats }: CalloutServiceOptions,
  servers: TrustedServers,
  server: ServerInfo,
): void {
  log.info("ready: requests are taken", {
    subject: "$SYS.REQ.USER.AUTH",
    queueGroup: nats.queueGroup,
    serverId: server.server_id,
    version: server.version,
  });
  if (servers.acceptsAny()) {
    log.warn("requests of any server in this cluster are accepted", {
      setting: "callout.trusted_servers",
      detail:
        "Their ids are new at each start. What keeps forged requests out is that AUTH is closed and has an xkey: deno task check --server verifies it",
    });
  }
  if (callout.xkey === undefined) {
    log.warn("requests are read in plain text", { setting: "callout.xkey" });
  }
}
