/**
 * The claims of an authorization request: which of them must hold, and what the
 * later stages get to see of them.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import { REQUEST_LIFETIME_SECONDS_MAX } from "../base/limits.ts";
import { type Discarded, discarded } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import type { EpochSeconds, Moment, MonotonicMs } from "../base/time.ts";
import {
  AUTHORIZATION_REQUEST_AUDIENCE,
  NATS_JWT_VERSION,
} from "../nats_jwt/claims.ts";
import { isPublicKey } from "../nats_jwt/public_key.ts";

export type { ConnectionType } from "../base/connection_type.ts";

/** A request that a trusted server signed, and that is still waited for. */
export interface VerifiedRequest {
  readonly kind: "verified request";
  /**
   * Public key that the user JWT must be issued for. The server makes a fresh one
   * for each request, so it also names the request; its `jti` does not, a server
   * repeats it.
   */
  readonly userNkey: string;
  readonly serverId: string;
  /** Empty if it does not say. */
  readonly serverVersion: string;
  /** Key that the answer is sealed for; absent where nothing is sealed. */
  readonly serverXkey: string | undefined;
  /** When the server made it, by its own clock. */
  readonly issuedAt: EpochSeconds;
  /** The server's `authorization.timeout`; if that has a fraction, the whole seconds below or above it. */
  readonly timeoutSeconds: number;
  /** From then on it is refused for its age, whatever the clocks' skew. */
  readonly worthlessAt: MonotonicMs;
  readonly connection: ConnectionFacts;
  /** What the client sent to prove who it is: nothing of it is proven. */
  readonly credentials: ClientCredentials;
}

/** How a client is connected, as its server saw it. */
export interface ConnectionFacts {
  /** Address of the peer: behind a proxy, the proxy's (nats-server `client.go` initClient). */
  readonly host: string;
  readonly type: ConnectionType | undefined;
}

export interface ClientCredentials {
  readonly authToken: Secret | undefined;
  readonly password: Secret | undefined;
}

export interface RequestContext {
  readonly time: Moment;
  readonly calloutAccount: string;
  /** From the message's header, outside of the signature. */
  readonly serverXkey: string | undefined;
  readonly isTrustedServer: (serverId: string) => boolean;
}

/**
 * The clocks of a server and of this machine may differ by that much. How far
 * they do differ is learnt from the server's requests (`clock_offset.ts`), and
 * what is late by its own clock is then known long before.
 */
const CLOCK_SKEW_MS = 5_000;

/**
 * Checks claims before their signature is verified, which the caller does next.
 * Each line is one way in which a request can be forged, replayed or misdirected.
 */
export function checkRequest(
  claims: JsonObject,
  context: RequestContext,
): VerifiedRequest | Discarded {
  const times = checkTimes(claims, context.time);
  if (times.kind === "discarded") return times;

  const nats = member(claims, "nats");
  if (!isJsonObject(nats)) return undecodable('claim "nats" is not an object');
  if (member(nats, "type") !== "authorization_request") {
    return discarded("request_type_unexpected");
  }
  if (member(nats, "version") !== NATS_JWT_VERSION) {
    return discarded("request_type_unexpected", "not version 2");
  }
  if (member(claims, "aud") !== AUTHORIZATION_REQUEST_AUDIENCE) {
    return discarded("request_audience_unexpected");
  }
  if (member(claims, "sub") !== context.calloutAccount) {
    return discarded(
      "request_account_unexpected",
      "The request is addressed to another account than callout.account",
    );
  }

  const server = member(nats, "server_id");
  if (!isJsonObject(server)) return undecodable('"server_id" is missing');
  const serverId = member(server, "id");
  if (!isPublicKey(serverId, "server")) return discarded("server_untrusted");
  if (member(claims, "iss") !== serverId) return discarded("server_untrusted");
  if (!context.isTrustedServer(serverId)) {
    return discarded(
      "server_untrusted",
      "Not in callout.trusted_servers: was it restarted? Its id is new then",
    );
  }
  // The header is outside of the signature, the claim inside: they must agree.
  const serverXkey = member(server, "xkey");
  if (serverXkey !== context.serverXkey) return discarded("xkey_mismatch");

  const userNkey = member(nats, "user_nkey");
  if (!isPublicKey(userNkey, "user")) return discarded("user_nkey_invalid");
  const credentials = readCredentials(member(nats, "connect_opts"));
  if (credentials === undefined) {
    return undecodable('"connect_opts" is unusable');
  }
  const connection = readConnection(member(nats, "client_info"));
  if (connection === undefined) return undecodable('"client_info" is unusable');

  return {
    kind: "verified request",
    userNkey,
    serverId,
    serverVersion: readText(server, "version") ?? "",
    serverXkey: context.serverXkey,
    issuedAt: times.issuedAt,
    timeoutSeconds: times.timeoutSeconds,
    worthlessAt: times.worthlessAt,
    connection,
    credentials,
  };
}

