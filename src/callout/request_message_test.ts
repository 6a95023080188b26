import { createCurve } from "@nats-io/nkeys";
import { Buffer } from "node:buffer";
import { createAskingServer } from "../../tests/fakes/asking_server.ts";
import type { CalloutMessage } from "./request.ts";
import {
  ACCOUNT,
  assertDiscarded,
  NOW_SECONDS,
  type Scene,
  scene,
  serverIdOf,
  XKEY,
} from "../../tests/fixtures/callout_scene.ts";

const foreignXkey = createCurve().getPublicKey();

/** Each row spoils one thing of the message around the claims. */
const misdelivered: [
  why: string,
  spoil: (message: CalloutMessage, scene: Scene) => CalloutMessage,
  code: string,
][] = [
  [
    "I2 that is empty",
    (m) => ({ ...m, payload: new Uint8Array() }),
    "request_empty",
  ],
  [
    "I2 of 64 KiB and a byte",
    (m) => ({ ...m, payload: new Uint8Array(64 * 1024 + 1) }),
    "request_too_large",
  ],
  [
    "I12 to somebody's inbox",
    (m) => ({ ...m, reply: "_INBOX.abc.1" }),
    "reply_subject_unexpected",
  ],
  [
    "I12 to JetStream",
    (m) => ({ ...m, reply: "$JS.API.STREAM.DELETE.X" }),
    "reply_subject_unexpected",
  ],
  [
    "I12 to a gateway",
    (m) => ({ ...m, reply: `_GR_.9bLaXa.k7aGjL.${m.reply}` }),
    "reply_subject_unexpected",
  ],
  ["I12 to nobody", (m) => ({ ...m, reply: "" }), "reply_subject_unexpected"],
  [
    "I12 to a wildcard",
    (m) => ({ ...m, reply: "$SYS._INBOX.*.>" }),
    "reply_subject_unexpected",
  ],
  [
    "I12 with a line break in the reply",
    (m) => ({ ...m, reply: m.reply + "\n" }),
    "reply_subject_unexpected",
  ],
  [
    "I4 without the xkey header",
    (m) => ({ ...m, serverXkeys: [] }),
    "server_xkey_invalid",
  ],
  [
    "I4 with two xkey headers",
    (m) => ({ ...m, serverXkeys: [...m.serverXkeys, ...m.serverXkeys] }),
    "server_xkey_invalid",
  ],
  [
    "I4 with an xkey header that is none",
    (m) => ({ ...m, serverXkeys: ["XABC"] }),
    "server_xkey_invalid",
  ],
  [
    "I4 with another server's xkey header",
    (m) => ({ ...m, serverXkeys: [foreignXkey] }),
    "request_seal_broken",
  ],
  [
    "I4 that is cut short",
    (m) => ({ ...m, payload: m.payload.subarray(0, -1) }),
    "request_seal_broken",
  ],
  [
    "I3 in plain text",
    (_, s) => ({
      ...s.server.ask({
        account: ACCOUNT,
        authToken: "good",
        nowSeconds: NOW_SECONDS,
      }),
    }),
    "request_plaintext",
  ],
  [
    "I4 sealed for another service",
    (_, s) => s.ask({ calloutXkey: foreignXkey }),
    "request_seal_broken",
  ],
  [
    "I5 that is no JWT",
    (_, s) => s.server.sealText("hello", XKEY.publicKey),
    "request_undecodable",
  ],
  [
    "A7 with a claim twice",
    (_, s) => s.server.sealText(withDuplicate(s), XKEY.publicKey),
    "request_undecodable",
  ],
  [
    "I5 whose signature is another's",
    (_, s) => s.server.sealText(withForeignSignature(s), XKEY.publicKey),
    "request_signature_invalid",
  ],
];

for (const [why, spoil, code] of misdelivered) {
  Deno.test(`${why}: authorize() signs nothing for such a message`, async () => {
    const current = scene();
    await assertDiscarded(current.judge(spoil(current.ask(), current)), code);
  });
}

function withDuplicate({ server }: Scene): string {
  const [header, , signature] = server.encode({}).split(".");
  const claims = Buffer.from('{"sub":"a","s\\u0075b":"b"}').toString(
    "base64url",
  );
  return `${header}.${claims}.${signature}`;
}

/** Claims of the trusted server, signed by somebody else. */
function withForeignSignature(current: Scene): string {
  const sealed = createAskingServer();
  const plain = sealed.ask({
    account: ACCOUNT,
    nowSeconds: NOW_SECONDS,
    authToken: "good",
    spoil: (claims) => {
      claims["iss"] = current.server.serverId;
      serverIdOf(claims)["id"] = current.server.serverId;
      serverIdOf(claims)["xkey"] = current.server.xkey;
    },
  });
  return Buffer.from(plain.payload).toString();
}

Deno.test("I3 a service without xkey refuses sealed requests", async () => {
  const { ask, judge } = scene({}, "plain");
  await assertDiscarded(
    judge(ask({ calloutXkey: XKEY.publicKey })),
    "request_sealed_unexpectedly",
  );
});
