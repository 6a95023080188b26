/**
 * An operator with its accounts, made in memory the way `nsc` makes them: every
 * JWT is signed by a signing key, and the operator accepts nothing else.
 *
 * @see github.com/nats-io/jwt v2, `operator_claims.go`, `account_claims.go`
 */
import { Secret } from "../base/secret.ts";
import { systemClock, toEpochSeconds } from "../base/time.ts";
import { CALLOUT_SUBJECT } from "../callout/request.ts";
import { NATS_JWT_VERSION, type PermissionClaim } from "../nats_jwt/claims.ts";
import { encodeNatsJwt } from "../nats_jwt/codec.ts";
import {
  createSeed,
  decodeSeed,
  type SigningKey,
  signingKeyFromSeed,
} from "../nats_jwt/nkeys.ts";

export interface Account {
  readonly name: string;
  readonly publicKey: string;
  /** Seed of its signing key. */
  readonly signingSeed: Secret;
  readonly jwt: string;
}

export interface Operator {
  readonly jwt: string;
  readonly systemAccount: Account;
  /** AUTH: only the service's own user and the sentinel are in it. */
  readonly calloutAccount: Account;
  /** The application's users. */
  readonly applicationAccount: Account;
  /** Users may be placed in these as well. */
  readonly furtherAccounts: readonly Account[];
  /** Seed of AUTH's xkey: the server seals its requests for it. */
  readonly calloutXkeySeed: Secret;
  /** Creds of the service's own user. */
  readonly calloutCreds: Secret;
  /** What the server takes for clients that bring a bearer token alone. No secret. */
  readonly sentinelJwt: string;
  /** Creds of a user who may do everything in an account: for tests. */
  userCreds(account: Account, name: string): Secret;
}

interface UserOptions {
  readonly name: string;
  readonly publicKey: string;
  readonly account: { readonly publicKey: string; readonly signer: SigningKey };
  readonly pub: PermissionClaim;
  readonly sub: PermissionClaim;
  readonly bearer?: true;
}

const CALLOUT_QUEUE_GROUP = "nats-auth-callout";
/** Where the server waits for the answers. */
const ANSWER_SUBJECTS = "$SYS._INBOX.>";

const UNLIMITED = -1;
const EVERYTHING: PermissionClaim = {};
const NOTHING: PermissionClaim = { deny: [">"] };
const ACCOUNT_LIMITS = {
  "subs": UNLIMITED,
  "data": UNLIMITED,
  "payload": UNLIMITED,
  "imports": UNLIMITED,
  "exports": UNLIMITED,
  "wildcards": true,
  // Handshakes in progress count as connections of AUTH: a limit would lock
  // the service itself out in a storm.
  "conn": UNLIMITED,
  "leaf": UNLIMITED,
};
const JETSTREAM_LIMITS = {
  "mem_storage": UNLIMITED,
  "disk_storage": UNLIMITED,
  "streams": UNLIMITED,
  "consumer": UNLIMITED,
};

/** A signing key whose users are allowed what its template says (jwt `account_claims.go`, UserScope). */
export interface SigningKeyScope {
  readonly "kind": "user_scope";
  /** The public key. */
  readonly "key": string;
  readonly "role": string;
  readonly "template": object;
}

/** What AUTH's JWT says of itself. */
export interface CalloutClaims {
  readonly "limits": Readonly<Record<string, number | boolean>>;
  readonly "authorization": {
    readonly "auth_users": readonly string[];
    readonly "allowed_accounts": readonly string[];
    readonly "xkey"?: string;
  };
  readonly "imports"?: readonly object[];
  readonly "exports"?: readonly object[];
}

export interface OperatorOptions {
  /** Names of further accounts that users may be placed in. */
  readonly furtherAccounts?: readonly string[] | undefined;
  /** Further signing keys of the application's account; a key alone is not scoped. */
  readonly scopes?: readonly (SigningKeyScope | string)[] | undefined;
  /** Whether AUTH has an xkey that the server seals its requests for. It has, unless told otherwise. */
  readonly requests?: "sealed" | "plain" | undefined;
  /** Makes AUTH another than it should be: for tests. */
  readonly spoilCallout?:
    | ((claims: CalloutClaims) => CalloutClaims)
    | undefined;
}