/** When the server asked, and until when it waits. */
interface RequestTimes {
  readonly kind: "request times";
  readonly issuedAt: EpochSeconds;
  readonly timeoutSeconds: number;
  readonly worthlessAt: MonotonicMs;
}

function checkTimes(
  claims: JsonObject,
  { now, monotonicNow }: Moment,
): RequestTimes | Discarded {
  const exp = member(claims, "exp");
  if (!isSeconds(exp)) return undecodable('claim "exp" is not in seconds');
  // `exp` is truncated to seconds by the server: the time is up to a second later.
  const leftMs = (exp + 1) * 1000 + CLOCK_SKEW_MS - now;
  if (leftMs <= 0) return discarded("request_expired");
  const issuedAt = member(claims, "iat");
  if (!isSeconds(issuedAt)) return undecodable('claim "iat" is not in seconds');
  const timeoutSeconds = Math.max(exp - issuedAt, 0);
  const secondsAway = Math.max(
    timeoutSeconds,
    exp - (now + CLOCK_SKEW_MS) / 1000,
  );
  if (secondsAway > REQUEST_LIFETIME_SECONDS_MAX) {
    return undecodable(
      `claim "exp" is more than ${REQUEST_LIFETIME_SECONDS_MAX} seconds away: lower the server's authorization.timeout`,
    );
  }
  // The wall clock may step back and leave it more time than it seemed to have.
  const lifetimeMs = (timeoutSeconds + 1) * 1000 + CLOCK_SKEW_MS;
  const worthlessAt = monotonicNow +
    Math.max(leftMs, lifetimeMs) as MonotonicMs;
  return { kind: "request times", issuedAt, timeoutSeconds, worthlessAt };
}

function undecodable(detail: string): Discarded {
  return discarded("request_undecodable", `Request unusable: ${detail}`);
}

function isSeconds(value: unknown): value is EpochSeconds {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** A string member; null if it is of another type. Go leaves empty members out. */
function readText(object: JsonObject, name: string): string | undefined | null {
  const value = member(object, name);
  if (value === undefined || value === "") return undefined;
  return typeof value === "string" ? value : null;
}

/** `user`, `nkey`, `jwt` and `name` are what the client typed: they prove nothing and are not read. */
function readCredentials(value: unknown): ClientCredentials | undefined {
  if (!isJsonObject(value)) return undefined;
  const authToken = readText(value, "auth_token");
  const password = readText(value, "pass");
  if (authToken === null || password === null) return undefined;
  return { authToken: toSecret(authToken), password: toSecret(password) };
}

function toSecret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

function readConnection(value: unknown): ConnectionFacts | undefined {
  if (!isJsonObject(value)) return undefined;
  const host = readText(value, "host");
  const kind = readText(value, "kind");
  const type = readText(value, "type");
  if (host === null || kind === null || type === null) return undefined;
  return { host: host ?? "", type: toConnectionType(kind, type) };
}

function toConnectionType(
  kind: string | undefined,
  type: string | undefined,
): ConnectionType | undefined {
  if (kind === "Leafnode") return "leafnode";
  if (kind !== "Client") return undefined;
  return type === "nats" || type === "websocket" || type === "mqtt"
    ? type
    : undefined;
}
