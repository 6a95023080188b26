/**
 * One NATS subject token for one `sub`: injective, so that two users never share
 * a subtree, and made of letters, digits, `-`, `_` and `=` only, so that it can
 * hold no wildcard, dot, white space (which in a permission would start a queue
 * name) or template. It never begins with `_` or `$`: nobody's name can become
 * one of the subjects that NATS keeps for itself (`_INBOX`, `_R_`, `$JS`).
 *
 * @see nats-server `accounts.go` buildPermissionsFromJwt, `sublist.go` IsValidSubject
 */
import { Buffer } from "node:buffer";

/** These stay as they are: readable, and the same in every client library. */
export const PLAIN_TOKEN_REGEXP = /^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}$/;

/**
 * Starts an encoded token. Not in the plain alphabet, so the two ranges cannot
 * meet; legal in subjects and in KV keys.
 */
const ENCODED_PREFIX = "=";

/** Stands between label and token; a plain token cannot hold it, an encoded one starts with it. */
const LABEL_SEPARATOR = "=";

/** A label that an operator gives an issuer, so that equal subs of two issuers stay apart. */
export const ISSUER_LABEL_REGEXP = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** What every token made here looks like: no value can become any other text. */
const ANY_TOKEN_REGEXP = /^[A-Za-z0-9=-][A-Za-z0-9_=-]*$/;

/**
 * The `sub`, if it is plain; otherwise `=` and the base64url of its UTF-8. With
 * the label of its issuer in front: `google=alice`, `google==Kg`.
 */
export function subjectToken(sub: string, issuerLabel?: string): string {
  const token = PLAIN_TOKEN_REGEXP.test(sub)
    ? sub
    : ENCODED_PREFIX + Buffer.from(sub, "utf8").toString("base64url");
  return issuerLabel === undefined
    ? token
    : issuerLabel + LABEL_SEPARATOR + token;
}

/** Whether some value could become this token. Errs on the side of yes. */
export function canBeSubjectToken(text: string): boolean {
  return ANY_TOKEN_REGEXP.test(text);
}
