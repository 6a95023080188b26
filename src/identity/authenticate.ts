/**
 * The shape of whatever judges a bearer token.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { Identity } from "../base/identity.ts";
import type { Rejected, Unavailable } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import type { EpochMs } from "../base/time.ts";

/**
 * Judges a bearer token: returns at once when everything needed is in memory,
 * a promise otherwise. Never throws for anything that a token can cause.
 */
export type Authenticate = (
  bearerToken: Secret,
  context: AuthenticationContext,
) => AuthenticationOutcome | Promise<AuthenticationOutcome>;

export type AuthenticationOutcome = Identity | Rejected | Unavailable;

export interface AuthenticationContext {
  /** Wall clock at which the token is judged. */
  readonly now: EpochMs;
  /** Aborted when nobody waits for the verdict any more. */
  readonly signal: AbortSignal;
  readonly connection: ClientConnection;
}

/** How the client that presents the token is connected, as its server saw it. */
export interface ClientConnection {
  /** Address of the peer. Behind a proxy a WebSocket client chooses it itself. */
  readonly host: string;
  readonly type: ConnectionType;
}
