/**
 * The claims of an authorization request: which of them must hold, and what the
 * later stages get to see of them.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import { REQUEST_LIFETIME_SECONDS_MAX } from "../base/limits.ts";
import { type Discarded, discarded } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import type { EpochMs, EpochSeconds } from "../base/time.ts";
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
  /** Key that the answer is sealed for; absent where nothing is sealed. */
  readonly serverXkey: string | undefined;
  /** The server's `authorization.timeout`, in whole seconds. */
  readonly timeoutSeconds: number;
  /** From then on nobody waits, whatever the clocks' skew. */
  readonly worthlessAt: EpochMs;
  readonly connection: ConnectionFacts;
  /** What the client sent to prove who it is: nothing of it is proven. */
  readonly credentials: ClientCredentials;
}

/** How a client is connected, as its server saw it. */
export interface ConnectionFacts {
  /** Connection number, unique within one run of the server. */
  readonly clientId: number | undefined;
  /** Address of the peer. Behind a proxy a WebSocket client chooses it itself. */
  readonly host: string;
  readonly type: ConnectionType | undefined;
}

export interface ClientCredentials {
  readonly authToken: Secret | undefined;
  readonly password: Secret | undefined;
}

export interface RequestContext {
  readonly now: EpochMs;
  readonly calloutAccount: string;
  /** From the message's header, outside of the signature. */
  readonly serverXkey: string | undefined;
  readonly isTrustedServer: (serverId: string) => boolean;
}

/**
 * The clocks of a server and of this machine may differ by that much. A request
 * that is late for another reason is caught by its age since arrival.
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
  const times = checkTimes(claims, context.now);
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
    serverXkey: context.serverXkey,
    timeoutSeconds: times.timeoutSeconds,
    worthlessAt: times.worthlessAt,
    connection,
    credentials,
  };
}

/** When the server asked, and until when it waits. */
interface RequestTimes {
  readonly kind: "request times";
  readonly timeoutSeconds: number;
  readonly worthlessAt: EpochMs;
}

function checkTimes(
  claims: JsonObject,
  now: EpochMs,
): RequestTimes | Discarded {
  const exp = member(claims, "exp");
  if (!isSeconds(exp)) return undecodable('claim "exp" is not in seconds');
  // `exp` is truncated to seconds by the server: the time is up to a second later.
  const worthlessAt = (exp + 1) * 1000 + CLOCK_SKEW_MS as EpochMs;
  if (now >= worthlessAt) return discarded("request_expired");
  const lifetimeMsMax = REQUEST_LIFETIME_SECONDS_MAX * 1000 + CLOCK_SKEW_MS;
  if (exp * 1000 - now > lifetimeMsMax) {
    return undecodable(
      `claim "exp" is more than ${REQUEST_LIFETIME_SECONDS_MAX} seconds away: lower the server's authorization.timeout`,
    );
  }
  const iat = member(claims, "iat");
  if (!isSeconds(iat)) return undecodable('claim "iat" is not in seconds');
  const timeoutSeconds = Math.max(exp - iat, 0);
  return { kind: "request times", timeoutSeconds, worthlessAt };
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
  const clientId = member(value, "id");
  return {
    clientId: typeof clientId === "number" ? clientId : undefined,
    host: host ?? "",
    type: toConnectionType(kind, type),
  };
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
