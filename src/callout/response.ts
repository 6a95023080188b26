/**
 * The authorization response: a user JWT or a constant error, signed by AUTH's
 * signing key and sealed for the server that asked.
 *
 * @see nats-server `auth_callout.go`, decodeResponse
 */
import { Buffer } from "node:buffer";
import { assert } from "../base/assert.ts";
import { borrowUtf8 } from "../base/borrowed_bytes.ts";
import { type EpochMs, toEpochSeconds } from "../base/time.ts";
import {
  type AuthorizationResponseClaims,
  NATS_JWT_VERSION,
} from "../nats_jwt/claims.ts";
import { encodeNatsJwt } from "../nats_jwt/codec.ts";
import type { SigningKey } from "../nats_jwt/nkeys.ts";
import type { Xkey } from "../nats_jwt/xkeys.ts";
import type { VerifiedRequest } from "./request_claims.ts";

/**
 * All that a server is ever told. It logs the text and publishes it in an
 * account event, so it holds no claim, no issuer and no library's words.
 */
export type ResponseError =
  | "bearer token refused"
  | "bearer token could not be judged";

/** A response holds one of the two, never both. */
export type ResponseResult =
  | { readonly jwt: string }
  | { readonly error: ResponseError };

export type Respond = (
  request: VerifiedRequest,
  result: ResponseResult,
  now: EpochMs,
) => Uint8Array;

export interface ResponderOptions {
  /** Public key of the account AUTH. */
  readonly calloutAccount: string;
  /** A signing key of AUTH, or AUTH's own key where there is no operator. */
  readonly signingKey: SigningKey;
  /** Our curve key; without it answers go in plain text. */
  readonly xkey?: Xkey;
}

export function createResponder(options: ResponderOptions): Respond {
  const { calloutAccount, signingKey, xkey } = options;
  // The server refuses it where there is no operator, and then the account signs itself.
  const issuerAccount = signingKey.publicKey === calloutAccount
    ? {}
    : { "issuer_account": calloutAccount };
  return function respond(
    request: VerifiedRequest,
    result: ResponseResult,
    now: EpochMs,
  ): Uint8Array {
    const claims: AuthorizationResponseClaims = {
      "sub": request.userNkey,
      "aud": request.serverId,
      "iat": toEpochSeconds(now),
      "nats": {
        "type": "authorization_response",
        "version": NATS_JWT_VERSION,
        ...issuerAccount,
        ...result,
      },
    };
    const jwt = encodeNatsJwt(claims, signingKey);
    if (xkey === undefined) return Buffer.from(jwt);
    assert(request.serverXkey !== undefined, "a sealed request names its xkey");
    return xkey.seal(borrowUtf8(jwt), request.serverXkey);
  };
}
