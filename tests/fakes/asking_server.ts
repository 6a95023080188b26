/**
 * A server that asks: makes authorization requests as nats-server does, and as
 * whoever forges them would. Holds real keys and real crypto of the libraries.
 *
 * @see nats-server `auth_callout.go`, processClientOrLeafCallout
 */
import {
  createCurve,
  createServer,
  createUser,
  fromPublic,
} from "@nats-io/nkeys";
import { decode } from "@nats-io/jwt";
import { Buffer } from "node:buffer";
import type { CalloutMessage } from "../../src/callout/request.ts";

export type RequestClaims = Record<string, unknown> & {
  nats: Record<string, unknown>;
};

export interface AskOptions {
  /** Account AUTH. */
  readonly account: string;
  /** Public xkey of the service; nothing is sealed without it. */
  readonly calloutXkey?: string;
  readonly authToken?: string;
  /** Wall clock of the server, in seconds. */
  readonly nowSeconds: number;
  /** Changes the claims before they are signed. */
  readonly spoil?: (claims: RequestClaims) => void;
}

export interface AskingServer {
  readonly serverId: string;
  readonly xkey: string;
  /** A request, and what the answer to it is compared with. */
  ask(options: AskOptions): CalloutMessage & { readonly userNkey: string };
  /** Signs and seals any text. */
  sealText(text: string, calloutXkey: string): CalloutMessage;
  /** Signs claims into the compact form. */
  encode(claims: Record<string, unknown>): string;
  /** Opens and decodes an answer, checking its signature. */
  read(answer: Uint8Array, calloutXkey?: string): AnswerClaims;
}

export interface AnswerClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly nats: {
    readonly jwt?: string;
    readonly error?: string;
    readonly "issuer_account"?: string;
  };
}

const REPLY = "$SYS._INBOX.0sFZSBgQfMxLwbmTXIVp1g.7bQwWK0m";

export function createAskingServer(): AskingServer {
  const server = createServer();
  const curve = createCurve();
  const serverId = server.getPublicKey();
  const xkey = curve.getPublicKey();

  function encode(claims: Record<string, unknown>): string {
    const header = Buffer.from('{"typ":"JWT","alg":"ed25519-nkey"}').toString(
      "base64url",
    );
    const signed = `${header}.${
      Buffer.from(JSON.stringify(claims)).toString("base64url")
    }`;
    const signature = Buffer.from(server.sign(Buffer.from(signed)));
    return `${signed}.${signature.toString("base64url")}`;
  }

  function sealText(text: string, calloutXkey: string): CalloutMessage {
    return {
      payload: curve.seal(Buffer.from(text), calloutXkey),
      reply: REPLY,
      serverXkeys: [xkey],
    };
  }

  return {
    serverId,
    xkey,
    encode,
    sealText,
    ask(
      options: AskOptions,
    ): CalloutMessage & { readonly userNkey: string } {
      const userNkey = createUser().getPublicKey();
      const claims: RequestClaims = {
        aud: "nats-authorization-request",
        exp: options.nowSeconds + 2,
        jti: "QQ3MZ6LXBSCJMZBSEQVLZQYB3EYLTOPYC4FDV2JZ5QQO5J5ZGXGQ",
        iat: options.nowSeconds,
        iss: serverId,
        sub: options.account,
        nats: {
          server_id: {
            name: "test",
            host: "127.0.0.1",
            id: serverId,
            version: "2.15.2",
            ...(options.calloutXkey === undefined ? {} : { xkey }),
          },
          user_nkey: userNkey,
          client_info: {
            host: "127.0.0.1",
            id: 7,
            user: "[REDACTED]",
            kind: "Client",
            type: "nats",
          },
          connect_opts: {
            ...(options.authToken === undefined
              ? {}
              : { auth_token: options.authToken }),
            lang: "nats.deno",
            version: "3.4.0",
            protocol: 1,
          },
          type: "authorization_request",
          version: 2,
        },
      };
      options.spoil?.(claims);
      const jwt = encode(claims);
      const message = options.calloutXkey === undefined
        ? { payload: Buffer.from(jwt), reply: REPLY, serverXkeys: [] }
        : sealText(jwt, options.calloutXkey);
      return { ...message, userNkey };
    },
    read(answer: Uint8Array, calloutXkey?: string): AnswerClaims {
      const plain = calloutXkey === undefined
        ? answer
        : curve.open(answer, calloutXkey);
      if (plain === null) throw new Error("the answer's seal does not hold");
      const claims = decode(
        new TextDecoder().decode(plain),
      ) as unknown as AnswerClaims;
      fromPublic(claims.iss);
      return claims;
    },
  };
}
