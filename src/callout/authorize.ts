/**
 * One authorization request, from bytes to bytes. Whoever reads this file knows
 * the system: each stage takes what the one before has proven.
 */
import { assert, describeThrown } from "../base/assert.ts";
import type { Identity } from "../base/identity.ts";
import {
  type Discarded,
  discarded,
  type Rejected,
  rejected,
  type Unavailable,
  unavailable,
} from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import type { EpochMs, Moment } from "../base/time.ts";
import { untilAbortedOr } from "../base/until_aborted.ts";
import type {
  Authenticate,
  AuthenticationContext,
  AuthenticationOutcome,
} from "../identity/authenticate.ts";
import type { Grant, Permit } from "../permissions/grant.ts";
import { findBearerToken } from "./bearer_token.ts";
import type { CalloutMessage, VerifyRequest } from "./request.ts";
import type { ConnectionType, VerifiedRequest } from "./request_claims.ts";
import type { Respond } from "./response.ts";
import type { IssueUserJwt, UserJwt } from "./user_jwt.ts";

export interface Stages {
  readonly verify: VerifyRequest;
  readonly connectionTypes: ReadonlySet<ConnectionType>;
  readonly bearerTokenBytesMax: number;
  readonly authenticate: Authenticate;
  readonly permit: Permit;
  readonly issueUserJwt: IssueUserJwt;
  readonly respond: Respond;
  /** Largest answer that the server takes, in bytes: its `max_payload`. */
  readonly responseBytesMax: () => number;
}

export interface RequestTime extends Moment {
  /** Aborted when a server that waits for so many seconds can just be told that there is no verdict. */
  signal(timeoutSeconds: number): AbortSignal;
}

/** The client may connect. */
export interface Granted {
  readonly kind: "granted";
  readonly identity: Identity;
  readonly grant: Grant;
  readonly userJwt: UserJwt;
}

/** What became of a request, for the log, and the bytes to answer with, if any. */
export interface Decision {
  readonly end: Granted | Rejected | Unavailable | Discarded;
  readonly request?: VerifiedRequest;
  /** Where the bearer token was accepted, and the client was not. */
  readonly identity?: Identity;
  readonly answer?: Uint8Array;
}

/**
 * Judges one request. Rejected and unavailable are answered at once, so that a
 * client with an expired token learns that it must renew it; discarded is not
 * answered at all. Nor is a request at which something throws: that is our fault.
 */
export async function authorize(
  stages: Stages,
  message: CalloutMessage,
  time: RequestTime,
): Promise<Decision> {
  const request = stages.verify(message, time);
  if (request.kind === "discarded") return { end: request };
  try {
    const { host, type } = request.connection;
    if (type === undefined || !stages.connectionTypes.has(type)) {
      return answer(stages, request, connectionRefused(type), time.now);
    }
    const bearerToken = findBearerToken(
      request.credentials,
      stages.bearerTokenBytesMax,
    );
    if (!(bearerToken instanceof Secret)) {
      return answer(stages, request, bearerToken, time.now);
    }
    const identity = await authenticate(stages, bearerToken, {
      now: time.now,
      // Made when it is first asked for, which most requests never do.
      get signal(): AbortSignal {
        return time.signal(request.timeoutSeconds);
      },
      connection: { host, type },
    });
    if (identity.kind !== "identity") {
      return answer(stages, request, identity, time.now);
    }
    const grant = stages.permit(identity, {
      connectionType: type,
      host,
      now: time.now,
      serverVersion: request.serverVersion,
    });
    if (grant.kind !== "grant") {
      return { ...answer(stages, request, grant, time.now), identity };
    }
    const userJwt = stages.issueUserJwt(request, identity, grant, time.now);
    const granted: Granted = { kind: "granted", identity, grant, userJwt };
    return answer(stages, request, granted, time.now);
  } catch (error) {
    const end = discarded("internal_error", describeThrown(error));
    return { end, request };
  }
}

/** The verdict, as long as the server waits for it: a token must not hold its place for ever. */
async function authenticate(
  stages: Stages,
  bearerToken: Secret,
  context: AuthenticationContext,
): Promise<AuthenticationOutcome> {
  const verdict = stages.authenticate(bearerToken, context);
  if (!(verdict instanceof Promise)) return verdict;
  const late = unavailable("verdict", "It did not come in time");
  return await untilAbortedOr(late, verdict, context.signal);
}

function answer(
  stages: Stages,
  request: VerifiedRequest,
  end: Granted | Rejected | Unavailable,
  now: EpochMs,
): Decision {
  if (end.kind !== "granted") {
    // A program's own function may have no types; what it returns is not shown.
    assert(
      end.kind === "rejected" || end.kind === "unavailable",
      "authenticate and permit return a verdict of a known kind",
    );
    const error = end.kind === "rejected"
      ? "bearer token refused"
      : "bearer token could not be judged";
    return { end, request, answer: stages.respond(request, { error }, now) };
  }
  const bytes = stages.respond(request, { jwt: end.userJwt.text }, now);
  if (bytes.length <= stages.responseBytesMax()) {
    return { end, request, answer: bytes };
  }
  const tooLarge = unavailable(
    "response",
    `The answer has ${bytes.length} bytes, more than the server's max_payload: shorten the rule's subjects`,
  );
  const { identity } = end;
  return { ...answer(stages, request, tooLarge, now), identity };
}

/** Connections of that type are not served. */
export function connectionRefused(type: ConnectionType | undefined): Rejected {
  return rejected(
    "connection_type_not_allowed",
    `Connections of type "${
      type ?? "unknown"
    }" are not in callout.connection_types`,
  );
}
