/**
 * A verified identity: what authentication hands to permissions.
 */
import type { JsonObject } from "./json.ts";
import type { EpochSeconds } from "./time.ts";

/** The pair (issuer, sub), never sub alone (ASVS 10.3.3). */
export interface Identity {
  readonly kind: "identity";
  /** The issuer, exactly as configured. */
  readonly issuer: string;
  /** Well-formed, not empty, bounded. Not yet safe in a NATS subject. */
  readonly sub: string;
  /** All claims, verified with the token. Read with `Object.hasOwn` only. */
  readonly claims: JsonObject;
  /** When the credential ends, floored to whole seconds. */
  readonly expiresAt: EpochSeconds;
}
