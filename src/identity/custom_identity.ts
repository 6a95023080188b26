/**
 * The identity that a program of one's own makes for a token that it has judged
 * by itself.
 */
import { InvariantError } from "../base/assert.ts";
import type { Identity } from "../base/identity.ts";
import type { JsonObject } from "../base/json.ts";
import type { EpochSeconds } from "../base/time.ts";

/** Who somebody is, as a program of one's own has found out. */
export interface IdentityOptions {
  /** Who vouches for it: your backend, by a name that does not change. */
  readonly issuer: string;
  /** Who it is, for that issuer: not empty, 255 bytes at most. */
  readonly sub: string;
  /** When what was presented ends: the session does not outlive it. */
  readonly expiresAt: Date;
  /** Further facts that rules may ask for. */
  readonly claims?: JsonObject;
}

/**
 * The identity that `authenticate` returns for a token that it accepts. Its kind,
 * for rules, is `custom`. One that breaks what its options say, or has ended
 * already, is refused.
 *
 * @throws {InvariantError} If the date is none; within `authenticate`, the client is then not let in.
 */
export function identified(options: IdentityOptions): Identity {
  const expiresAt = Math.floor(options.expiresAt.getTime() / 1000);
  if (!Number.isSafeInteger(expiresAt)) {
    throw new InvariantError("An identity ends at a date");
  }
  return {
    kind: "identity",
    credential: "custom",
    issuer: options.issuer,
    sub: options.sub,
    claims: options.claims ?? {},
    expiresAt: expiresAt as EpochSeconds,
  };
}
