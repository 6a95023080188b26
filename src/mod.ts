/**
 * The callout as a library: bring your own `authenticate` (bearer token to
 * identity or refusal), your own `permit` (identity to grant), or both, and keep
 * everything else: the checks of requests, keys, crypto, deadlines, overload,
 * the audit log.
 *
 * `docs/examples/own_service.ts` is a whole service in twenty lines.
 *
 * @module
 */
import { InvariantError } from "./base/assert.ts";
import type { ConnectionType } from "./base/connection_type.ts";
import type { Identity } from "./base/identity.ts";
import type { JsonObject } from "./base/json.ts";
import { SESSION_SECONDS_MAX, SESSION_SECONDS_MIN } from "./base/limits.ts";
import { Secret } from "./base/secret.ts";
import { type EpochSeconds, monotonicClock, systemClock } from "./base/time.ts";
import type { Authenticate } from "./identity/authenticate.ts";
import { createAuthenticator } from "./identity/authenticator.ts";
import type { AuthenticatorOptions } from "./identity/authenticator_options.ts";
import { authenticatorProblems } from "./identity/authenticator_problems.ts";
import {
  type CalloutService,
  startCalloutService,
} from "./nats/callout_service.ts";
import type { NatsTlsOptions } from "./nats/connection.ts";
import {
  type CheckedOptions,
  optionProblems,
  optionsError,
} from "./nats/option_problems.ts";
import type { Permit } from "./permissions/grant.ts";
import { RulesFault } from "./permissions/rule_fault.ts";
import type { RuleOptions } from "./permissions/rule_options.ts";
import { createRules, DEFAULT_RULES } from "./permissions/rules.ts";
import { createLog, type Log } from "./telemetry/log.ts";

export { rejected, unavailable } from "./base/outcome.ts";
export type {
  Dependency,
  Rejected,
  RejectionCode,
  Unavailable,
} from "./base/outcome.ts";
export { Secret } from "./base/secret.ts";
export type {
  Authenticate,
  AuthenticationContext,
  AuthenticationOutcome,
  ClientConnection,
} from "./identity/authenticate.ts";
export type { Grant, LoginFacts, Permit } from "./permissions/grant.ts";
export type { RuleOptions } from "./permissions/rule_options.ts";
export type { LogFields } from "./telemetry/log.ts";
export type { AuthenticatorOptions, CalloutService, Identity, Log };

export interface CalloutOptions {
  readonly nats: {
    /** As in `nats://host:4222` or `tls://host:4222`. */
    readonly servers: readonly string[];
    /** Text of the creds file of the service's own user in the account AUTH. */
    readonly creds: string;
    readonly tls?: NatsTlsOptions;
    /** Instances in one group share the requests. `nats-auth-callout` unless given. */
    readonly queueGroup?: string;
  };
  /** The account AUTH, in which the callout is switched on. */
  readonly callout: {
    /** Its public key, `A…`. */
    readonly account: string;
    /** Seed of one of its signing keys, `SA…`. */
    readonly signingKey: string;
    /** Seed of its curve key, `SX…`. `null`: requests come in plain text. */
    readonly xkey: string | null;
    /** Public keys of servers that may ask, beside the one connected to. A server has a new one after each start. */
    readonly trustedServers?: readonly string[];
    /** Longest time from a request to its answer, in milliseconds; 4000 unless given. */
    readonly budgetMs?: number;
    /** How clients may be connected; not as leaf nodes unless given. */
    readonly connectionTypes?: readonly ConnectionType[];
  };
  /** The accounts that users may be placed in; the first is that of rules that name none. */
  readonly accounts: readonly {
    readonly name: string;
    /** `A…` */
    readonly publicKey: string;
    /** Seed of one of its signing keys, `SA…`. */
    readonly signingKey: string;
  }[];
  /**
   * Judges a bearer token. It may wait for as long as the context's signal is not
   * aborted. Instead of a function: the kinds of tokens that the service knows, as
   * in `{ issuers: [...] }`.
   */
  readonly authenticate: Authenticate | AuthenticatorOptions;
  /** Decides about grants: rules as in the configuration, or a function; `users.<sub>.>` unless given. */
  readonly permit?: Permit | readonly RuleOptions[];
  /** Longest session, in seconds; an hour unless given. */
  readonly sessionSecondsMax?: number;
  /**
   * Where to log. Unless given: the logger `nats-auth-callout` of LogTape if your
   * program has configured LogTape (give that category a sink: logins are among
   * the lines), JSON lines on standard output otherwise.
   */
  readonly log?: Log;
  /** Gives up connecting. Afterwards `stop()` ends the service. */
  readonly signal?: AbortSignal;
}

const BUDGET_MS = 4_000;
const REQUESTS_IN_FLIGHT_MAX = 4_096;
const REQUESTS_WAITING_MAX = 10_000;
const SESSION_SECONDS = 3_600;

/**
 * Runs the callout. Resolves when requests are taken.
 *
 * @throws {TypeError} If options cannot be used; names them all.
 * @throws {SubscriptionRefusedError} If the service's user may not subscribe.
 * @throws {DOMException} If the signal is aborted before NATS is reached.
 */
