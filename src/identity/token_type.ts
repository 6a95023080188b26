/**
 * Tokens that an issuer signs with the same key for another purpose: identity
 * tokens, refresh tokens, logout tokens, proofs. Genuine, and not for us.
 *
 * @see RFC 8725 section 3.11 and 3.12, RFC 9068 section 4
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";

/** Which of an issuer's tokens are meant for here. */
export interface TokenTypeRule {
  /** Accepted `typ` headers, which must then be there. Without: none, `JWT` or `at+jwt`. */
  readonly typ?: readonly string[];
  /** Accept the identity tokens of OpenID Connect too, which are made for the client to read. */
  readonly allowIdTokens?: boolean;
}

const ACCESS_TOKEN_TYPE = "at+jwt";

/**
 * Not a list of what is known to be foreign (`logout+jwt`, `dpop+jwt`,
 * `secevent+jwt`, …): that one grows.
 */
const TYPES_UNLESS_CONFIGURED: readonly string[] = ["jwt", ACCESS_TOKEN_TYPE];

/** Claims that are only in identity tokens (OpenID Connect Core sections 2 and 3.3.2.11). */
const ID_TOKEN_CLAIMS = ["nonce", "at_hash", "c_hash", "s_hash"] as const;

/** How Keycloak (`typ`) and Amazon Cognito (`token_use`) name a token's purpose in its claims. */
const PURPOSE_CLAIMS = ["typ", "token_use"] as const;
const ID_TOKEN_PURPOSE = "id";
const FOREIGN_PURPOSES: readonly string[] = ["refresh", "offline", "logout"];

export function checkTokenType(
  claims: JsonObject,
  typ: string | undefined,
  rule: TokenTypeRule,
): Rejected | undefined {
  const mediaType = typ === undefined ? undefined : normalizeMediaType(typ);
  if (!isAccepted(mediaType, rule.typ)) {
    return foreign('header "typ" is none of those accepted');
  }
  for (const name of PURPOSE_CLAIMS) {
    const purpose = member(claims, name);
    if (typeof purpose !== "string") continue;
    if (FOREIGN_PURPOSES.includes(purpose.toLowerCase())) {
      return foreign(`claim "${name}" says that it is no access token`);
    }
    if (
      purpose.toLowerCase() === ID_TOKEN_PURPOSE && rule.allowIdTokens !== true
    ) {
      return foreign(`claim "${name}" says that it is an ID token`);
    }
  }
  // The header is conclusive; some issuers copy `nonce` into access tokens.
  if (mediaType === ACCESS_TOKEN_TYPE) return undefined;
  if (rule.allowIdTokens === true) return undefined;
  for (const name of ID_TOKEN_CLAIMS) {
    if (Object.hasOwn(claims, name)) {
      return foreign(`claim "${name}" belongs to ID tokens`);
    }
  }
  return undefined;
}

function isAccepted(
  mediaType: string | undefined,
  configured: readonly string[] | undefined,
): boolean {
  if (configured === undefined) {
    return mediaType === undefined ||
      TYPES_UNLESS_CONFIGURED.includes(mediaType);
  }
  if (mediaType === undefined) return false;
  return configured.some((type) => normalizeMediaType(type) === mediaType);
}

/** Media types ignore case, and `application/` may be left out (RFC 7515 section 4.1.9). */
function normalizeMediaType(type: string): string {
  const lower = type.toLowerCase();
  const subtype = lower.startsWith("application/")
    ? lower.slice("application/".length)
    : lower;
  return subtype.includes("/") ? lower : subtype;
}

function foreign(problem: string): Rejected {
  return rejected("token_type_not_accepted", `Token: ${problem}`);
}
