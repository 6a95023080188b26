/**
 * Requests as nats-server makes them, without a server, and faster than with the
 * library's crypto.
 *
 * @see nats-server `auth_callout.go`, processClientOrLeafCallout
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { CalloutMessage } from "../../src/callout/request.ts";
import { encodeNatsJwt } from "../../src/nats_jwt/codec.ts";
import { createSeed, signingKeyFromSeed } from "../../src/nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../../src/nats_jwt/xkeys.ts";
import { encodeBase32 } from "../fixtures/nkey_text.ts";

export interface RequestMaker {
  readonly serverId: string;
  ask(token: string): CalloutMessage;
}

const USER_PREFIX = 20 << 3;
const TIMEOUT_SECONDS = 5;

export function createRequestMaker(
  calloutAccount: string,
  calloutXkey: string,
): RequestMaker {
  const server = signingKeyFromSeed(createSeed("server"), "server");
  const xkey = xkeyFromSeed(createSeed("curve"));
  const serverId = {
    "name": "development",
    "host": "127.0.0.1",
    "id": server.publicKey,
    "version": "2.15.2",
    "xkey": xkey.publicKey,
  };
  return {
    serverId: server.publicKey,
    ask(token): CalloutMessage {
      const iat = Math.floor(Date.now() / 1000);
      const jwt = encodeNatsJwt({
        "aud": "nats-authorization-request",
        "exp": iat + TIMEOUT_SECONDS,
        iat,
        "sub": calloutAccount,
        "nats": {
          "server_id": serverId,
          "user_nkey": randomUserNkey(),
          "client_info": {
            "host": "127.0.0.1",
            "id": 4711,
            "user": "[REDACTED]",
            "kind": "Client",
            "type": "nats",
          },
          "connect_opts": {
            "auth_token": token,
            "lang": "nats.js",
            "version": "3.4.0",
            "protocol": 1,
          },
          "type": "authorization_request",
          "version": 2,
        },
      }, server);
      return {
        payload: xkey.seal(Buffer.from(jwt), calloutXkey),
        reply: "$SYS._INBOX.0sFZSBgQfMxLwbmTXIVp1g.7bQwWK0m",
        serverXkeys: [xkey.publicKey],
      };
    },
  };
}

/** A public nkey of nobody: the private one would take longest of all. */
function randomUserNkey(): string {
  const bytes = Buffer.concat([Uint8Array.of(USER_PREFIX), randomBytes(32)]);
  return encodeBase32(Buffer.concat([bytes, crc16(bytes)]));
}

/** CRC-16/XMODEM, low byte first (nkeys `crc16.go`). */
function crc16(bytes: Uint8Array): Uint8Array {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
    }
  }
  return Uint8Array.of(crc & 0xff, crc >> 8);
}
