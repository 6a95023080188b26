/**
 * Everything that can be said about who judges which tokens.
 */
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
