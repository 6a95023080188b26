import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decode } from "@nats-io/jwt";
import { createServer } from "@nats-io/nkeys";
import { InvariantError } from "../base/assert.ts";
import { rejected, unavailable } from "../base/outcome.ts";
import type { Unavailable } from "../base/outcome.ts";
import { untilAborted } from "../base/until_aborted.ts";
import type { Authenticate } from "../identity/authenticate.ts";
import { authorize } from "./authorize.ts";
import {
  ACCOUNT,
  after,
  APP,
  APP_SIGNING_KEY,
  clientInfoOf,
  connectOptionsOf,
  GRANT,
  NOW_SECONDS,
  PERMISSIONS,
  scene,
  serverIdOf,
  SIGNING_KEY,
  XKEY,
} from "../../tests/fixtures/callout_scene.ts";

for (const sealed of ["sealed", "plain"] as const) {
  Deno.test(`H12 I14 I15 I16 authorize() answers a ${sealed} request with a user JWT`, async () => {
    const { server, ask, judge } = scene({}, sealed);
    const message = ask();
    const decision = await judge(message);
    assertEquals(decision.end.kind, "granted");
    assert(decision.answer !== undefined);

    const answer = server.read(
      decision.answer,
      sealed === "sealed" ? XKEY.publicKey : undefined,
    );
    assertEquals(answer.iss, SIGNING_KEY.publicKey);
    assertEquals(answer.sub, message.userNkey);
    assertEquals(answer.aud, server.serverId);
    assertEquals(answer.nats.error, undefined);
    assertEquals(answer.nats.issuer_account, ACCOUNT);

    const user = decode(answer.nats.jwt ?? "") as unknown as Record<
      string,
      unknown
    >;
    const { jti, ...claims } = user;
    assertEquals(typeof jti, "string");
    assertEquals(claims, {
      sub: message.userNkey,
      name: "alice",
      iss: APP_SIGNING_KEY.publicKey,
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 600,
      nats: {
        type: "user",
        version: 2,
        issuer_account: APP,
        pub: { allow: ["users.alice.>"] },
        sub: { allow: ["users.alice.>"] },
        subs: -1,
        data: -1,
        payload: -1,
      },
    });
  });
}

/** What a client may send, and what is said to it. */
const clients: [
  why: string,
  spoil: (
    options: Record<string, unknown>,
    info: Record<string, unknown>,
    nats: Record<string, unknown>,
  ) => void,
  code: string,
][] = [
  ["nothing", (o) => delete o["auth_token"], "bearer_token_missing"],
  ["an empty token", (o) => o["auth_token"] = "", "bearer_token_missing"],
  [
    "A14 a token and another password",
    (o) => o["pass"] = "other",
    "bearer_token_ambiguous",
  ],
  ["A14 I19 only a jwt", (o) => {
    delete o["auth_token"];
    o["jwt"] = "good";
  }, "bearer_token_missing"],
  ["A14 I19 only a user", (o) => {
    delete o["auth_token"];
    o["user"] = "good";
  }, "bearer_token_missing"],
  ["A14 I19 only an nkey", (o) => {
    delete o["auth_token"];
    o["nkey"] = "good";
    o["sig"] = "x";
  }, "bearer_token_missing"],
  ["I19 only names", (o, i) => {
    delete o["auth_token"];
    o["name"] = i["name"] = i["user"] = "good";
  }, "bearer_token_missing"],
  ["I19 only certificates that nobody has verified", (o, _, n) => {
    delete o["auth_token"];
    n["client_tls"] = { certs: ["good"] };
  }, "bearer_token_missing"],
  [
    "A4 a token of 8 KiB and a byte",
    (o) => o["auth_token"] = "a".repeat(8 * 1024 + 1),
    "bearer_token_too_large",
  ],
  ["a bad token", (o) => o["auth_token"] = "bad", "signature_invalid"],
  [
    "A13 a token with a prefix",
    (o) => o["auth_token"] = "Bearer good",
    "signature_invalid",
  ],
  ["I22 a leaf node's connection", (_, i) => {
    i["kind"] = "Leafnode";
    i["type"] = "";
  }, "connection_type_not_allowed"],
  [
    "I22 a connection of a new kind",
    (_, i) => i["kind"] = "Router",
    "connection_type_not_allowed",
  ],
  [
    "I22 a connection of a new type",
    (_, i) => i["type"] = "quic",
    "connection_type_not_allowed",
  ],
];

for (const [why, spoil, code] of clients) {
  Deno.test(`I17 J9 ${why}: authorize() refuses it with a constant text`, async () => {
    const { server, ask, judge } = scene();
    const message = ask({
      spoil: (claims) =>
        spoil(connectOptionsOf(claims), clientInfoOf(claims), claims.nats),
    });
    const { end, answer } = await judge(message);
    assertEquals(end.kind === "rejected" ? end.code : end.kind, code);
    assert(answer !== undefined);
    const { nats, sub, aud } = server.read(answer, XKEY.publicKey);
    assertEquals(nats.jwt, undefined);
    assertEquals(nats.error, "bearer token refused");
    assertEquals([sub, aud], [message.userNkey, server.serverId]);
  });
}

