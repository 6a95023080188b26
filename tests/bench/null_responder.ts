/**
 * The ceiling: a program that takes requests and grants each what it likes to
 * have, without looking at the server, the signature, or the token. Same client
 * library, same crypto, same seal as the service. A program of its own; the
 * argument names a folder with what it needs.
 */
import { credsAuthenticator } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { Buffer } from "node:buffer";
import { Secret } from "../../src/base/secret.ts";
import { encodeNatsJwt } from "../../src/nats_jwt/codec.ts";
import { signingKeyFromSeed } from "../../src/nats_jwt/nkeys.ts";
import { type Xkey, xkeyFromSeed } from "../../src/nats_jwt/xkeys.ts";
import type { SigningKey } from "../../src/nats_jwt/nkeys.ts";
import { print } from "./printing.ts";

/** What is in `null_responder.json`. */
export interface NullResponderOptions {
  readonly natsUrl: string;
  readonly creds: string;
  readonly calloutAccount: string;
  readonly calloutSeed: string;
  readonly calloutXkeySeed: string;
  readonly applicationAccount: string;
  readonly applicationSeed: string;
}

export const NULL_RESPONDER_FILE = "null_responder.json";
export const NULL_RESPONDER_READY = "null responder is ready";

interface Keys {
  readonly callout: SigningKey;
  readonly application: SigningKey;
  readonly xkey: Xkey;
}

export function readKeys(options: NullResponderOptions): Keys {
  const { applicationSeed, calloutSeed, calloutXkeySeed } = options;
  return {
    callout: signingKeyFromSeed(new Secret(calloutSeed), "account"),
    application: signingKeyFromSeed(new Secret(applicationSeed), "account"),
    xkey: xkeyFromSeed(new Secret(calloutXkeySeed)),
  };
}

/** The answer to a request: always yes. */
export function grant(
  options: NullResponderOptions,
  { application, callout, xkey }: Keys,
  payload: Uint8Array,
  serverXkey: string,
): Uint8Array {
  const opened = xkey.open(payload, serverXkey) ?? payload;
  const [, claims = ""] = Buffer.from(opened).toString("latin1").split(".");
  const { nats } = JSON.parse(Buffer.from(claims, "base64url").toString());
  const iat = Math.floor(Date.now() / 1000);
  const subtree = { "allow": ["users.anybody.>"] };
  const jwt = encodeNatsJwt({
    "sub": nats.user_nkey,
    "name": "anybody",
    iat,
    "exp": iat + 3600,
    "nats": {
      "type": "user",
      "version": 2,
      "issuer_account": options.applicationAccount,
      "pub": subtree,
      "sub": subtree,
      "subs": -1,
      "data": -1,
      "payload": -1,
    },
  }, application);
  const response = encodeNatsJwt({
    "sub": nats.user_nkey,
    "aud": nats.server_id.id,
    iat,
    "nats": {
      "type": "authorization_response",
      "version": 2,
      "issuer_account": options.calloutAccount,
      jwt,
    },
  }, callout);
  return xkey.seal(Buffer.from(response), serverXkey);
}

async function main(folder: string): Promise<void> {
  const options: NullResponderOptions = JSON.parse(
    await Deno.readTextFile(`${folder}/${NULL_RESPONDER_FILE}`),
  );
  const keys = readKeys(options);
  const connection = await connect({
    servers: options.natsUrl,
    authenticator: credsAuthenticator(new TextEncoder().encode(options.creds)),
    maxReconnectAttempts: -1,
  });
  connection.subscribe("$SYS.REQ.USER.AUTH", {
    queue: "nats-auth-callout",
    callback(error, message): void {
      if (error !== null) throw error;
      const serverXkey = message.headers?.get("Nats-Server-Xkey") ?? "";
      message.respond(grant(options, keys, message.data, serverXkey));
    },
  });
  await connection.flush();
  Deno.addSignalListener("SIGTERM", () => connection.close());
  print(NULL_RESPONDER_READY);
  await connection.closed();
  Deno.exit();
}

if (import.meta.main) await main(Deno.args[0] ?? ".");
