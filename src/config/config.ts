/**
 * The configuration once it has been checked: what cannot be used is not in it.
 */
import type { Secret } from "../base/secret.ts";
import type { ConnectionType } from "../callout/request_claims.ts";
import type { JwtIssuerOptions } from "../identity/jwt_issuer_options.ts";
import type { NatsOptions } from "../nats/connection.ts";
import type { OwnSubtreeOptions } from "../permissions/own_subtree.ts";
import type { LogLevel } from "../telemetry/log.ts";

export interface Config {
  readonly nats: NatsOptions & { readonly queueGroup: string };
  readonly callout: CalloutConfig;
  /** The accounts that users may be placed in. */
  readonly accounts: readonly AccountConfig[];
  readonly issuers: readonly JwtIssuerOptions[];
  readonly permissions: OwnSubtreeOptions;
  readonly monitoring: MonitoringConfig;
  readonly log: LogConfig;
}

export interface CalloutConfig {
  /** Public key of the account AUTH. */
  readonly account: string;
  /** Seed of AUTH's signing key: signs the responses. */
  readonly signingKey: Secret;
  /** Seed of AUTH's curve key. Without it, requests are read in plain text. */
  readonly xkey?: Secret;
  /** Public keys of the servers that may ask. Empty: see `nats/trusted_servers.ts`. */
  readonly trustedServerIds: readonly string[];
  readonly budgetMs: number;
  readonly requestsInFlightMax: number;
  readonly requestsWaitingMax: number;
  readonly connectionTypes: readonly ConnectionType[];
}

export interface AccountConfig {
  readonly name: string;
  readonly publicKey: string;
  /** Seed of the account's signing key: signs the user JWTs. */
  readonly signingKey: Secret;
}

export interface MonitoringConfig {
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface LogConfig {
  readonly format: "auto" | "json" | "text";
  readonly level: LogLevel;
}

/** Something that is allowed and that an operator should not overlook. */
export interface ConfigWarning {
  readonly code: "development_issuer_trusted" | "callout_plaintext_allowed";
  readonly setting: string;
  readonly detail: string;
}
