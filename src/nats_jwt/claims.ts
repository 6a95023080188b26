/**
 * Wire shapes of the NATS JWTs that this service reads and writes. Property
 * names are quoted: they are NATS's, not ours, and appear in no other file than
 * those that read or write a JWT.
 *
 * @see github.com/nats-io/jwt v2, `authorization_claims.go`, `user_claims.go`. The
 * sample in ADR-26 is older: it says `client_opts`, and another `aud`.
 */

/** `nats.version` of every JWT read and written here. */
export const NATS_JWT_VERSION = 2;

/** `aud` of an authorization request (nats-server `auth_callout.go`, AuthRequestSubject). */
export const AUTHORIZATION_REQUEST_AUDIENCE = "nats-authorization-request";

/** What a claims set holds before it is signed; the encoder adds `iss` and `jti`. */
export interface NatsClaims {
  readonly "sub": string;
  readonly "iat": number;
  readonly "exp"?: number;
  readonly "aud"?: string;
  readonly "name"?: string;
  readonly "nats": object;
}

/** Subjects of one direction (jwt `types.go`, Permission). */
export interface PermissionClaim {
  readonly "allow"?: readonly string[];
  readonly "deny"?: readonly string[];
}

/** Leave to answer what was received (jwt `types.go`, ResponsePermission). */
export interface ResponseClaim {
  readonly "max": number;
  /** In nanoseconds. */
  readonly "ttl": number;
}

/** A user JWT (jwt `user_claims.go`, UserClaims). */
export interface UserClaims extends NatsClaims {
  readonly "name": string;
  /** Always present: without it a session never ends. */
  readonly "exp": number;
  /** Name of the account, where accounts stand in the server's configuration. */
  readonly "aud"?: string;
  readonly "nats":
    & {
      readonly "type": "user";
      readonly "version": typeof NATS_JWT_VERSION;
      /** The account that a signing key signs for; operator mode only. */
      readonly "issuer_account"?: string;
    }
    & (ListedUserClaims | ScopedUserClaims);
}

/** What a user may do, in the JWT itself. */
export interface ListedUserClaims {
  readonly "pub": PermissionClaim;
  readonly "sub": PermissionClaim;
  readonly "resp"?: ResponseClaim;
  /** -1: no limit. Absent would mean 0. */
  readonly "subs": number;
  readonly "data": number;
  readonly "payload": number;
}

/**
 * A user whose permissions are in the template of a scoped signing key. The
 * server refuses it if it holds any permission or limit (jwt
 * `account_claims.go`, ValidateScopedSigner).
 */
export interface ScopedUserClaims {
  /** What `{{tag(name)}}` in the template stands for: `name:value`. */
  readonly "tags": readonly string[];
}

/** The answer to an authorization request (jwt `authorization_claims.go`, AuthorizationResponseClaims). */
export interface AuthorizationResponseClaims extends NatsClaims {
  /** The server that asked. */
  readonly "aud": string;
  readonly "nats":
    & {
      readonly "type": "authorization_response";
      readonly "version": typeof NATS_JWT_VERSION;
      /** The account AUTH, if one of its signing keys signs and not itself. */
      readonly "issuer_account"?: string;
    }
    & ({ readonly "jwt": string } | { readonly "error": string });
}
