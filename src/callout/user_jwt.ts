/**
 * The user JWT: what the server enforces for the client. Made only from a grant
 * and the verified request that it answers.
 *
 * @see github.com/nats-io/jwt v2, `user_claims.go`; nats-server `accounts.go`,
 * buildPermissionsFromJwt
 */
import { assert } from "../base/assert.ts";
import {
  type EpochMs,
  type EpochSeconds,
  toEpochSeconds,
} from "../base/time.ts";
import type { Identity } from "../base/identity.ts";
import {
  type ListedUserClaims,
  NATS_JWT_VERSION,
  type PermissionClaim,
  type ScopedUserClaims,
  type UserClaims,
} from "../nats_jwt/claims.ts";
import { encodeNatsJwt } from "../nats_jwt/codec.ts";
import type { SigningKey } from "../nats_jwt/nkeys.ts";
import type {
  Grant,
  ListedPermissions,
  SubjectPermission,
} from "../permissions/grant.ts";
import type { VerifiedRequest } from "./request_claims.ts";

/** An application account that users can be placed in. */
export interface TargetAccount {
  /** Undefined where accounts stand in the server's configuration and are known by name. */
  readonly publicKey: string | undefined;
  readonly signingKey: SigningKey;
  /** Signing keys whose users are allowed what the key's own template says, by name. */
  readonly scopedKeys?: ReadonlyMap<string, SigningKey>;
}

export interface UserJwt {
  readonly text: string;
  readonly expiresAt: EpochSeconds;
}

export type IssueUserJwt = (
  request: VerifiedRequest,
  identity: Identity,
  grant: Grant,
  now: EpochMs,
) => UserJwt;

/** Share of a session that is cut off at random, so that sessions begun together do not end together. */
const EXPIRY_JITTER_MAX = 0.1;

const EVERYTHING = ">";

export function createUserJwtIssuer(
  accounts: ReadonlyMap<string, TargetAccount>,
  random: () => number,
): IssueUserJwt {
  return function issueUserJwt(
    request: VerifiedRequest,
    identity: Identity,
    grant: Grant,
    now: EpochMs,
  ): UserJwt {
    const account = accounts.get(grant.account);
    assert(account !== undefined, "a grant names a configured account");
    const iat = toEpochSeconds(now);
    const expiresAt = sessionEnd(identity.expiresAt, grant, iat, random);
    const claims: UserClaims = {
      "sub": request.userNkey,
      "name": grant.name,
      iat,
      "exp": expiresAt,
      ...(account.publicKey === undefined ? { "aud": grant.account } : {}),
      "nats": {
        "type": "user",
        "version": NATS_JWT_VERSION,
        ...(account.publicKey === undefined
          ? {}
          : { "issuer_account": account.publicKey }),
        ...toClaims(grant.permissions),
      },
    };
    assert(
      claims.name !== "",
      "without a name the server logs what the client typed",
    );
    const signer = signerOf(grant, account);
    return { text: encodeNatsJwt(claims, signer), expiresAt };
  };
}

/** The key decides what its users may do, so a missing one has no stand-in. */
function signerOf({ permissions }: Grant, account: TargetAccount): SigningKey {
  if (permissions.kind === "listed") return account.signingKey;
  const scoped = account.scopedKeys?.get(permissions.key);
  assert(scoped !== undefined, "a grant names a scoped key of its account");
  return scoped;
}

/**
 * When a session ends at the latest; it may end a little earlier, by chance. Never
 * before the next second: of a token that has expired and is still taken, as clocks
 * differ, that is all.
 */
export function latestSessionEnd(
  credentialEnd: EpochSeconds,
  grant: Grant,
  now: EpochSeconds,
): EpochSeconds {
  const seconds = Math.min(
    credentialEnd - now,
    grant.sessionSecondsMax,
    (grant.endsBy ?? Infinity) - now,
  );
  return now + Math.max(seconds, 1) as EpochSeconds;
}

/**
 * Whole seconds, never before the next second: the server takes a fraction or a
 * time in the past for an error, and none for "never".
 */
function sessionEnd(
  credentialEnd: EpochSeconds,
  grant: Grant,
  now: EpochSeconds,
  random: () => number,
): EpochSeconds {
  const seconds = latestSessionEnd(credentialEnd, grant, now) - now;
  const kept = Math.floor(seconds * (1 - random() * EXPIRY_JITTER_MAX));
  const end = now + Math.max(kept, 1) as EpochSeconds;
  assert(Number.isSafeInteger(end), "a session ends at a whole second");
  return end;
}

const NANOSECONDS = 1_000_000_000;

function toClaims(
  permissions: Grant["permissions"],
): ListedUserClaims | ScopedUserClaims {
  if (permissions.kind === "scoped") return { "tags": permissions.tags };
  const { publish, subscribe } = permissions;
  return {
    "pub": toClaim(publish),
    "sub": toClaim(subscribe),
    ...toResponseClaim(permissions),
    "subs": -1,
    "data": -1,
    "payload": -1,
  };
}

function toResponseClaim(
  { responses }: ListedPermissions,
): Pick<ListedUserClaims, "resp"> {
  if (responses === undefined) return {};
  const { messagesMax, seconds } = responses;
  return { "resp": { "max": messagesMax, "ttl": seconds * NANOSECONDS } };
}

/** Two empty lists would mean everything, so an empty permission denies everything. */
function toClaim({ allow, deny }: SubjectPermission): PermissionClaim {
  if (allow.length === 0) return { "deny": [EVERYTHING] };
  return deny.length === 0
    ? { "allow": allow }
    : { "allow": allow, "deny": deny };
}
