/**
 * What a program says of NATS, of AUTH and of its accounts, in plain values: the
 * library's front, and what a configuration file holds of it.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import { BEARER_TOKEN_BYTES } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import type { AccountOptions } from "../nats/service_options.ts";
import type { NatsCredentials, NatsTlsOptions } from "../nats/connection.ts";
import type { CheckedOptions } from "../nats/option_problems.ts";

/** A seed or creds: as text, or kept so that it cannot be printed. */
export type SecretText = string | Secret;

/** How NATS is reached, and what is signed with. */
export interface PlainOptions {
  readonly nats: PlainCredentials & {
    /** As in `nats://host:4222` or `tls://host:4222`. */
    readonly servers: readonly string[];
    readonly tls?: NatsTlsOptions;
    /** Instances in one group share the requests. `nats-auth-callout` unless given. */
    readonly queueGroup?: string;
  };
  /** The account AUTH, in which the callout is switched on. */
  readonly callout: {
    /** Its public key, `A…`; without an operator the `issuer` of `auth_callout`. */
    readonly account: string;
    /** Seed of one of its signing keys, `SA…`; without an operator its own. */
    readonly signingKey: SecretText;
    /** Seed of its curve key, `SX…`. `null`: requests come in plain text. */
    readonly xkey: SecretText | null;
    /** Public keys of servers that may ask, beside the one connected to. A server has a new one after each start. */
    readonly trustedServers?: readonly string[];
    /** Longest time from a request to its answer, in milliseconds; 4000 unless given. */
    readonly budgetMs?: number;
    /** Requests judged at the same time; 4096 unless given. Up to 1024 of them may wait for one endpoint. */
    readonly requestsInFlightMax?: number;
    /** Requests that wait for their turn; 10000 unless given. */
    readonly requestsWaitingMax?: number;
    /** How clients may be connected; not as leaf nodes unless given. */
    readonly connectionTypes?: readonly ConnectionType[];
    /** Longest bearer token that is taken; 8192 unless given, and 16384 at most. */
    readonly bearerTokenBytesMax?: number;
  };
  /** The accounts that users may be placed in; the first is that of rules that name none. */
  readonly accounts: readonly PlainAccount[];
}

/** The service's own user: creds with an operator, an nkey without. */
export type PlainCredentials =
  /** Text of the creds file of a user in the account AUTH. */
  | { readonly creds: SecretText; readonly nkeySeed?: never }
  /** Seed, `SU…`, of one of the `auth_users` in the server's configuration. */
  | { readonly nkeySeed: SecretText; readonly creds?: never };

/** Without an operator, its name alone: it is known by that, and AUTH signs for it. */
export interface PlainAccount {
  readonly name: string;
  /** `A…` */
  readonly publicKey?: string;
  /** Seed of one of its signing keys, `SA…`. */
  readonly signingKey?: SecretText;
  /** Signing keys whose template says what their users may do, by the name that rules call them. */
  readonly scopedKeys?: readonly {
    readonly name: string;
    /** Its seed, `SA…`. */
    readonly signingKey: SecretText;
  }[];
}

const QUEUE_GROUP = "nats-auth-callout";
const BUDGET_MS = 4_000;
const REQUESTS_IN_FLIGHT_MAX = 4_096;
const REQUESTS_WAITING_MAX = 10_000;
const CONNECTION_TYPES: readonly ConnectionType[] = [
  "nats",
  "websocket",
  "mqtt",
];

/** With defaults; nothing has been checked. */
export function fromPlain(
  { accounts, callout, nats }: PlainOptions,
): CheckedOptions {
  const xkey = callout.xkey === null ? {} : { xkey: toSecret(callout.xkey) };
  const credentials = readCredentials(nats);
  // Where AUTH signs for all accounts.
  const signingKey = credentials.kind === "nkey" ? callout.signingKey : "";
  return {
    nats: {
      servers: nats.servers,
      credentials,
      ...(nats.tls === undefined ? {} : { tls: nats.tls }),
      queueGroup: nats.queueGroup ?? QUEUE_GROUP,
    },
    callout: {
      account: callout.account,
      signingKey: toSecret(callout.signingKey),
      ...xkey,
      trustedServerIds: callout.trustedServers ?? [],
      budgetMs: callout.budgetMs ?? BUDGET_MS,
      requestsInFlightMax: callout.requestsInFlightMax ??
        REQUESTS_IN_FLIGHT_MAX,
      requestsWaitingMax: callout.requestsWaitingMax ?? REQUESTS_WAITING_MAX,
      connectionTypes: callout.connectionTypes ?? CONNECTION_TYPES,
      bearerTokenBytesMax: callout.bearerTokenBytesMax ??
        BEARER_TOKEN_BYTES.usual,
    },
    accounts: accounts.map((account) => readAccount(account, signingKey)),
  };
}

function readCredentials(nats: PlainCredentials): NatsCredentials {
  return nats.nkeySeed === undefined
    ? { kind: "creds", creds: toSecret(nats.creds) }
    : { kind: "nkey", seed: toSecret(nats.nkeySeed) };
}

function readAccount(
  { name, publicKey, scopedKeys = [], ...account }: PlainAccount,
  signingKeyUnlessGiven: SecretText,
): AccountOptions {
  return {
    name,
    ...(publicKey === undefined ? {} : { publicKey }),
    signingKey: toSecret(account.signingKey ?? signingKeyUnlessGiven),
    scopedKeys: scopedKeys.map((key) => ({
      name: key.name,
      signingKey: toSecret(key.signingKey),
    })),
  };
}

function toSecret(text: SecretText): Secret {
  return text instanceof Secret ? text : new Secret(text);
}

/** The way back. */
export function toPlain(
  { accounts, callout, nats }: Pick<
    CheckedOptions,
    "nats" | "callout" | "accounts"
  >,
): PlainOptions {
  const { credentials, ...connection } = nats;
  const { trustedServerIds, xkey = null, ...rest } = callout;
  return {
    nats: {
      ...connection,
      ...(credentials.kind === "creds"
        ? { creds: credentials.creds }
        : { nkeySeed: credentials.seed }),
    },
    callout: { ...rest, xkey, trustedServers: trustedServerIds },
    accounts,
  };
}
