import { assertEquals, assertFalse } from "@std/assert";
import {
  createAccount,
  createCurve,
  createServer,
  createUser,
} from "@nats-io/nkeys";
import { Buffer } from "node:buffer";
import {
  createAskingServer,
  type RequestClaims,
} from "../../tests/fakes/asking_server.ts";
import type { CalloutMessage } from "./request.ts";
import {
  ACCOUNT,
  after,
  assertDiscarded,
  clientInfoOf,
  connectOptionsOf,
  NOW_SECONDS,
  type Scene,
  scene,
  serverIdOf,
  XKEY,
} from "../../tests/fixtures/callout_scene.ts";

const foreignXkey = createCurve().getPublicKey();

/** A valid request; each row spoils one thing in what is signed. */
const spoiled: [
  why: string,
  spoil: (claims: RequestClaims) => void,
  code: string,
][] = [
  [
    "I8 of another type",
    (c) => c.nats["type"] = "user",
    "request_type_unexpected",
  ],
  [
    "I8 of another version",
    (c) => c.nats["version"] = 1,
    "request_type_unexpected",
  ],
  [
    "I8 for another audience",
    (c) => c["aud"] = "NATS",
    "request_audience_unexpected",
  ],
  [
    "I8 with two audiences",
    (c) => c["aud"] = [c["aud"]],
    "request_audience_unexpected",
  ],
  [
    "I8 for another account",
    (c) => c["sub"] = createAccount().getPublicKey(),
    "request_account_unexpected",
  ],
  [
    "I6 of a server that is not the signer",
    (c) => c["iss"] = createServer().getPublicKey(),
    "server_untrusted",
  ],
  [
    "I6 signed by an account",
    (c) => c["iss"] = createAccount().getPublicKey(),
    "server_untrusted",
  ],
  [
    "I7 of an unknown server",
    (c) => serverIdOf(c)["id"] = c["iss"] = createServer().getPublicKey(),
    "server_untrusted",
  ],
  [
    "I6 of a server id that is cut short",
    (c) => serverIdOf(c)["id"] = c["iss"] = "N",
    "server_untrusted",
  ],
  [
    "I4 that names another xkey than the header",
    (c) => serverIdOf(c)["xkey"] = foreignXkey,
    "xkey_mismatch",
  ],
  [
    "I4 that names no xkey",
    (c) => delete serverIdOf(c)["xkey"],
    "xkey_mismatch",
  ],
  [
    "I9 for an account's key",
    (c) => c.nats["user_nkey"] = createAccount().getPublicKey(),
    "user_nkey_invalid",
  ],
  [
    "I9 for a user nkey that is cut short",
    (c) => c.nats["user_nkey"] = createUser().getPublicKey().slice(1),
    "user_nkey_invalid",
  ],
  [
    "I9 without a user nkey",
    (c) => delete c.nats["user_nkey"],
    "user_nkey_invalid",
  ],
  ["I10 without exp", (c) => delete c["exp"], "request_undecodable"],
  [
    "I10 with an exp in a string",
    (c) => c["exp"] = "2000000000",
    "request_undecodable",
  ],
  [
    "I10 with a fraction as exp",
    (c) => c["exp"] = NOW_SECONDS + 0.5,
    "request_undecodable",
  ],
  [
    "I10 with an exp in a year",
    (c) => c["exp"] = NOW_SECONDS + 31_536_000,
    "request_undecodable",
  ],
  [
    "I10 that has expired, skew included",
    (c) => c["exp"] = NOW_SECONDS - 6,
    "request_expired",
  ],
  [
    "I20 without server_id",
    (c) => delete c.nats["server_id"],
    "request_undecodable",
  ],
  [
    "I20 without connect_opts",
    (c) => delete c.nats["connect_opts"],
    "request_undecodable",
  ],
  [
    "I20 without client_info",
    (c) => delete c.nats["client_info"],
    "request_undecodable",
  ],
  [
    "I20 whose token is a number",
    (c) => connectOptionsOf(c)["auth_token"] = 7,
    "request_undecodable",
  ],
  [
    "A5 that is nested deep",
    (c) => c["x"] = JSON.parse("[".repeat(50) + "]".repeat(50)),
    "request_undecodable",
  ],
];

for (const [why, spoil, code] of spoiled) {
  Deno.test(`${why}: authorize() signs nothing for such a request`, async () => {
    const { ask, judge } = scene();
    await assertDiscarded(judge(ask({ spoil })), code);
  });
}

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

Deno.test("I11 N1 authorize() answers a request once, however often it comes", async () => {
  const { ask, judge } = scene();
  const message = ask();
  assertEquals((await judge(message)).end.kind, "granted");
  for (let copy = 0; copy < 99; copy++) {
    await assertDiscarded(judge(message), "request_replayed");
  }
});

Deno.test("I20 I21 authorize() takes a request with members that it does not know", async () => {
  const { ask, judge } = scene();
  const message = ask({
    spoil: (claims) => {
      claims["new"] = { a: [1, 2, 3] };
      claims.nats["request_nonce"] = "abc";
      clientInfoOf(claims)["proxy"] = true;
    },
  });
  assertEquals((await judge(message)).end.kind, "granted");
});

Deno.test("J1 a verified request prints no credential", () => {
  const { stages, ask } = scene();
  const request = stages.verify(
    ask({ authToken: "canary-token" }),
    after(0),
  );
  const printed = Deno.inspect(request, { depth: 9 }) + JSON.stringify(request);
  assertFalse(printed.includes("canary"));
});
