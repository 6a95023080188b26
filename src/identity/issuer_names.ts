/**
 * All issuers that identities may have, where a program names them.
 */
import type { Authenticate } from "./authenticate.ts";
import type { IssuerTokens } from "../base/known_claims.ts";
import type { AuthenticatorOptions } from "./authenticator_options.ts";
import { listIssuerTokens } from "./issuer_tokens.ts";

interface Named {
  readonly issuer: string;
  readonly label?: string | undefined;
}

interface NamedIssuers {
  readonly named: readonly Named[];
  readonly tokens: readonly IssuerTokens[];
  readonly problems: readonly string[];
}

/**
 * The issuers of what judges tokens, and those that are named beside it, which
 * may be the same ones with their labels.
 */
export function nameIssuers(
  authenticate: Authenticate | AuthenticatorOptions,
  issuers: readonly Named[],
): NamedIssuers {
  if (typeof authenticate === "function") {
    return {
      named: issuers,
      tokens: issuers.map(({ issuer }) => ({
        issuer,
        credential: "custom",
        claims: [],
      })),
      problems: issuers.length > 0 ? [] : [
        "issuers are missing: rules have to keep those apart that authenticate returns",
      ],
    };
  }
  const tokens = listIssuerTokens(authenticate);
  const names = new Set(tokens.map(({ issuer }) => issuer));
  const stray = issuers.filter(({ issuer }) => !names.has(issuer));
  return {
    named: [...[...names].map((issuer) => ({ issuer })), ...issuers],
    tokens,
    problems: stray.map(({ issuer }) =>
      `issuers: authenticate has no ${JSON.stringify(issuer)}`
    ),
  };
}
