/**
 * The callout as a library: bring your own `authenticate` (bearer token to
 * identity or refusal), your own `permit` (identity to grant), or both, and keep
 * everything else: the checks of requests, keys, crypto, deadlines, overload,
 * the audit log.
 *
 * `docs/examples/own_service.ts` is a whole service in 20 lines. When `ended`
 * settles with an error, requests come no more: end the program, to be started anew.
 *
 * @example
 * ```ts
 * import { identified, optionsFromFile, rejected, startCallout } from "./mod.ts";
 *
 * async function serve(): Promise<void> {
 *   const service = await startCallout({
 *     ...await optionsFromFile("config/callout.yaml"),
 *     issuers: [{ issuer: "my-app" }],
 *     authenticate: (bearerToken, { now }) =>
 *       bearerToken.reveal() === "token-of-alice"
 *         ? identified({
 *           issuer: "my-app",
 *           sub: "alice",
 *           expiresAt: new Date(now + 3_600_000),
 *         })
 *         : rejected("bearer_token_inactive", "Unknown"),
 *   });
 *   await service.ended;
 * }
 * ```
 *
 * @module
 */

// The service.
export {
  type CalloutService,
  ServerTooOldError,
} from "./nats/callout_service.ts";
export { CalloutAccountError } from "./nats/own_account.ts";
export {
  type NatsTlsOptions,
  UnsupportedOptionError,
} from "./nats/connection.ts";
export { SubscriptionRefusedError } from "./nats/subscription.ts";
export { optionsFromFile } from "./library/options_from_file.ts";
export type {
  PlainAccount,
  PlainCredentials,
  PlainOptions,
  SecretText,
} from "./library/plain_options.ts";
export { type CalloutOptions, startCallout } from "./library/start_callout.ts";
export type { ConnectionType } from "./base/connection_type.ts";
export type { Log } from "./telemetry/log.ts";
export type { LogFields } from "./telemetry/log_line.ts";

// Who somebody is.
export { InvariantError } from "./base/assert.ts";
export type { CredentialKind, Identity } from "./base/identity.ts";
export type { Json, JsonObject } from "./base/json.ts";
export {
  type Dependency,
  type Rejected,
  rejected,
  type RejectionCode,
  type Unavailable,
  unavailable,
} from "./base/outcome.ts";
export { Secret } from "./base/secret.ts";
export type { EpochMs, EpochSeconds } from "./base/time.ts";
export type {
  Authenticate,
  AuthenticationContext,
  AuthenticationOutcome,
  ClientConnection,
} from "./identity/authenticate.ts";
export type { AuthenticatorOptions } from "./identity/authenticator_options.ts";
export {
  identified,
  type IdentityOptions,
} from "./identity/custom_identity.ts";

// The kinds of tokens that the service knows: what their options are read from.
export { POD_TOKEN_FILE, tokenFromFile } from "./identity/api_server.ts";
export { parseClientKey } from "./identity/client_authentication.ts";
export {
  parseSharedSecret,
  type SharedSecretSource,
} from "./identity/shared_secret.ts";
export { parseWebhookSecret } from "./identity/webhook_signature.ts";

// What somebody may do.
export type { Grant, LoginFacts, Permit } from "./permissions/grant.ts";
export type { NamedIssuer } from "./permissions/issuer_labels.ts";
export type { RuleOptions } from "./permissions/rule_options.ts";
export type * from "./library/option_types.ts";
