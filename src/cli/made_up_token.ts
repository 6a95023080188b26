/**
 * A token that nobody ever issued, for whoever is asked about tokens: whether it
 * is refused tells if the endpoint is there, takes us for whom we are and judges,
 * and needs no user's token.
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { Identity } from "../base/identity.ts";
import type { Unavailable } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import { systemClock, toEpochSeconds } from "../base/time.ts";
import type {
  AuthenticationOutcome,
  Authenticator,
} from "../identity/authenticate.ts";
import { EndpointFault, Unanswered } from "../identity/endpoint_fault.ts";
import { describeFault, type EndpointSettings } from "./endpoint_remedies.ts";
import type { Finding } from "./finding.ts";

/** Whoever finds it in a log knows where it is from. */
const NAME = "nats-auth-callout-check";

/** As many as no token has by chance. */
const RANDOM_BYTES = 32;

export function madeUpToken(prefix = ""): Secret {
  const random = randomBytes(RANDOM_BYTES).toString("base64url");
  return new Secret(`${prefix}${NAME}-${random}`);
}

/** Signed by nobody. */
export function madeUpJwt(issuer: string): Secret {
  const claims = { iss: issuer, sub: NAME, jti: crypto.randomUUID() };
  const parts = [{ alg: "RS256", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const signature = randomBytes(256).toString("base64url");
  return new Secret([...parts, signature].join("."));
}

/** Whose UserInfo would be asked for. */
export function madeUpIdentity(issuer: string): Identity {
  return {
    kind: "identity",
    credential: "jwt",
    issuer,
    sub: NAME,
    claims: {},
    expiresAt: toEpochSeconds(systemClock()),
  };
}

/** Asks once, as for a client on this machine, and ends the connections. */
export async function askMadeUp(
  { authenticate, stop }: Pick<Authenticator, "authenticate" | "stop">,
  bearerToken: Secret,
): Promise<AuthenticationOutcome> {
  try {
    return await authenticate(bearerToken, {
      now: systemClock(),
      // It has a time-out of its own.
      signal: new AbortController().signal,
      connection: { host: "127.0.0.1", type: "nats" },
    });
  } finally {
    stop();
  }
}

/** What is asked about tokens, by which settings. */
export interface AskedPlace {
  readonly where: string;
  readonly settings: EndpointSettings;
}

/** Of whoever says whether a token is good. */
export function judgeVerdict(
  outcome: AuthenticationOutcome,
  place: AskedPlace,
): Finding {
  if (outcome.kind === "unavailable") return describeSilence(outcome, place);
  return isRefused(outcome) ? refused(place) : {
    verdict: "wrong",
    where: place.where,
    what: "accepts a made-up token: it lets anybody in",
    remedy: "see what judges tokens there",
  };
}

/** Of an endpoint that only says more about a token whose signature we have verified. */
export function judgeUserInfo(
  outcome: AuthenticationOutcome,
  place: AskedPlace,
): Finding {
  if (outcome.kind === "unavailable") return describeSilence(outcome, place);
  return isRefused(outcome) ? refused(place) : {
    verdict: "doubtful",
    where: place.where,
    what: "does not answer 401 to a made-up token",
    remedy: place.settings.proof,
  };
}

/** Whatever else is said comes after it has called the token good. */
function isRefused(outcome: AuthenticationOutcome): boolean {
  return outcome.kind === "rejected" &&
    outcome.code === "bearer_token_inactive";
}

function refused({ where }: AskedPlace): Finding {
  return {
    verdict: "good",
    where,
    what: "answers, and refuses a made-up token",
  };
}

function describeSilence(
  outcome: Unavailable,
  { settings, where }: AskedPlace,
): Finding {
  const fault = outcome instanceof Unanswered
    ? outcome.fault
    : new EndpointFault(outcome.detail);
  // What it thinks of a made-up token says little about those of users.
  return fault.cause === "question_refused"
    ? {
      verdict: "doubtful",
      where,
      what: fault.problem,
      remedy: "see what it does with a token of a user: deno task explain",
    }
    : describeFault(fault, where, settings);
}
