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
  NATS_JWT_VERSION,
  type PermissionClaim,
  type UserClaims,
} from "../nats_jwt/claims.ts";
import { encodeNatsJwt } from "../nats_jwt/codec.ts";
import type { SigningKey } from "../nats_jwt/nkeys.ts";
import type { Grant, SubjectPermission } from "../permissions/grant.ts";
import type { VerifiedRequest } from "./request_claims.ts";

/** An application account that users can be placed in. */
export interface TargetAccount {
  readonly publicKey: string;
  readonly signingKey: SigningKey;
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
      "nats": {
        "type": "user",
        "version": NATS_JWT_VERSION,
        "issuer_account": account.publicKey,
        "pub": toClaim(grant.publish),
        "sub": toClaim(grant.subscribe),
        "subs": -1,
        "data": -1,
        "payload": -1,
      },
    };
    assert(
      claims.name !== "",
      "without a name the server logs what the client typed",
    );
    return { text: encodeNatsJwt(claims, account.signingKey), expiresAt };
  };
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
  const seconds = Math.min(credentialEnd - now, grant.sessionSecondsMax);
  const kept = Math.floor(seconds * (1 - random() * EXPIRY_JITTER_MAX));
  const end = now + Math.max(kept, 1) as EpochSeconds;
  assert(Number.isSafeInteger(end), "a session ends at a whole second");
  return end;
}

/** Two empty lists would mean everything, so an empty permission denies everything. */
function toClaim({ allow, deny }: SubjectPermission): PermissionClaim {
  if (allow.length === 0) return { "deny": [EVERYTHING] };
  return deny.length === 0
    ? { "allow": allow }
    : { "allow": allow, "deny": deny };
}
