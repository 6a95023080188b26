/**
 * What an identity may do on NATS. A grant comes only from an identity.
 */
import type { Rejected } from "../base/outcome.ts";
import type { Identity } from "../base/identity.ts";

/** Subjects of one direction. Never both lists empty: that would mean everything. */
export interface SubjectPermission {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export interface Grant {
  readonly kind: "grant";
  /** Name of the configured application account that the user is placed in. */
  readonly account: string;
  /** The user JWT's `name`: encoded identity, safe as one subject token. */
  readonly name: string;
  readonly publish: SubjectPermission;
  readonly subscribe: SubjectPermission;
  /** Longest session, in seconds; the token's own expiry may end it earlier. */
  readonly sessionSecondsMax: number;
}

/** Decides what an identity is granted. Pure: no clock, no I/O. */
export type Permit = (identity: Identity) => Grant | Rejected;
