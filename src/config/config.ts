/**
 * The configuration once it has been checked: what cannot be used is not in it.
 */
import type {
  AuthenticatorOptions,
  IssuerOptions,
} from "../identity/authenticator_options.ts";
import type {
  AccountOptions,
  CalloutOptions,
  CalloutServiceOptions,
} from "../nats/service_options.ts";
import type { RulesContext } from "../permissions/rule_context.ts";
import type { Rules } from "../permissions/rules.ts";
import type { LogLevel } from "../telemetry/log.ts";

/** Whose tokens are accepted. */
export type TokenConfig = AuthenticatorOptions & {
  readonly issuers: readonly IssuerOptions[];
};

/** How to reach NATS, and what to sign with. */
export interface ServiceConfig {
  readonly nats: CalloutServiceOptions["nats"];
  readonly callout: CalloutOptions;
  /** The accounts that users may be placed in. */
  readonly accounts: readonly AccountOptions[];
}

export interface Config extends ServiceConfig, TokenConfig {
  /** What the rules are read against. */
  readonly permissions: RulesContext;
  /** Who may do what. */
  readonly rules: Rules;
  readonly monitoring: MonitoringConfig;
  readonly log: LogConfig;
}

/** What decides about a login, without the keys that sign what comes of it. */
export type LoginConfig =
  & TokenConfig
  & Pick<Config, "permissions" | "rules">
  & {
    readonly callout: Pick<
      CalloutOptions,
      "bearerTokenBytesMax" | "connectionTypes"
    >;
  };

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
  readonly code:
    | "development_issuer_trusted"
    | "callout_plaintext_allowed"
    | "audience_unchecked"
    | "rule_surprising"
    | "timeout_beyond_budget";
  readonly setting: string;
  readonly detail: string;
  /** What to do, where the detail does not say it. */
  readonly remedy?: string;
  /** Nobody can have meant it. What can be used is used nevertheless. */
  readonly isWrong?: true;
}