Deno.test("I18 authorize() answers at once when a token could not be judged", async () => {
  const { server, ask, judge } = scene();
  const { end, answer } = await judge(ask({ authToken: "slow" }));
  assertEquals(end.kind, "unavailable");
  assertEquals(
    server.read(answer ?? new Uint8Array(), XKEY.publicKey).nats.error,
    "bearer token could not be judged",
  );
});

Deno.test("H17 authorize() answers with an error when the answer is too large for the server", async () => {
  const { server, ask, judge } = scene({ responseBytesMax: () => 1000 });
  const { end, answer } = await judge(ask());
  assert(end.kind === "unavailable" && end.dependency === "response");
  assert(answer !== undefined && answer.length < 1000);
  assertEquals(server.read(answer, XKEY.publicKey).nats.jwt, undefined);
});

Deno.test("J2 authorize() says whom the rules refused, and of whom nothing is proven it says nothing", async () => {
  const { ask, judge } = scene({
    permit: () => rejected("no_rule_matches", ""),
  });
  const refused = await judge(ask());
  assertEquals(refused.end.kind, "rejected");
  assertEquals(refused.identity?.sub, "alice");
  assertEquals((await judge(ask({ authToken: "bad" }))).identity, undefined);
  const large = scene({ responseBytesMax: () => 1000 });
  assertEquals((await large.judge(large.ask())).identity?.sub, "alice");
});

Deno.test("J2 authorize() says of a request that fails by our own fault which it was, and answers nothing", async () => {
  for (
    const [thrown, detail] of [
      [new Error("canary"), "Error"],
      [new InvariantError("ours"), "ours"],
      ["canary", "string"],
    ]
  ) {
    const { ask, judge } = scene({
      permit: () => {
        throw thrown;
      },
    });
    const message = ask();
    const { answer, end, request } = await judge(message);
    assertEquals(end, {
      kind: "discarded",
      code: "internal_error",
      detail: String(detail),
    });
    assertEquals(request?.userNkey, message.userNkey);
    assertEquals(answer, undefined);
  }
});

for (const verdict of ["true", "{}", '{"kind":"canary"}', "null"]) {
  Deno.test(`authorize() answers nothing to ${verdict} of a program without types`, async () => {
    for (const stage of ["authenticate", "permit"]) {
      const { ask, judge } = scene({ [stage]: () => JSON.parse(verdict) });
      const { answer, end } = await judge(ask());
      assertEquals(answer, undefined);
      assert(end.kind === "discarded" && end.code === "internal_error");
      assert(!end.detail.includes("canary"), end.detail);
    }
  });
}

Deno.test("H5 a user JWT denies everything on a side where nothing is allowed", async () => {
  const { server, ask, judge } = scene({
    permit: () => ({
      ...GRANT,
      permissions: { ...PERMISSIONS, subscribe: { allow: [], deny: [] } },
    }),
  });
  const { answer } = await judge(ask());
  const { nats } = server.read(answer ?? new Uint8Array(), XKEY.publicKey);
  const user = decode(nats.jwt ?? "") as unknown as {
    nats: Record<string, unknown>;
  };
  assertEquals(user.nats["sub"], { deny: [">"] });
});

Deno.test("I7 authorize() asks whether a server that may not ask was restarted", async () => {
  const { ask, judge } = scene();
  const message = ask({
    spoil: (claims) => {
      const serverId = createServer().getPublicKey();
      serverIdOf(claims)["id"] = claims["iss"] = serverId;
    },
  });
  const { end } = await judge(message);
  assert(end.kind === "discarded");
  assertStringIncludes(end.detail ?? "", "was it restarted?");
});

Deno.test("I18 J9 a verdict that does not come is unavailable, and what it waited for is told if it is known", async () => {
  const waiting = async (signal: AbortSignal): Promise<Unavailable> => {
    await untilAborted(new Promise(() => {}), signal).catch(() => {});
    return unavailable("introspection", "no answer");
  };
  for (
    const [dependency, authenticate] of [
      ["introspection", (_, { signal }) => waiting(signal)],
      ["verdict", () => new Promise(() => {})],
      // As a fetch with that signal does.
      [
        "verdict",
        (_, { signal }) => untilAborted(new Promise(() => {}), signal),
      ],
    ] satisfies [string, Authenticate][]
  ) {
    const { stages, ask } = scene({ authenticate });
    const signal = AbortSignal.timeout(20);
    const time = { ...after(0), signal: () => signal };
    const { end, answer } = await authorize(stages, ask(), time);
    assert(end.kind === "unavailable" && answer !== undefined);
    assertEquals(end.dependency, dependency);
  }
});
