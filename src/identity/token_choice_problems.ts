/**
 * Finds tokens that could belong to two who are asked about them: how the opaque
 * ones begin has to tell.
 */
import { API_TOKEN_PREFIX } from "./api_token.ts";
import type { TokenChoice } from "./authenticator_options.ts";
import type { Report } from "./option_checks.ts";

/** Each token belongs to one only. */
export function checkTokenChoices(
  choices: readonly { readonly choice: TokenChoice; readonly report: Report }[],
): void {
  choices.forEach(({ choice, report }, index) => {
    const before = choices.slice(0, index).map((each) => each.choice);
    checkPrefix(choice, before, report);
    if (
      choice.jwts === "others" && before.some(({ jwts }) => jwts === "others")
    ) {
      report("jwts", "is others, as it is for another before");
    }
  });
}

const PREFIX_REGEXP = /^[A-Za-z0-9._~+/|:-]{1,64}$/;

function checkPrefix(
  { tokenPrefix }: TokenChoice,
  before: readonly TokenChoice[],
  report: Report,
): void {
  if (tokenPrefix === undefined) {
    if (before.some((each) => each.tokenPrefix === undefined)) {
      report("tokenPrefix", "is missing: another goes without one already");
    }
    return;
  }
  if (!PREFIX_REGEXP.test(tokenPrefix)) {
    report("tokenPrefix", "is no beginning of a token");
    return;
  }
  if (
    tokenPrefix.startsWith(API_TOKEN_PREFIX) ||
    API_TOKEN_PREFIX.startsWith(tokenPrefix)
  ) {
    report("tokenPrefix", `is how API tokens begin, ${API_TOKEN_PREFIX}`);
  }
  for (const { tokenPrefix: other } of before) {
    if (other === undefined) continue;
    if (other.startsWith(tokenPrefix) || tokenPrefix.startsWith(other)) {
      report("tokenPrefix", "begins like that of another");
    }
  }
}
