/**
 * Whose tokens are accepted, and what is certain of the claims of the identities
 * that they lead to, because a token of which it does not hold is refused.
 */
import type { IssuerTokens, KnownClaim } from "../base/known_claims.ts";
import { RESERVED_CLAIMS } from "./api_token_file.ts";
import type { AuthenticatorOptions } from "./authenticator_options.ts";
import type { RequiredClaim } from "./required_claims.ts";

/** See `checkLifetime()`. */
const TIMES: readonly KnownClaim[] = [
  { path: ["exp"], types: ["number"], isRequired: true },
  { path: ["nbf"], types: ["number"], isRequired: false },
  { path: ["iat"], types: ["number"], isRequired: false },
];

/** See `parseApiTokenFile()`. */
const NEVER_THERE: readonly KnownClaim[] = RESERVED_CLAIMS
  .map((name) => ({ path: [name], types: [], isRequired: false }));

/** One issuer may have tokens of several kinds, JWTs and opaque ones. */
export function listIssuerTokens(
  {
    issuers = [],
    kubernetes = [],
    introspection = [],
    webhooks = [],
    apiTokens,
  }: AuthenticatorOptions,
): readonly IssuerTokens[] {
  return [
    ...issuers.map(({ issuer, keys, requiredClaims }) => ({
      issuer,
      credential: keys.kind === "shared_secret" ? keys.kind : "jwt" as const,
      claims: [...TIMES, ...toKnown(requiredClaims)],
    })),
    ...kubernetes.map(({ issuer, namespaces }) => ({
      issuer,
      credential: "kubernetes" as const,
      claims: [...TIMES, ...partsOf(namespaces)],
    })),
    ...introspection.map(({ issuer, requiredClaims, secondsWithoutExp }) => ({
      issuer,
      credential: "introspection" as const,
      claims: [
        ...TIMES.map((claim) =>
          secondsWithoutExp === undefined
            ? claim
            : { ...claim, isRequired: false }
        ),
        ...toKnown(requiredClaims),
      ],
    })),
    ...webhooks.map(({ issuer, requiredClaims }) => ({
      issuer,
      credential: "webhook" as const,
      claims: toKnown(requiredClaims),
    })),
    ...(apiTokens === undefined ? [] : [{
      issuer: apiTokens.issuer,
      credential: "api_token" as const,
      claims: NEVER_THERE,
    }]),
  ];
}

/** See `toServiceAccount()`. */
function partsOf(
  namespaces: readonly string[] | undefined,
): readonly KnownClaim[] {
  return [
    {
      path: ["namespace"],
      types: ["string"],
      isRequired: true,
      ...(namespaces === undefined
        ? {}
        : { values: namespaces, setting: "namespaces" }),
    },
    { path: ["service_account"], types: ["string"], isRequired: true },
  ];
}

function toKnown(
  required: readonly RequiredClaim[] = [],
): readonly KnownClaim[] {
  return required.map(({ path, type }) => ({
    path,
    types: [type],
    isRequired: true,
    setting: "required_claims",
  }));
}
