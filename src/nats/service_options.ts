/**
 * What the callout service is started with: the connection, AUTH's keys, the
 * accounts, and whatever judges tokens and decides about grants.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { Secret } from "../base/secret.ts";
import type { Authenticate } from "../identity/authenticate.ts";
import type { Permit } from "../permissions/grant.ts";
import type { IssuerLabels } from "../permissions/placeholder.ts";
import type { Log } from "../telemetry/log.ts";
import type { NatsOptions } from "./connection.ts";

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
  /** With which the names of refused users are logged as those of admitted ones are. */
  readonly issuerLabels?: IssuerLabels;
  /** Why a server of this version will not do, in a sentence; undefined if it will. */
  readonly versionProblem?: (version: string) => string | undefined;
  /** What the rules allow and may not be meant; for the log. */
  readonly ruleWarnings?: readonly string[];
  readonly log: Log;
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
  /** Longest bearer token that is taken. */
  readonly bearerTokenBytesMax: number;
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