export async function startCallout(
  options: CalloutOptions,
): Promise<CalloutService> {
  const log = options.log ?? createLog({ format: "json", level: "info" });
  const { signal = new AbortController().signal } = options;
  const { settings, permit, authenticate } = check(options);
  if (typeof authenticate === "function") {
    const service = { ...settings, authenticate, permit, log };
    return await startCalloutService(service, signal);
  }
  const authenticator = createAuthenticator(authenticate, {
    log,
    clock: systemClock,
    monotonic: monotonicClock,
  });
  await authenticator.start();
  try {
    const service = await startCalloutService({
      ...settings,
      authenticate: authenticator.authenticate,
      permit,
      log,
    }, signal);
    // Also when the connection ends by itself: nobody asks any more.
    const ended = service.ended.finally(() => authenticator.stop());
    return { ...service, ended };
  } catch (error) {
    authenticator.stop();
    throw error;
  }
}

interface Checked {
  readonly settings: CheckedOptions;
  readonly permit: Permit;
  readonly authenticate: Authenticate | AuthenticatorOptions;
}

/** Before anybody is asked for keys or connected to: all problems in one error. */
function check(options: CalloutOptions): Checked {
  const { authenticate } = options;
  const settings = toSettings(options);
  const permit = toPermit(options);
  const problems = [
    ...optionProblems(settings),
    ...sessionProblems(options),
    ...permit instanceof RulesFault ? ruleProblems(permit) : [],
    ...typeof authenticate === "function"
      ? []
      : authenticatorProblems(authenticate).map(({ text }) =>
        `authenticate.${text}`
      ),
  ];
  if (permit instanceof RulesFault || problems.length > 0) {
    throw optionsError(problems);
  }
  return { settings, permit, authenticate };
}

function toSettings(
  { accounts, callout, nats }: CalloutOptions,
): CheckedOptions {
  const xkey = callout.xkey === null ? {} : { xkey: new Secret(callout.xkey) };
  return {
    nats: {
      servers: nats.servers,
      credentials: { kind: "creds", creds: new Secret(nats.creds) },
      ...(nats.tls === undefined ? {} : { tls: nats.tls }),
      queueGroup: nats.queueGroup ?? "nats-auth-callout",
    },
    callout: {
      account: callout.account,
      signingKey: new Secret(callout.signingKey),
      ...xkey,
      trustedServerIds: callout.trustedServers ?? [],
      budgetMs: callout.budgetMs ?? BUDGET_MS,
      requestsInFlightMax: REQUESTS_IN_FLIGHT_MAX,
      requestsWaitingMax: REQUESTS_WAITING_MAX,
      connectionTypes: callout.connectionTypes ?? ["nats", "websocket", "mqtt"],
    },
    accounts: accounts.map(({ name, publicKey, signingKey }) => ({
      name,
      publicKey,
      signingKey: new Secret(signingKey),
    })),
  };
}

function sessionProblems(
  { sessionSecondsMax: seconds }: CalloutOptions,
): readonly string[] {
  if (seconds === undefined) return [];
  if (
    Number.isInteger(seconds) && seconds >= SESSION_SECONDS_MIN &&
    seconds <= SESSION_SECONDS_MAX
  ) return [];
  return [
    `sessionSecondsMax is out of bounds: give a whole number from ${SESSION_SECONDS_MIN} to ${SESSION_SECONDS_MAX}`,
  ];
}

function toPermit(
  { accounts, permit = DEFAULT_RULES, sessionSecondsMax }: CalloutOptions,
): Permit | RulesFault {
  if (typeof permit === "function") return permit;
  const rules = createRules(permit, {
    accounts: accounts.map(({ name }) => ({ name })),
    account: accounts[0]?.name,
    sessionSecondsMax: sessionSecondsMax ?? SESSION_SECONDS,
    issuerLabels: new Map(),
  });
  return rules instanceof RulesFault ? rules : rules.permit;
}

function ruleProblems({ issues }: RulesFault): readonly string[] {
  return issues.map(({ path, problem, remedy }) => {
    const steps = path.map((step) =>
      typeof step === "number" ? `[${step}]` : `.${step}`
    );
    return `permit${steps.join("")} ${problem}: ${remedy}`;
  });
}

export interface IdentityOptions {
  /** Who vouches for it: your backend, by a name that does not change. */
  readonly issuer: string;
  /** Who it is, for that issuer: not empty, 255 bytes at most. */
  readonly sub: string;
  /** When what was presented ends: the session does not outlive it. */
  readonly expiresAt: Date;
  /** Further facts that rules may ask for. */
  readonly claims?: JsonObject;
}

/**
 * The identity that `authenticate` returns for a token that it accepts.
 *
 * @throws {InvariantError} If the date is none.
 */
export function identified(options: IdentityOptions): Identity {
  const expiresAt = Math.floor(options.expiresAt.getTime() / 1000);
  if (!Number.isSafeInteger(expiresAt)) {
    throw new InvariantError("An identity ends at a date");
  }
  return {
    kind: "identity",
    credential: "custom",
    issuer: options.issuer,
    sub: options.sub,
    claims: options.claims ?? {},
    expiresAt: expiresAt as EpochSeconds,
  };
}
