/**
 * All issuers that identities may have, where a program names them.
 */
import type { Authenticate } from "./authenticate.ts";
import type { CredentialKind } from "../base/identity.ts";
import {
  type AuthenticatorOptions,
  kindsByIssuer,
} from "./authenticator_options.ts";

interface Named {
  readonly issuer: string;
  readonly label?: string | undefined;
}

interface NamedIssuers {
  readonly named: readonly Named[];
  readonly kinds: ReadonlyMap<string, readonly CredentialKind[]>;
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
      kinds: new Map(issuers.map(({ issuer }) => [issuer, ["custom"]])),
      problems: issuers.length > 0 ? [] : [
        "issuers are missing: rules have to keep those apart that authenticate returns",
      ],
    };
  }
  const kinds = kindsByIssuer(authenticate);
  const stray = issuers.filter(({ issuer }) => !kinds.has(issuer));
  return {
    named: [...[...kinds.keys()].map((issuer) => ({ issuer })), ...issuers],
    kinds,
    problems: stray.map(({ issuer }) =>
      `issuers: authenticate has no ${JSON.stringify(issuer)}`
    ),
  };
}
