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
import { idTokenTrait } from "./id_token.ts";
import type { TokenRecipients } from "./named_claims.ts";

/** Which of an issuer's tokens are meant for here. */
export interface TokenTypeRule extends TokenRecipients {
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

/** How Keycloak (`typ`) and Amazon Cognito (`token_use`) name a token's purpose in its claims. */
const PURPOSE_CLAIMS = ["typ", "token_use"] as const;
const ID_TOKEN_PURPOSE = "id";
const ACCESS_TOKEN_PURPOSES: readonly string[] = ["bearer", "access"];
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
  let isAccessToken = mediaType === ACCESS_TOKEN_TYPE;
  for (const name of PURPOSE_CLAIMS) {
    const purpose = member(claims, name);
    if (typeof purpose !== "string") continue;
    const lower = purpose.toLowerCase();
    if (FOREIGN_PURPOSES.includes(lower)) {
      return foreign(`claim "${name}" says that it is no access token`);
    }
    if (lower === ID_TOKEN_PURPOSE && rule.allowIdTokens !== true) {
      return foreign(`claim "${name}" says that it is an ID token`);
    }
    isAccessToken ||= ACCESS_TOKEN_PURPOSES.includes(lower);
  }
  // Conclusive: some issuers copy `nonce` into access tokens.
  if (isAccessToken || rule.allowIdTokens === true) return undefined;
  const trait = idTokenTrait(claims, rule);
  return trait === undefined ? undefined : foreign(trait);
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
