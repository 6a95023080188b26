/**
 * Everything that can be said about who judges which tokens.
 */
import type { CredentialKind } from "../base/identity.ts";
import type { ApiTokensOptions } from "./api_tokens.ts";
import type { IntrospectionOptions } from "./introspection.ts";
import type { JwtIssuerOptions } from "./jwt_issuer_options.ts";
import type { KubernetesOptions } from "./kubernetes.ts";
import type { UserInfoOptions } from "./userinfo.ts";
import type { WebhookOptions } from "./webhook.ts";

/** Whose tokens are accepted, by their kind. */
export interface AuthenticatorOptions {
  /** Issuers of JWTs. */
  readonly issuers?: readonly IssuerOptions[];
  readonly kubernetes?: readonly KubernetesOptions[];
  readonly introspection?: readonly (IntrospectionOptions & TokenChoice)[];
  readonly webhooks?: readonly (WebhookOptions & TokenChoice)[];
  readonly apiTokens?: ApiTokensOptions;
}

/** All issuers, and the kinds of their tokens: one may have JWTs and opaque tokens. */
export function kindsByIssuer(
  {
    issuers = [],
    kubernetes = [],
    introspection = [],
    webhooks = [],
    apiTokens,
  }: AuthenticatorOptions,
): ReadonlyMap<string, readonly CredentialKind[]> {
  const kinds = new Map<string, CredentialKind[]>();
  function add(kind: CredentialKind, { issuer }: { issuer: string }): void {
    kinds.set(issuer, [...kinds.get(issuer) ?? [], kind]);
  }
  for (const each of issuers) {
    add(each.keys.kind === "shared_secret" ? each.keys.kind : "jwt", each);
  }
  for (const each of kubernetes) add("kubernetes", each);
  for (const each of introspection) add("introspection", each);
  for (const each of webhooks) add("webhook", each);
  if (apiTokens !== undefined) add("api_token", apiTokens);
  return kinds;
}

/** An issuer of JWTs. */
export type IssuerOptions = JwtIssuerOptions & {
  /** Claims that are not in the token are asked for. */
  readonly userinfo?: UserInfoOptions;
};

/** Which tokens belong to somebody who is asked about them. */
export interface TokenChoice {
  /**
   * How its opaque tokens begin. At most one of all goes without: that one has
   * the tokens that begin as no other's do.
   */
  readonly tokenPrefix?: string;
  /** Which JWTs it is asked about, instead of verifying them here. */
  readonly jwts?: JwtChoice;
}

/** Which JWTs somebody is asked about who judges opaque tokens. */
export type JwtChoice =
  | "none"
  /** Those with its issuer as `iss`. */
  | "own"
  /** Also those whose `iss` no other has. Of all that are asked, at most one. */
  | "others";
