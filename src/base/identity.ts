/**
 * A verified identity: what authentication hands to permissions.
 */
import type { JsonObject } from "./json.ts";
import type { EpochSeconds } from "./time.ts";

/** How a credential was judged. Rules can ask for it. */
export type CredentialKind =
  /** A JWT that an issuer signed with a key of its own. */
  | "jwt"
  /** A JWT signed with a secret shared with the issuer. */
  | "shared_secret"
  /** An opaque token that its issuer vouched for when asked (RFC 7662). */
  | "introspection"
  /** A token of the file of API tokens. */
  | "api_token"
  /** A token that a backend of one's own judged. */
  | "webhook"
  /** A service account of a Kubernetes cluster. */
  | "kubernetes"
  /** Whatever a program that embeds the service judges by itself. */
  | "custom";

export const CREDENTIAL_KINDS = [
  "jwt",
  "shared_secret",
  "introspection",
  "api_token",
  "webhook",
  "kubernetes",
  "custom",
] as const satisfies readonly CredentialKind[];

/** The pair (issuer, sub), never sub alone (ASVS 10.3.3). */
export interface Identity {
  readonly kind: "identity";
  readonly credential: CredentialKind;
  /** The issuer, exactly as configured. */
  readonly issuer: string;
  /** Well-formed, not empty, bounded. Not yet safe in a NATS subject. */
  readonly sub: string;
  /** All claims, verified with the token. Read with `Object.hasOwn` only. */
  readonly claims: JsonObject;
  /** When the credential ends, floored to whole seconds. */
  readonly expiresAt: EpochSeconds;
}
