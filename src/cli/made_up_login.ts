/**
 * A login that nobody made: claims and a connection that an operator thinks up,
 * to ask rules about them.
 */
import {
  CONNECTION_TYPES,
  type ConnectionType,
} from "../base/connection_type.ts";
import {
  CREDENTIAL_KINDS,
  type CredentialKind,
  type Identity,
} from "../base/identity.ts";
import { type JsonObject, member } from "../base/json.ts";
import { TOKEN_LIFETIME_SECONDS_MAX } from "../base/limits.ts";
import {
  type EpochMs,
  type EpochSeconds,
  toEpochSeconds,
} from "../base/time.ts";
import type { LoginFacts } from "../permissions/grant.ts";

/** Texts as they were typed; what is left out has an ordinary value. */
export interface MadeUpLogin {
  readonly claims: JsonObject;
  readonly issuer?: string | undefined;
  readonly kind?: string | undefined;
  readonly connection?: string | undefined;
  readonly source?: string | undefined;
  readonly at?: string | undefined;
}

/** What cannot be made of it; the message says what would do. */
export class LoginFault {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

export interface Connection {
  readonly connection?: string | undefined;
  readonly source?: string | undefined;
  readonly at?: string | undefined;
}

/** A time without a zone would be another one on every machine. */
const TIME_REGEXP =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

export function readFacts(
  { at, connection = "nats", source = "127.0.0.1" }: Connection,
  now: EpochMs,
): LoginFacts | LoginFault {
  const connectionType = CONNECTION_TYPES.find((type) => type === connection);
  if (connectionType === undefined) {
    return unknownWord("connection", CONNECTION_TYPES);
  }
  const time = at === undefined ? now : Date.parse(at);
  if (at !== undefined && (!TIME_REGEXP.test(at) || Number.isNaN(time))) {
    return new LoginFault("at must be a time, as in 2026-03-02T12:00:00Z");
  }
  return { connectionType, host: source, now: time as EpochMs };
}

/**
 * @param issuers Those that are configured: the only one is meant where none is named.
 */
export function readIdentity(
  { claims, issuer, kind = "jwt" }: MadeUpLogin,
  issuers: readonly string[],
  now: EpochMs,
): Identity | LoginFault {
  const credential = CREDENTIAL_KINDS.find((known) => known === kind);
  if (credential === undefined) return unknownWord("kind", CREDENTIAL_KINDS);
  const sub = member(claims, "sub");
  if (typeof sub !== "string") {
    return new LoginFault('claims must hold a sub, as in {"sub":"alice"}');
  }
  const iss = issuer ?? member(claims, "iss") ??
    (issuers.length === 1 ? issuers[0] : undefined);
  if (typeof iss !== "string") {
    return new LoginFault(
      issuers.length === 0
        ? "issuer must be given: none is configured"
        : `issuer must be one of: ${issuers.join(", ")}`,
    );
  }
  const expiresAt = readExpiry(claims, now);
  if (expiresAt instanceof LoginFault) return expiresAt;
  return {
    kind: "identity",
    credential,
    issuer: iss,
    sub,
    claims: { ...claims, "iss": iss },
    expiresAt,
  };
}

/** Without an expiry the rules alone say how long a session is. */
function readExpiry(
  claims: JsonObject,
  now: EpochMs,
): EpochSeconds | LoginFault {
  const exp = member(claims, "exp");
  if (exp === undefined) {
    return toEpochSeconds(now) + TOKEN_LIFETIME_SECONDS_MAX as EpochSeconds;
  }
  return typeof exp === "number"
    ? Math.floor(exp) as EpochSeconds
    : new LoginFault("claims: exp must be a number, in seconds");
}

function unknownWord(
  name: string,
  known: readonly (ConnectionType | CredentialKind)[],
): LoginFault {
  return new LoginFault(`${name} must be one of: ${known.join(", ")}`);
}
