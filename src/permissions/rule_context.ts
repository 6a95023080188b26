/**
 * What rules are read against: the accounts, issuers and bounds of the rest of
 * the configuration.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { IssuerTokens } from "../base/known_claims.ts";
import type { IssuerLabels } from "./placeholder.ts";

export interface RulesContext {
  /** The accounts that users may be placed in. */
  readonly accounts: readonly RuleAccount[];
  /** The account of rules that name none. */
  readonly account?: string | undefined;
  /** Longest session, in seconds; a rule may shorten it. */
  readonly sessionSecondsMax: number;
  /**
   * Label by issuer. Equal subs of two issuers are two identities (ASVS 10.3.3),
   * so at most one of several issuers may go without.
   */
  readonly issuerLabels: IssuerLabels;
  /** Whose tokens there are. Unless given, a rule may ask for any. */
  readonly tokens?: readonly IssuerTokens[] | undefined;
  /** How clients may be connected. Unless given, in any way. */
  readonly connectionTypes?: readonly ConnectionType[] | undefined;
}

export interface RuleAccount {
  readonly name: string;
  /** Names of its scoped signing keys. */
  readonly scopedKeys?: readonly string[] | undefined;
}

/** What else is configured may be another matter where the same rules are used, too. */
export function withoutSurroundings(context: RulesContext): RulesContext {
  return { ...context, tokens: undefined, connectionTypes: undefined };
}
