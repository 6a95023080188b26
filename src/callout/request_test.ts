import { assertEquals, assertFalse } from "@std/assert";
import {
  createAccount,
  createCurve,
  createServer,
  createUser,
} from "@nats-io/nkeys";
import type { RequestClaims } from "../../tests/fakes/asking_server.ts";
import {
  after,
  assertDiscarded,
  clientInfoOf,
  connectOptionsOf,
  NOW_SECONDS,
  scene,
  serverIdOf,
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
