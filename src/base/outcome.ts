/**
 * What can become of an authorization request, other than a user JWT.
 *
 * These are values, not exceptions: they are the normal business of this
 * program, each must be handled, and the compiler checks that each is. Codes
 * are an interface: dashboards and alerts are built on them.
 */

/** Why a client may not connect. Stable: log field and metric label. */
export type RejectionCode =
  | "bearer_token_missing"
  | "bearer_token_ambiguous"
  | "bearer_token_too_large"
  | "bearer_token_malformed"
  | "connection_type_not_allowed"
  | "issuer_untrusted"
  | "algorithm_not_allowed"
  | "key_unknown"
  | "signature_invalid"
  | "token_type_not_accepted"
  | "audience_mismatch"
  | "oauth_client_not_allowed"
  | "namespace_not_allowed"
  | "scope_missing"
  | "claim_missing"
  | "claim_invalid"
  | "bearer_token_expired"
  | "bearer_token_not_yet_valid"
  | "bearer_token_lifetime_too_long"
  | "bearer_token_unknown"
  | "bearer_token_inactive"
  | "attempts_too_many"
  | "sender_constrained_token"
  | "sub_unusable_in_subject"
  | "claim_unusable_in_subject"
  | "no_rule_matches"
  | "refused_by_rule"
  | "source_not_allowed"
  | "outside_hours"
  | "server_too_old";

/** The client was judged and refused. Answered with a constant error. */
export interface Rejected {
  readonly kind: "rejected";
  readonly code: RejectionCode;
  /** For our log only. Names claims and settings; holds no part of a token. */
  readonly detail: string;
}

/** What the verdict needed and could not get. */
export type Dependency =
  | "jwks"
  | "userinfo"
  | "introspection"
  | "webhook"
  | "token_review"
  | "api_tokens"
  | "custom"
  | "verdict"
  | "response";

/** The client could not be judged. Refused with a constant error, and alerted on. */
export interface Unavailable {
  readonly kind: "unavailable";
  readonly dependency: Dependency;
  /** For our log only. Holds no part of a token. */
  readonly detail: string;
}

/** Why a request is not trustworthy or no longer worth an answer. */
export type DiscardCode =
  | "request_empty"
  | "request_too_large"
  | "request_plaintext"
  | "request_sealed_unexpectedly"
  | "request_seal_broken"
  | "request_undecodable"
  | "request_type_unexpected"
  | "request_audience_unexpected"
  | "request_account_unexpected"
  | "request_signature_invalid"
  | "request_expired"
  | "request_late"
  | "answer_unsent"
  | "request_replayed"
  | "request_memory_full"
  | "reply_subject_unexpected"
  | "server_xkey_invalid"
  | "xkey_mismatch"
  | "server_untrusted"
  | "user_nkey_invalid"
  | "queue_full"
  | "shutting_down"
  | "internal_error";

/**
 * The request did not come from a server that we trust, or nobody waits for the
 * answer any more. Not answered: the sender learns nothing.
 */
export interface Discarded {
  readonly kind: "discarded";
  readonly code: DiscardCode;
  /** For our log only. */
  readonly detail: string;
}

/** A refusal. The detail is for our log alone: it names claims and settings, and holds no part of a token. */
export function rejected(code: RejectionCode, detail: string): Rejected {
  return { kind: "rejected", code, detail };
}

/** No verdict, for want of the dependency: an alert, and the client may come again. The detail as in {@linkcode rejected}. */
export function unavailable(
  dependency: Dependency,
  detail: string,
): Unavailable {
  return { kind: "unavailable", dependency, detail };
}

export function discarded(code: DiscardCode, detail = ""): Discarded {
  return { kind: "discarded", code, detail };
}
