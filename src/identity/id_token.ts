/**
 * Identity tokens of OpenID Connect, which tell a client who has logged in there
 * and are not made to be passed on. An issuer signs them with the key of its
 * access tokens, so they are known by what they say.
 *
 * @see OpenID Connect Core sections 2, 3.1.3.7 and 3.3.2.11, RFC 8725 section 3.12
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";

/** For whom an issuer's tokens may be. */
export interface TokenRecipients {
  /** `aud` must name one of these. */
  readonly audiences: readonly string[];
  /** If given, `azp` and `client_id` must be among these. */
  readonly clientIds?: readonly string[];
}

const ID_TOKEN_CLAIMS = ["nonce", "at_hash", "c_hash", "s_hash"] as const;

/** What a client is allowed to do, which is no matter of identity tokens (RFC 9068 section 2.2.3; `scp` at Okta and Microsoft). */
const SCOPE_CLAIMS = ["scope", "scp"] as const;

/** What shows that a token, whose header does not say so, is an identity token. */
export function idTokenTrait(
  claims: JsonObject,
  recipients: TokenRecipients,
): string | undefined {
  for (const name of ID_TOKEN_CLAIMS) {
    if (Object.hasOwn(claims, name)) {
      return `claim "${name}" belongs to ID tokens`;
    }
  }
  const hasScopes = SCOPE_CLAIMS.some((name) => Object.hasOwn(claims, name));
  return !hasScopes && isForClient(claims, recipients)
    ? 'claim "aud" names the client itself ("azp"), as in ID tokens'
    : undefined;
}

/**
 * It is meant for us only as far as we bear the name of a client: its own, or
 * another of the same issuer. Access tokens name theirs in `client_id`, and some
 * are for it alone.
 */
function isForClient(
  claims: JsonObject,
  { audiences, clientIds = [] }: TokenRecipients,
): boolean {
  const azp = member(claims, "azp");
  if (azp === undefined) return false;
  const aud = member(claims, "aud");
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const ours = audiences.filter((audience) => named.includes(audience));
  return ours.length > 0 &&
    ours.every((name) => name === azp || clientIds.includes(name));
}
