/**
 * Identity tokens of OpenID Connect, which tell a client who has logged in there
 * and are not made to be passed on. An issuer signs them with the key of its
 * access tokens, so they are known by what they say.
 *
 * @see OpenID Connect Core sections 2, 3.1.3.7 and 3.3.2.11, RFC 8725 section 3.12
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { TokenRecipients } from "./named_claims.ts";

const ID_TOKEN_CLAIMS = ["nonce", "at_hash", "c_hash", "s_hash"] as const;

/**
 * What only access tokens say: what the client is allowed to do (RFC 9068 section
 * 2.2.3; `scp` at Okta and Microsoft), and how it proved itself (Microsoft, whose
 * tokens for programs have no scopes).
 */
const ACCESS_TOKEN_CLAIMS = ["scope", "scp", "azpacr"] as const;

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
  if (ACCESS_TOKEN_CLAIMS.some((name) => Object.hasOwn(claims, name))) {
    return undefined;
  }
  return isForClient(claims, recipients)
    ? 'claim "aud" names a client ("azp") and there are no scopes, as in ID tokens'
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
