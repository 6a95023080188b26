/**
 * A function of one's own that judges tokens, held to what holds for every kind:
 * an identity is of an issuer that is known, names somebody, and is not over.
 */
import type { Identity } from "../base/identity.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { Clock, EpochMs } from "../base/time.ts";
import type { Authenticate, AuthenticationOutcome } from "./authenticate.ts";
import { readName } from "./named_claims.ts";

export interface OwnJudgeOptions {
  /** Issuers that its identities may have; any unless given. */
  readonly issuers?: readonly string[] | undefined;
  /** For verdicts that took their time. */
  readonly clock: Clock;
}

/** In seconds. Milliseconds of today are beyond it. */
const YEAR_9999_ENDS = 253_402_300_799;

export function createOwnJudge(
  authenticate: Authenticate,
  { clock, issuers }: OwnJudgeOptions,
): Authenticate {
  return (bearerToken, context) => {
    const outcome = authenticate(bearerToken, context);
    // Promises of others, as libraries for databases have them, are waited for as well.
    return "then" in outcome
      ? Promise.resolve(outcome).then((it) => check(it, issuers, clock()))
      : check(outcome, issuers, context.now);
  };
}

function check(
  outcome: AuthenticationOutcome,
  issuers: readonly string[] | undefined,
  now: EpochMs,
): AuthenticationOutcome {
  return outcome.kind === "identity"
    ? checkIdentity(outcome, issuers, now) ?? outcome
    : outcome;
}

function checkIdentity(
  { issuer, sub, expiresAt }: Identity,
  issuers: readonly string[] | undefined,
  now: EpochMs,
): Rejected | undefined {
  if (issuers?.includes(issuer) === false) {
    return rejected(
      "issuer_untrusted",
      `The identity is of the issuer ${
        JSON.stringify(issuer)
      }, which "issuers" does not name`,
    );
  }
  const name = readName({ sub }, "sub");
  if (name.kind === "rejected") return name;
  if (!Number.isSafeInteger(expiresAt) || expiresAt > YEAR_9999_ENDS) {
    return rejected(
      "claim_invalid",
      'The "expiresAt" of the identity is no number of whole seconds since 1970',
    );
  }
  return expiresAt * 1000 > now
    ? undefined
    : rejected("bearer_token_expired", "The identity has ended already");
}
