/**
 * The callout service on a NATS connection, with whatever judges tokens and
 * decides about grants handed in: what `start` and programs of your own share.
 */
import type { NatsConnection, ServerInfo } from "@nats-io/nats-core";
import { monotonicClock, systemClock } from "../base/time.ts";
import { within } from "../base/within.ts";
import { authorize, type Stages } from "../callout/authorize.ts";
import { createReplayGuard } from "../callout/replay.ts";
import { CALLOUT_SUBJECT, createVerifier } from "../callout/request.ts";
import { createResponder } from "../callout/response.ts";
import {
  createUserJwtIssuer,
  type TargetAccount,
} from "../callout/user_jwt.ts";
import { signingKeyFromSeed } from "../nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../nats_jwt/xkeys.ts";
import { connectNats, reconnectPause } from "./connection.ts";
import { describeConnectionFault } from "./connection_fault.ts";
import { createDecisionLog } from "./decision_log.ts";
import { optionProblems, optionsError } from "./option_problems.ts";
import {
  CalloutAccountError,
  createOwnAccount,
  type OwnAccount,
} from "./own_account.ts";
import { type ReadServerFacts, rememberServerFacts } from "./server_facts.ts";
import type {
  AccountOptions,
  CalloutServiceOptions,
} from "./service_options.ts";
import {
  subscribeToCallouts,
  SubscriptionRefusedError,
} from "./subscription.ts";
import {
  createTrustedServers,
  type TrustedServers,
} from "./trusted_servers.ts";

/** The server that was reached will not do: trying again does not help. */
export class ServerTooOldError extends Error {
  override readonly name = "ServerTooOldError";
}

/** The service while it runs. */
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
 * @throws {CalloutAccountError} If one of the accounts is the service's own.
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
        error instanceof CalloutAccountError ||
        error instanceof ServerTooOldError
      ) throw error;
      signal.throwIfAborted();
      options.log.error(
        "lost NATS while subscribing, trying again",
        describeConnectionFault(error, options.nats.credentials.kind),
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
  const own = createOwnAccount(options.accounts, readFacts);
  const stages = createStages(options, keys, { servers, own, readFacts });
  const subscription = await subscribeToCallouts(connection, {
    queueGroup: nats.queueGroup,
    budgetMs: callout.budgetMs,
    requestsInFlightMax: callout.requestsInFlightMax,
    requestsWaitingMax: callout.requestsWaitingMax,
    judge: (message, time) => authorize(stages, message, time),
    isReachable: servers.isTrusted,
    onDecision: createDecisionLog(log, options.issuerLabels),
    log,
    signal,
    clock: systemClock,
    monotonic: monotonicClock,
  });
  own.refuse();
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
        log.error("the service has ended", {
          code: "service_ended",
          detail: error.message,
        });
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

/** What is known of NATS. */
interface Surroundings {
  readonly servers: TrustedServers;
  readonly own: OwnAccount;
  readonly readFacts: ReadServerFacts;
}

function createStages(
  { authenticate, callout, log, permit }: CalloutServiceOptions,
  { issueUserJwt, respond, xkey }: Keys,
  { own, readFacts, servers }: Surroundings,
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
    bearerTokenBytesMax: callout.bearerTokenBytesMax,
    authenticate,
    permit: own.guard(permit),
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
    subject: CALLOUT_SUBJECT,
    queueGroup: nats.queueGroup,
    serverId: server.server_id,
    version: server.version,
  });
  if (servers.acceptsAny()) {
    log.warn("requests of any server in this cluster are accepted", {
      code: "any_server_accepted",
      setting: "callout.trusted_servers",
      detail:
        "Their ids are new at each start. What keeps forged requests out is that AUTH is closed and has an xkey: deno task check --server verifies it",
    });
  }
  if (callout.xkey === undefined) {
    log.warn("requests are read in plain text", {
      code: "callout_plaintext_allowed",
      setting: "callout.xkey",
    });
  }
}
