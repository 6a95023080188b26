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
import { type Rejected, rejected } from "../base/outcome.ts";
import {
  type EpochMs,
  type EpochSeconds,
  toEpochSeconds,
} from "../base/time.ts";
import { parseTimestamp } from "../base/timestamp.ts";
import { connectionRefused } from "../callout/authorize.ts";
import type { ParsedRules } from "../config/parse_rules.ts";
import type { TokenSource } from "../config/token_sources.ts";
import { toServiceAccount } from "../identity/service_account.ts";
import { checkLifetime, type Lifetime } from "../identity/token_lifetime.ts";
import { parseAddress } from "../permissions/address_range.ts";
import type { LoginFacts } from "../permissions/grant.ts";
import type { Rules } from "../permissions/rules.ts";

/** Texts as they were typed; what is left out has an ordinary value. */
export interface MadeUpLogin {
  readonly claims: JsonObject;
  readonly issuer?: string | undefined;
  readonly kind?: string | undefined;
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

export function readFacts(
  { at, connection = "nats", source = "127.0.0.1" }: Connection,
  now: EpochMs,
): LoginFacts | LoginFault {
  const connectionType = CONNECTION_TYPES.find((type) => type === connection);
  if (connectionType === undefined) {
    return unknownWord("connection", CONNECTION_TYPES);
  }
  if (parseAddress(source) === undefined) {
    return new LoginFault(
      "source must be an address, as in 192.0.2.7 or 2001:db8::7",
    );
  }
  const time = at === undefined ? now : parseTimestamp(at);
  return time === undefined
    ? new LoginFault("at must be a time, as in 2026-03-02T12:00:00Z")
    : { connectionType, host: source, now: time };
}

/** What the service accepts, as far as made-up logins are concerned. */
export interface Accepted
  extends Pick<ParsedRules, "connectionTypes" | "sources"> {
  readonly rules: Pick<Rules, "askForIssuer">;
}

/** Before any rule. */
export interface EarlyRefusal extends Rejected {
  /** By whose settings; undefined if the claims belong to nobody. */
  readonly source?: TokenSource;
}

/**
 * The identity that a token with these claims would have, or the refusal that it
 * would get before any rule. What claims do not mention is not asked of them.
 */
export function readIdentity(
  login: MadeUpLogin,
  { connectionType, now }: LoginFacts,
  { connectionTypes, rules, sources }: Accepted,
): Identity | EarlyRefusal | LoginFault {
  const { claims } = login;
  const sub = member(claims, "sub");
  if (typeof sub !== "string") {
    return new LoginFault('claims must hold a sub, as in {"sub":"alice"}');
  }
  const iss = member(claims, "iss");
  if (iss !== undefined && typeof iss !== "string") {
    return rejected("claim_invalid", 'Claim "iss" is not a string');
  }
  if (
    sources.length === 0 && rules.askForIssuer &&
    namedIssuer(login) === undefined
  ) {
    return new LoginFault(
      "issuer must be given: rules ask for it, and none is configured here (is OIDC_ISSUER set?)",
    );
  }
  if (login.issuer !== undefined && iss !== undefined && iss !== login.issuer) {
    return new LoginFault(
      "issuer is another one than the iss of claims: take one of the two out",
    );
  }
  const source = findSource(login, sources);
  if ("problem" in source || "code" in source) return source;
  if (!connectionTypes.includes(connectionType)) {
    return { ...connectionRefused(connectionType), source };
  }
  const lifetime = checkTimes(claims, source, now);
  if (lifetime.kind === "rejected") return { ...lifetime, source };
  const { credential, issuer } = source;
  const identity: Identity = {
    kind: "identity",
    credential,
    issuer,
    sub,
    claims: { ...claims, "iss": issuer },
    expiresAt: lifetime.expiresAt,
  };
  if (credential !== "kubernetes") return identity;
  const account = toServiceAccount(identity, source);
  return account.kind === "rejected" ? { ...account, source } : account;
}

/** Undefined if neither the login nor its claims say it. */
export function namedIssuer(
  { claims, issuer }: Pick<MadeUpLogin, "claims" | "issuer">,
): string | undefined {
  const iss = issuer ?? member(claims, "iss");
  return typeof iss === "string" ? iss : undefined;
}

/** The one source that is meant: mostly, an issuer has tokens of one kind. */
function findSource(
  { claims, issuer, kind }: MadeUpLogin,
  sources: readonly TokenSource[],
): TokenSource | Rejected | LoginFault {
  const credential = CREDENTIAL_KINDS.find((known) => known === kind);
  if (kind !== undefined && credential === undefined) {
    return unknownWord("kind", CREDENTIAL_KINDS);
  }
  const named = namedIssuer({ claims, issuer });
  if (sources.length === 0) {
    const issuer = named ?? ANY_ISSUER;
    return { ...ANYBODY, issuer, credential: credential ?? "jwt" };
  }
  const meant = sources.filter((source) =>
    (named === undefined || source.issuer === named) &&
    (credential === undefined || source.credential === credential)
  );
  const [first] = meant;
  // An issuer may have JWTs and opaque tokens: JWTs come first.
  if (
    first !== undefined && meant.every(({ issuer }) => issuer === first.issuer)
  ) {
    return first;
  }
  const own = sources.filter((source) => source.issuer === named);
  if (own.length > 0) {
    const kinds = own.map((source) => source.credential).join(" or ");
    return new LoginFault(`kind must be ${kinds}: ${named} has no other`);
  }
  const candidates = first === undefined ? sources : meant;
  // One with tokens of two kinds is two sources.
  const issuers = [...new Set(candidates.map((source) => source.issuer))]
    .join(", ");
  if (named !== undefined) {
    return rejected(
      "issuer_untrusted",
      `No issuer of that name is configured; there are: ${issuers}`,
    );
  }
  const kinds = new Set(sources.map((source) => source.credential));
  return first === undefined
    ? new LoginFault(
      `kind must be one that is configured: ${[...kinds].join(", ")}`,
    )
    : new LoginFault(`issuer must be one of: ${issuers}`);
}

/** Stands in for one that is not named, where none is configured. */
export const ANY_ISSUER = "urn:nats-auth-callout:any-issuer";

/** Where no issuer is configured, or its variable is not set, any is taken. */
const ANYBODY = {
  clockToleranceSeconds: 0,
  lifetimeSecondsMax: TOKEN_LIFETIME_SECONDS_MAX,
} as const;

/** Without an expiry the rules alone say how long a session is. */
function checkTimes(
  claims: JsonObject,
  source: TokenSource,
  now: EpochMs,
): Lifetime | Rejected {
  if (Object.hasOwn(claims, "exp")) return checkLifetime(claims, source, now);
  const seconds = toEpochSeconds(now);
  // What else is said about time has to be right by now.
  const lifetime = checkLifetime({ ...claims, exp: seconds + 1 }, source, now);
  return lifetime.kind === "rejected" ? lifetime : {
    kind: "lifetime",
    expiresAt: seconds + TOKEN_LIFETIME_SECONDS_MAX as EpochSeconds,
  };
}

function unknownWord(
  name: string,
  known: readonly (ConnectionType | CredentialKind)[],
): LoginFault {
  return new LoginFault(`${name} must be one of: ${known.join(", ")}`);
}
