/**
 * The types that options are made of, so that programs can name them.
 */
export type { ClaimType } from "../base/known_claims.ts";
export type { ApiServer } from "../identity/api_server.ts";
export type { ApiTokensOptions } from "../identity/api_tokens.ts";
export type { AskingOptions } from "../identity/asked_endpoint.ts";
export type { MemoryOptions } from "../identity/asked_tokens.ts";
export type {
  IssuerOptions,
  JwtChoice,
  TokenChoice,
} from "../identity/authenticator_options.ts";
export type { ClaimRules } from "../identity/claim_rules.ts";
export type {
  ClientAuthentication,
  ClientKey,
  ClientKeyAlgorithm,
  ClientSecret,
} from "../identity/client_authentication.ts";
export type { MetadataDocument } from "../identity/discovery.ts";
export type {
  ClientCertificate,
  EndpointOptions,
} from "../identity/http_endpoint.ts";
export type { IntrospectionOptions } from "../identity/introspection.ts";
export type { IntrospectionRules } from "../identity/introspection_answer.ts";
export type { JwsAlgorithm } from "../identity/jws_algorithms.ts";
export type {
  DiscoverySource,
  JwksUrlSource,
  JwtIssuerOptions,
  JwtKeySource,
  LocalJwksSource,
  RemoteOptions,
  SharedSecretsSource,
} from "../identity/jwt_issuer_options.ts";
export type {
  ClusterKeysOptions,
  KubernetesOptions,
} from "../identity/kubernetes.ts";
export type {
  DiscoveredLocation,
  EndpointLocation,
} from "../identity/located_endpoint.ts";
export type { TokenRecipients } from "../identity/named_claims.ts";
export type { TokenCharacters } from "../identity/opaque_token.ts";
export type { RequiredClaim } from "../identity/required_claims.ts";
export type { ScopeRule } from "../identity/scopes.ts";
export type { ServiceAccountRules } from "../identity/service_account.ts";
export type {
  SecretEncoding,
  SharedSecret,
} from "../identity/shared_secret.ts";
export type { LifetimeRule } from "../identity/token_lifetime.ts";
export type { TokenMemoryOptions } from "../identity/token_memory.ts";
export type { TokenReviewOptions } from "../identity/token_review.ts";
export type { TokenTypeRule } from "../identity/token_type.ts";
export type { UserInfoOptions } from "../identity/userinfo.ts";
export type { WebhookOptions } from "../identity/webhook.ts";
export type { WebhookRules } from "../identity/webhook_answer.ts";
export type { WebhookSecrets } from "../identity/webhook_signature.ts";
export type { Scalar } from "../permissions/condition.ts";
export type {
  ListedPermissions,
  ResponsePermission,
  ScopedPermissions,
  SubjectPermission,
} from "../permissions/grant.ts";
export type { Day, HoursOptions } from "../permissions/hours.ts";
export type {
  ClaimOptions,
  ClaimTestOptions,
  GrantOptions,
  OneOrMore,
  OnlyOptions,
  PresetArguments,
  PresetOptions,
  ResponsesOptions,
  SubjectsOptions,
  WhenOptions,
} from "../permissions/rule_options.ts";
