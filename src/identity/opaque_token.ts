/**
 * The form of a token that only its issuer can read: long enough to be one, short
 * enough to be passed on, and of characters that are nothing but themselves in an
 * HTTP header. Whatever else a client sends is refused before anybody is asked.
 *
 * @see RFC 6750 section 2.1, RFC 6749 appendix A.12
 */
import { OPAQUE_TOKEN_BYTES_MAX } from "../base/limits.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";

/** `b64token` is what may stand behind `Bearer `; `visible` is any visible ASCII. */
export type TokenCharacters = "b64token" | "visible";

const FORM_REGEXP: Readonly<Record<TokenCharacters, RegExp>> = {
  b64token: /^[A-Za-z0-9._~+/-]+=*$/,
  visible: /^[\x21-\x7e]+$/,
};

/** Why it is no such token, or undefined. */
export function checkOpaqueToken(
  text: string,
  characters: TokenCharacters,
): Rejected | undefined {
  if (text.length > OPAQUE_TOKEN_BYTES_MAX) {
    return rejected(
      "bearer_token_too_large",
      `Token is longer than ${OPAQUE_TOKEN_BYTES_MAX} bytes`,
    );
  }
  return FORM_REGEXP[characters].test(text) ? undefined : rejected(
    "bearer_token_malformed",
    "Token has characters that no such token has",
  );
}
