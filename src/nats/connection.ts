/**
 * The connection to NATS: of the service's own user, who is never called out
 * itself, so that the service gets in first when a server comes back with a
 * thousand clients waiting.
 */
import {
  type Authenticator,
  ConnectionError,
  type ConnectionOptions,
  credsAuthenticator,
  InvalidArgumentError,
  type NatsConnection,
  nkeyAuthenticator,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { unreachable } from "../base/assert.ts";
import type { Secret } from "../base/secret.ts";
import { monotonicClock } from "../base/time.ts";
import { untilAborted } from "../base/until_aborted.ts";
import type { Log } from "../telemetry/log.ts";
import {
  describeConnectionFault,
  isUnreachable,
  originOf,
} from "./connection_fault.ts";
import { createLostConnection } from "./lost_connection.ts";
import { isTlsAddress } from "./server_address.ts";

export interface NatsOptions {
  /** URLs, tried in random order. Addresses that a cluster gossips are not followed. */
  readonly servers: readonly string[];
  readonly credentials: NatsCredentials;
  /** With it, or with `tls://` addresses, a server without TLS is refused. */
  readonly tls?: NatsTlsOptions;
}

/** What the service's own user proves itself with: only one thing, or the server would call it out. */
export type NatsCredentials =
  /** Text of a creds file: operator mode. */
  | { readonly kind: "creds"; readonly creds: Secret }
  /** Seed of a user nkey in the server's configuration. */
  | { readonly kind: "nkey"; readonly seed: Secret };

/** Files in PEM form. */
export interface NatsTlsOptions {
  readonly caFile?: string;
  /** Client certificates need `@nats-io/transport-node`, as `deno.npm.json` has it. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** NATS's client cannot do what an option asks for: trying again does not help. */
export class UnsupportedOptionError extends Error {
  override readonly name = "UnsupportedOptionError";
}

/**
 * One attempt. Without an operator, a user who is not in `auth_users` is asked
 * about, and refused when the server has waited in vain: for 5 s, as is advised.
 */
const CONNECT_TIMEOUT_MS = 6_000;

/**
 * Before the next attempt on a server that is not there; up to twice as long, so
 * that instances do not come together. Clients that it is back for before us are
 * refused when it has waited in vain, and some of them then give up for good.
 */
const ABSENT_MS = 50;

/**
 * On one that is there and refuses us, or with which TLS fails: it has not got our
 * account yet, or it never will.
 */
const REFUSED_MS = 250;

/** It cannot be reached, says the log no more often. */
const TELL_MS = 1_000;

/** A dead peer is noticed after two missed pings. */
const PING_INTERVAL_MS = 10_000;

/**
 * Connects, and tries again until it is in or the signal is aborted. Afterwards
 * the connection reconnects by itself for ever.
 *
 * @throws {UnsupportedOptionError} If it never will be in.
 * @throws {DOMException} AbortError, if the signal is aborted.
 */
export async function connectNats(
  options: NatsOptions,
  log: Log,
  signal: AbortSignal,
): Promise<NatsConnection> {
  const tell = createTeller(options, log);
  for (;;) {
    signal.throwIfAborted();
    const attempt = dial(options, tell);
    try {
      return await untilAborted(attempt, signal);
    } catch (error) {
      // An attempt that is not waited for any more may still succeed.
      if (signal.aborted) attempt.then((late) => late.close(), () => {});
      signal.throwIfAborted();
      throwIfUnsupported(error);
      tell(error);
      await reconnectPause(error, signal);
    }
  }
}

/** Says why an attempt has failed. */
type Tell = (error: unknown) => void;

function createTeller(
  { credentials, servers }: NatsOptions,
  log: Log,
): Tell {
  let toldAt = -Infinity;
  return (error) => {
    const now = monotonicClock();
    if (now - toldAt < TELL_MS) return;
    toldAt = now;
    log.error("cannot connect to NATS, trying again", {
      address: servers.map(originOf).join(" "),
      ...describeConnectionFault(error, credentials.kind),
    });
  };
}

/**
 * `@nats-io/transport-deno` has no client certificates, and finds that out each
 * time that it has reached a server.
 *
 * @throws {UnsupportedOptionError} If that is why it could not connect.
 */
export function throwIfUnsupported(error: unknown): void {
  const cause = error instanceof ConnectionError ? error.cause : error;
  if (!(cause instanceof InvalidArgumentError)) return;
  if (!/^'tls\.\w+' is not supported$/.test(cause.message)) return;
  throw new UnsupportedOptionError(
    "Cannot connect to NATS: nats.tls.cert_file and key_file need the NATS client for Node, which shows client certificates in Deno, too: start with CALLOUT_REGISTRY=npm",
    { cause },
  );
}

async function dial(
  options: NatsOptions,
  tell: Tell,
): Promise<NatsConnection> {
  const lost = createLostConnection({
    attempt: () => attemptOnce(options),
    tell,
    everyMs: TELL_MS,
  });
  const connection = await connect({
    ...toConnectionOptions(options),
    maxReconnectAttempts: -1,
    reconnectDelayHandler: () => pauseMs(lost.fault()),
  });
  void lost.follow(connection);
  return connection;
}

/** The error that it ends with, if it does. */
async function attemptOnce(options: NatsOptions): Promise<unknown> {
  try {
    const connection = await connect({
      ...toConnectionOptions(options),
      reconnect: false,
    });
    await connection.close();
    return undefined;
  } catch (error) {
    return error;
  }
}

function toConnectionOptions(options: NatsOptions): ConnectionOptions {
  return {
    servers: [...options.servers],
    authenticator: toAuthenticator(options.credentials),
    ...toTls(options),
    name: "nats-auth-callout",
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    ignoreClusterUpdates: true,
    // Resolved by the runtime: the process may then be kept to these names.
    resolve: false,
    // A server that has not yet got our account's JWT refuses us for a while.
    ignoreAuthErrorAbort: true,
  };
}

function pauseMs(error: unknown): number {
  const leastMs = isUnreachable(error) ? ABSENT_MS : REFUSED_MS;
  return leastMs * (1 + Math.random());
}

/** With this option a server without TLS is refused; the library drops the scheme of an address. */
function toTls(
  { servers, tls }: NatsOptions,
): Pick<ConnectionOptions, "tls"> {
  const isAsked = tls !== undefined || servers.some(isTlsAddress);
  return isAsked ? { tls: { ...tls } } : {};
}

/** The time after an attempt of one's own that failed; it ends early when the signal is aborted. */
export async function reconnectPause(
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const pause = Promise.withResolvers<void>();
  const timer = setTimeout(pause.resolve, pauseMs(error));
  try {
    await untilAborted(pause.promise, signal);
  } finally {
    clearTimeout(timer);
  }
}

function toAuthenticator(credentials: NatsCredentials): Authenticator {
  const encoder = new TextEncoder();
  switch (credentials.kind) {
    case "creds":
      return credsAuthenticator(encoder.encode(credentials.creds.reveal()));
    case "nkey":
      return nkeyAuthenticator(encoder.encode(credentials.seed.reveal()));
    default:
      return unreachable(credentials);
  }
}
