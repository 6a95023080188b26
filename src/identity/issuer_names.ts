/**
 * All issuers that identities may have, where a program names them.
 */
import type { Authenticate } from "./authenticate.ts";
import {
  type AuthenticatorOptions,
  issuersOf,
} from "./authenticator_options.ts";

interface Named {
  readonly issuer: string;
  readonly label?: string | undefined;
}

/**
 * The issuers of what judges tokens, and those that are named beside it, which
 * may be the same ones with their labels.
 */
export function nameIssuers(
  authenticate: Authenticate | AuthenticatorOptions,
  issuers: readonly Named[],
): { readonly named: readonly Named[]; readonly problems: readonly string[] } {
  if (typeof authenticate === "function") {
    return {
      named: issuers,
      problems: issuers.length > 0 ? [] : [
        "issuers are missing: rules have to keep those apart that authenticate returns",
      ],
    };
  }
  const configured = issuersOf(authenticate);
  const stray = issuers.filter(({ issuer }) => !configured.includes(issuer));
  return {
    named: [...configured.map((issuer) => ({ issuer })), ...issuers],
    problems: stray.map(({ issuer }) =>
      `issuers: authenticate has no ${JSON.stringify(issuer)}`
    ),
  };
}
