/**
 * An authorization request: from the bytes that arrived to a request that is
 * known to come from a trusted server, to be fresh, and to be answered once.
 *
 * The order is by cost, so that a flood of worthless messages is thrown away
 * before any crypto, and stale ones before the dearest of it.
 *
 * @see nats-server `auth_callout.go`, processClientOrLeafCallout
 */
import { LRUCache } from "lru-cache";
import type { KeyObject } from "node:crypto";
import { JsonFault } from "../base/json.ts";
import {
  JSON_LIMITS,
  REQUEST_BYTES_MAX,
  REQUEST_JSON_MEMBERS_MAX,
  XKEY_CACHE_ENTRIES_MAX,
} from "../base/limits.ts";
import { type Discarded, discarded } from "../base/outcome.ts";
import type { Moment, MonotonicMs } from "../base/time.ts";
import { decodeNatsJwt } from "../nats_jwt/codec.ts";
import { verifyingKey, verifySignature } from "../nats_jwt/nkeys.ts";
import { isSealed, type Xkey } from "../nats_jwt/xkeys.ts";
import { type ClockOffset, createClockOffset } from "./clock_offset.ts";
import { checkRequest, type VerifiedRequest } from "./request_claims.ts";
import type { ReplayGuard } from "./replay.ts";

/** nats-server `auth_callout.go`, AuthCalloutSubject. */
export const CALLOUT_SUBJECT = "$SYS.REQ.USER.AUTH";

/** A message on it, free of any NATS client library. */
export interface CalloutMessage {
  readonly payload: Uint8Array;
  /** Where the answer goes. */
  readonly reply: string;
  /** Values of the header `Nats-Server-Xkey`: none without xkey, one with it. */
  readonly serverXkeys: readonly string[];
}

export interface VerifierOptions {
  /** Public key of the account AUTH, which the request is addressed to. */
  readonly calloutAccount: string;
  /** Our curve key; without it requests come in plain text and sealed ones are refused. */
  readonly xkey?: Xkey;
  /** Whether that server may ask. */
  readonly isTrustedServer: (serverId: string) => boolean;
  readonly replays: ReplayGuard;
  /** Told when all requests of a server have been late for so long that its clock is learnt anew. */
  readonly onClockDoubted?: (serverId: string) => void;
}

export type VerifyRequest = (
  message: CalloutMessage,
  time: Moment,
) => VerifiedRequest | Discarded;

/**
 * Reply subjects of a server, `$SYS._INBOX.<id>.<number>` (nats-server `events.go`,
 * newRespInbox). Anything else was put there by somebody who wants us to publish
 * for them: what gateways put before it, `_GR_.…`, no client ever sees or may
 * publish to (`client.go`, processMsgResults and processInboundClientMsg).
 */
const REPLY_SUBJECT_REGEXP = /^\$SYS\._INBOX\.[A-Za-z0-9]+\.[A-Za-z0-9]+$/;

const REQUEST_LIMITS = {
  ...JSON_LIMITS,
  membersMax: REQUEST_JSON_MEMBERS_MAX,
};

/** What is remembered of a server that has signed a request. */
interface KnownServer {
  readonly key: KeyObject;
  readonly clock: ClockOffset;
}

/** Creates the first stage: bytes in, a trusted request out. */
export function createVerifier(options: VerifierOptions): VerifyRequest {
  const servers = new LRUCache<string, KnownServer>({
    max: XKEY_CACHE_ENTRIES_MAX,
  });

  function remember(
    serverId: string,
    key: KeyObject,
    now: MonotonicMs,
  ): KnownServer {
    const server = { key, clock: createClockOffset(now) };
    servers.set(serverId, server);
    return server;
  }

  return function verify(
    message: CalloutMessage,
    time: Moment,
  ): VerifiedRequest | Discarded {
    const opened = open(message, options.xkey);
    if ("kind" in opened) return opened;

    const jwt = decodeNatsJwt(opened, REQUEST_LIMITS);
    if (jwt instanceof JsonFault) {
      return discarded("request_undecodable", `Request ${jwt.problem}`);
    }
    const request = checkRequest(jwt.claims, {
      time,
      calloutAccount: options.calloutAccount,
      serverXkey: message.serverXkeys[0],
      isTrustedServer: options.isTrustedServer,
    });
    if (request.kind === "discarded") return request;

    const now = time.monotonicNow;
    let server = servers.get(request.serverId);
    const lateBy = server?.clock.isLate(request, now)
      ? server.clock
      : undefined;
    if (lateBy?.mayDoubt(now) === false) return late();
    const key = server?.key ?? verifyingKey(request.serverId, "server");
    if (key === undefined) {
      return discarded("server_untrusted", "Issuer is not a server's nkey");
    }
    if (!verifySignature(key, jwt.signedBytes, jwt.signature)) {
      return discarded("request_signature_invalid");
    }
    if (lateBy !== undefined) {
      if (!lateBy.doubt(now)) return late();
      options.onClockDoubted?.(request.serverId);
    }
    // Last: only a genuine request may occupy the memory of the guard.
    const { userNkey, worthlessAt } = request;
    switch (options.replays.admit(userNkey, worthlessAt, now)) {
      case "admitted":
        // And say what its server's time is.
        server ??= remember(request.serverId, key, now);
        server.clock.learn(request.issuedAt, now);
        return request;
      case "replayed":
        return discarded("request_replayed");
      default:
        return discarded("request_memory_full");
    }
  };
}

function late(): Discarded {
  return discarded("request_late", "By the server's own clock");
}

/**
 * Opens the seal of what a server may have sent. With an xkey nothing else than a
 * sealed request is read, without one nothing sealed.
 */
function open(
  message: CalloutMessage,
  xkey: Xkey | undefined,
): Uint8Array | Discarded {
  const { payload, reply } = message;
  if (payload.length === 0) return discarded("request_empty");
  if (payload.length > REQUEST_BYTES_MAX) {
    return discarded("request_too_large", `${payload.length} bytes`);
  }
  if (!REPLY_SUBJECT_REGEXP.test(reply)) {
    return discarded("reply_subject_unexpected");
  }
  const sealed = isSealed(payload);
  if (xkey === undefined) {
    if (!sealed) return payload;
    return discarded(
      "request_sealed_unexpectedly",
      "The server has an xkey for this account, callout.xkey is not set",
    );
  }
  if (!sealed) {
    return discarded(
      "request_plaintext",
      "callout.xkey is set, the account's xkey is not, or somebody forges requests",
    );
  }
  const [serverXkey, ...others] = message.serverXkeys;
  if (serverXkey === undefined || others.length > 0) {
    return discarded("server_xkey_invalid", "Not exactly one server xkey");
  }
  const opened = xkey.open(payload, serverXkey);
  if (opened === "sender unusable") return discarded("server_xkey_invalid");
  return opened === "seal broken" ? discarded("request_seal_broken") : opened;
}
