/**
 * What an identity may do on NATS. A grant comes only from an identity.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { Identity } from "../base/identity.ts";
import type { Rejected } from "../base/outcome.ts";
import type { EpochMs, EpochSeconds } from "../base/time.ts";

/** Subjects of one direction. An empty list of allowed ones means nothing, here and in the user JWT. */
export interface SubjectPermission {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Leave to publish to the reply subjects of messages that were received. */
export interface ResponsePermission {
  /** Answers to one message. */
  readonly messagesMax: number;
  /** How long after the message. */
  readonly seconds: number;
}

/** Permissions that the user JWT itself holds. */
export interface ListedPermissions {
  readonly kind: "listed";
  readonly publish: SubjectPermission;
  readonly subscribe: SubjectPermission;
  readonly responses?: ResponsePermission;
}

/** Permissions that the server takes from the template of a scoped signing key. */
export interface ScopedPermissions {
  readonly kind: "scoped";
  /** Name of one of the account's configured scoped keys. */
  readonly key: string;
  /** `name:value`, each value one subject token: what `{{tag(name)}}` stands for. */
  readonly tags: readonly string[];
}

/** What one login may do, and for how long. */
export interface Grant {
  readonly kind: "grant";
  /** Name of the rule that it comes from. */
  readonly rule: string;
  /** Name of the configured application account that the user is placed in. */
  readonly account: string;
  /** The user JWT's `name`: encoded identity, safe as one subject token. */
  readonly name: string;
  readonly permissions: ListedPermissions | ScopedPermissions;
  /** Longest session, in seconds; the token's own expiry may end it earlier. */
  readonly sessionSecondsMax: number;
  /** When the session has to be over in any case: the end of the hours that it was granted in. */
  readonly endsBy?: EpochSeconds;
}

/** What a decision may depend on beside the identity. */
export interface LoginFacts {
  readonly connectionType: ConnectionType;
  /** Address of the peer as its server saw it: behind a proxy, the proxy's. */
  readonly host: string;
  readonly now: EpochMs;
  /** Of the server that asks. Left out where none does: then it is not looked at. */
  readonly serverVersion?: string | undefined;
}

/** Decides what an identity is granted. Pure: no clock, no I/O. */
export type Permit = (
  identity: Identity,
  facts: LoginFacts,
) => Grant | Rejected;