/** Creates everything anew, with fresh keys. */
export function createOperator(
  applicationAccountName: string,
  {
    furtherAccounts = [],
    requests = "sealed",
    scopes = [],
    spoilCallout = (claims) => claims,
  }: OperatorOptions = {},
): Operator {
  const identity = newSigner("operator").signer;
  const operator = newSigner("operator").signer;
  const system = newAccount();
  const callout = newAccount();
  const application = newApplication(applicationAccountName, operator, scopes);
  const others = furtherAccounts.map((name) => newApplication(name, operator));
  const calloutUser = newUser();
  const xkeySeed = createSeed("curve");
  const xkey = { "xkey": decodeSeed(xkeySeed, "curve").publicKey };

  const calloutClaims = spoilCallout({
    "limits": ACCOUNT_LIMITS,
    "authorization": {
      "auth_users": [calloutUser.publicKey],
      "allowed_accounts": [application, ...others]
        .map(({ publicKey }) => publicKey),
      ...(requests === "sealed" ? xkey : {}),
    },
  });

  return {
    jwt: operatorJwt(identity, operator, system),
    systemAccount: accountOf("SYS", system, operator, {}),
    calloutAccount: accountOf("AUTH", callout, operator, calloutClaims),
    applicationAccount: application,
    furtherAccounts: others,
    calloutXkeySeed: xkeySeed,
    calloutCreds: creds(
      userJwt({
        name: "callout",
        publicKey: calloutUser.publicKey,
        account: callout,
        pub: { allow: [ANSWER_SUBJECTS] },
        sub: { allow: [`${CALLOUT_SUBJECT} ${CALLOUT_QUEUE_GROUP}`] },
      }),
      calloutUser.seed,
    ),
    sentinelJwt: userJwt({
      name: "sentinel",
      publicKey: newUser().publicKey,
      account: callout,
      pub: NOTHING,
      sub: NOTHING,
      bearer: true,
    }),
    userCreds(account, name): Secret {
      const user = newUser();
      const signer = signingKeyFromSeed(account.signingSeed, "account");
      return creds(
        userJwt({
          name,
          publicKey: user.publicKey,
          account: { publicKey: account.publicKey, signer },
          pub: EVERYTHING,
          sub: EVERYTHING,
        }),
        user.seed,
      );
    },
  };
}

function operatorJwt(
  identity: SigningKey,
  signing: SigningKey,
  system: AccountKeys,
): string {
  return encodeNatsJwt({
    "sub": identity.publicKey,
    "name": "DEVELOPMENT",
    "iat": now(),
    "nats": {
      "type": "operator",
      "version": NATS_JWT_VERSION,
      "signing_keys": [signing.publicKey],
      "system_account": system.publicKey,
      "strict_signing_key_usage": true,
    },
  }, identity);
}

function newApplication(
  name: string,
  operator: SigningKey,
  scopes: readonly (SigningKeyScope | string)[] = [],
): Account {
  const keys = newAccount();
  return accountOf(name, keys, operator, {
    "limits": { ...ACCOUNT_LIMITS, ...JETSTREAM_LIMITS },
    "signing_keys": [keys.signer.publicKey, ...scopes],
  });
}

function accountOf(
  name: string,
  { publicKey, signer, signingSeed }: AccountKeys,
  operator: SigningKey,
  claims: object,
): Account {
  const jwt = encodeNatsJwt({
    "sub": publicKey,
    "name": name,
    "iat": now(),
    "nats": {
      "type": "account",
      "version": NATS_JWT_VERSION,
      "signing_keys": [signer.publicKey],
      "limits": ACCOUNT_LIMITS,
      "default_permissions": { "pub": {}, "sub": {} },
      ...claims,
    },
  }, operator);
  return { name, publicKey, signingSeed, jwt };
}

function userJwt(options: UserOptions): string {
  return encodeNatsJwt({
    "sub": options.publicKey,
    "name": options.name,
    "iat": now(),
    "nats": {
      "type": "user",
      "version": NATS_JWT_VERSION,
      "issuer_account": options.account.publicKey,
      "pub": options.pub,
      "sub": options.sub,
      // Not 0 for the sentinel either: it counts before the callout has answered,
      // and the server's own subscriptions for a client would exceed it.
      "subs": UNLIMITED,
      "data": UNLIMITED,
      "payload": UNLIMITED,
      ...(options.bearer ? { "bearer_token": true } : {}),
    },
  }, options.account.signer);
}

interface AccountKeys {
  readonly publicKey: string;
  readonly signingSeed: Secret;
  readonly signer: SigningKey;
}

function newAccount(): AccountKeys {
  const signing = newSigner("account");
  return {
    // With strict signing keys the identity key never signs again: it is dropped.
    publicKey: newSigner("account").signer.publicKey,
    signingSeed: signing.seed,
    signer: signing.signer,
  };
}

function newUser(): { readonly publicKey: string; readonly seed: Secret } {
  const { signer, seed } = newSigner("user");
  return { publicKey: signer.publicKey, seed };
}

function newSigner(
  role: "account" | "operator" | "user",
): { readonly signer: SigningKey; readonly seed: Secret } {
  const seed = createSeed(role);
  return { signer: signingKeyFromSeed(seed, role), seed };
}

/** The text of a creds file (nats-io/jwt `creds_utils.go`, FormatUserConfig). */
function creds(jwt: string, seed: Secret): Secret {
  return new Secret(
    `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n` +
      `-----BEGIN USER NKEY SEED-----\n${seed.reveal()}\n------END USER NKEY SEED------\n`,
  );
}

function now(): number {
  return toEpochSeconds(systemClock());
}
