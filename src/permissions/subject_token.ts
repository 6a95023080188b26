/**
 * One NATS subject token for one `sub`: injective, so that two users never share
 * a subtree, and made of letters, digits, `-`, `_` and `=` only, so that it can
 * hold no wildcard, dot, white space (which in a permission would start a queue
 * name) or template.
 *
 * @see nats-server `accounts.go` buildPermissionsFromJwt, `sublist.go` IsValidSubject
 */
import { Buffer } from "node:buffer";

/** These stay as they are: readable, and the same in every client library. */
const PLAIN_SUB_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Starts an encoded token. Not in the plain alphabet, so the two ranges cannot
 * meet; legal in subjects and in KV keys.
 */
const ENCODED_PREFIX = "=";

/** Stands between label and token; a plain token cannot hold it, an encoded one starts with it. */
const LABEL_SEPARATOR = "=";

/** A label that an operator gives an issuer, so that equal subs of two issuers stay apart. */
export const ISSUER_LABEL_REGEXP = /^[a-z0-9][a-z0-9-]{0,31}$/;

/**
 * The `sub`, if it is plain; otherwise `=` and the base64url of its UTF-8. With
 * the label of its issuer in front: `google=alice`, `google==Kg`.
 */
export function subjectToken(sub: string, issuerLabel?: string): string {
  const token = PLAIN_SUB_REGEXP.test(sub)
    ? sub
    : ENCODED_PREFIX + Buffer.from(sub, "utf8").toString("base64url");
  return issuerLabel === undefined
    ? token
    : issuerLabel + LABEL_SEPARATOR + token;
}
