/**
 * The shape of whatever judges a bearer token.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { CredentialKind, Identity } from "../base/identity.ts";
import type { Rejected, Unavailable } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import type { Clock, EpochMs, MonotonicClock } from "../base/time.ts";
import type { Log } from "../telemetry/log.ts";

/**
 * Judges a bearer token: returns at once when everything needed is in memory,
 * a promise otherwise. Never throws for anything that a token can cause.
 */
export type Authenticate = (
  bearerToken: Secret,
  context: AuthenticationContext,
) => AuthenticationOutcome | Promise<AuthenticationOutcome>;

/** What came of judging a token. Only an identity lets anybody in. */
export type AuthenticationOutcome = Identity | Rejected | Unavailable;

/** What is known of the login beside its token. */
export interface AuthenticationContext {
  /** Wall clock at which the token is judged. */
  readonly now: EpochMs;
  /** Aborted when nobody waits for the verdict any more. */
  readonly signal: AbortSignal;
  readonly connection: ClientConnection;
}

/** How the client that presents the token is connected, as its server saw it. */
export interface ClientConnection {
  /** Address of the peer: behind a proxy, the proxy's. */
  readonly host: string;
  readonly type: ConnectionType;
}

/** Judges bearer tokens of one kind, or of all kinds that are configured. */
export interface Authenticator {
  readonly authenticate: Authenticate;
  /**
   * Gets what is needed before the first token; if an issuer is given, before the
   * first of its own. Resolves also when that has failed: see status.
   */
  start(issuer?: string): Promise<void>;
  /** Ends whatever goes on in the background. */
  stop(): void;
  /** One line for each issuer. */
  status(): readonly AuthenticatorStatus[];
}

export interface AuthenticatorStatus {
  readonly issuer: string;
  readonly credential: CredentialKind;
  /** What its tokens are judged by is there. */
  readonly ready: boolean;
  /** Keys that may verify its tokens now; left out where somebody else judges them. */
  readonly keyCount?: number;
  /** Whoever is asked about its tokens was left alone after failures, and has answered nobody since. */
  readonly failing: boolean;
  /** Age of what could not be refreshed: keys, or the file of API tokens; 0 if all is well. */
  readonly staleSeconds: number;
}

export interface AuthenticatorDependencies {
  readonly log: Log;
  /** For tokens that had to wait: the request's own time is past by then. */
  readonly clock: Clock;
  /** For ages and time-outs. */
  readonly monotonic: MonotonicClock;
  /** From 0 to 1, for jitter. `Math.random` unless given. */
  readonly random?: () => number;
}
