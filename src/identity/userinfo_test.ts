import { assert, assertEquals } from "@std/assert";
import {
  createTestClocks,
  json,
  loginAt,
  START_SECONDS,
  startAskedServer,
} from "../../tests/fixtures/asked_server.ts";
import type {
  Asked,
  AskedServer,
  TestClocks,
} from "../../tests/fixtures/asked_server.ts";
import { brief, briefCause } from "../../tests/fixtures/introspection_scene.ts";
import {
  claims,
  ISSUER,
  issuerOptions,
} from "../../tests/fixtures/jwt_scene.ts";
import type { Claims } from "../../tests/fixtures/jwt_signer.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import { Secret } from "../base/secret.ts";
import type { AuthenticationOutcome, Authenticator } from "./authenticate.ts";
import { createAuthenticator } from "./authenticator.ts";
import type { UserInfoOptions } from "./userinfo.ts";

const signer = createSigner("EdDSA");

interface Scene extends AsyncDisposable {
  readonly server: AskedServer;
  readonly clocks: TestClocks;
  begin(token: string): ReturnType<Authenticator["authenticate"]>;
  judge(changes?: Claims): Promise<AuthenticationOutcome>;
}

function createScene(
  answer: (asked: Asked) => Response,
  changes: Partial<UserInfoOptions> = {},
): Scene {
  const server = startAskedServer(answer);
  const clocks = createTestClocks();
  const authenticator = createAuthenticator({
    issuers: [
      {
        ...issuerOptions(signer),
        userinfo: {
          endpoint: new URL(`${server.origin}/userinfo`),
          claims: ["groups", "email", "email_verified"],
          allowLoopbackHttp: true,
          timeoutMs: 300,
          ...changes,
        },
      },
      issuerOptions(signer, { issuer: "https://plain.example" }),
    ],
  }, clocks.dependencies);
  function begin(token: string): ReturnType<Authenticator["authenticate"]> {
    return authenticator.authenticate(
      new Secret(token),
      loginAt(clocks.dependencies),
    );
  }
  return {
    server,
    clocks,
    begin,
    judge: async (spoiled) => await begin(signer.token(claims(spoiled))),
    async [Symbol.asyncDispose](): Promise<void> {
      authenticator.stop();
      await server.stop();
    },
  };
}

const answer = {
  sub: "alice",
  groups: ["ops"],
  email: "a@example.com",
  "email_verified": true,
  iss: "https://evil",
  secret: "x",
};

Deno.test("the named claims are added to those of the token", async () => {
  await using scene = createScene(() => json(answer));
  const token = signer.token(claims());
  const outcome = await scene.begin(token);
  assert(outcome.kind === "identity");
  assertEquals(outcome.claims, {
    groups: ["ops"],
    email: "a@example.com",
    "email_verified": true,
    ...claims(),
  });
  assertEquals(outcome.credential, "jwt");
  const [asked] = scene.server.asked;
  assertEquals([asked?.method, asked?.path], ["GET", "/userinfo"]);
  assertEquals(asked?.headers.get("authorization"), `Bearer ${token}`);
});

Deno.test("what the token says itself stays", async () => {
  await using scene = createScene(() => json(answer));
  const outcome = await scene.judge({ groups: ["guests"] });
  assert(outcome.kind === "identity");
  assertEquals(outcome.claims["groups"], ["guests"]);
  assertEquals(outcome.issuer, ISSUER);
});

for (
  const own of [
    { email: "b@example.com" },
    { email: "b@example.com", "email_verified": false },
    { "email_verified": false },
    { "email_verified": true },
  ]
) {
  Deno.test(`C20 no address is verified by what is said of another: the token has ${JSON.stringify(own)}`, async () => {
    await using scene = createScene(() => json(answer));
    const outcome = await scene.judge(own);
    assert(outcome.kind === "identity");
    assertEquals(outcome.claims, { groups: ["ops"], ...claims(own) });
  });
}

for (
  const [own, said, verified] of [
    [{ email: "a@example.com" }, true, true],
    [{ email: "a@example.com" }, false, false],
    [{ email: "a@example.com", "email_verified": false }, true, false],
  ] as const
) {
  Deno.test(`C20 the same address is verified by what is said of it: the token has ${JSON.stringify(own)}, the answer ${said}`, async () => {
    await using scene = createScene(() =>
      json({ ...answer, "email_verified": said })
    );
    const outcome = await scene.judge(own);
    assert(outcome.kind === "identity");
    assertEquals(outcome.claims["email_verified"], verified);
    assertEquals(outcome.claims["email"], "a@example.com");
  });
}

Deno.test("B20 nobody is asked about a token that does not verify, nor for another issuer", async () => {
  await using scene = createScene(() => json(answer));
  const stranger = createSigner("EdDSA");
  assertEquals(
    brief(await scene.begin(stranger.token(claims()))),
    "signature_invalid",
  );
  assertEquals(
    brief(await scene.judge({ exp: START_SECONDS - 60 })),
    "bearer_token_expired",
  );
  assertEquals(
    brief(await scene.judge({ iss: "https://plain.example" })),
    "identity alice",
  );
  assertEquals(scene.server.asked.length, 0);
});

Deno.test("F8 F14 the answer is remembered, the token is judged each time", async () => {
  await using scene = createScene(() => json(answer), {
    memory: { seconds: 1200 },
  });
  const token = signer.token(claims());
  await scene.begin(token);
  const known = scene.begin(token);
  assert(!(known instanceof Promise));
  scene.clocks.step(601_000 + 30_000);
  const expired = scene.begin(token);
  assert(!(expired instanceof Promise));
  assertEquals(brief(expired), "bearer_token_expired");
  assertEquals(scene.server.asked.length, 1);
});

const refused: readonly [
  why: string,
  answer: () => Response,
  expected: string,
][] = [
  ["another sub", () => json({ ...answer, sub: "bob" }), "claim_invalid"],
  ["no sub", () => json({ ...answer, sub: undefined }), "claim_invalid"],
  [
    "401",
    () => json({ error: "invalid_token" }, { status: 401 }),
    "bearer_token_inactive",
  ],
  [
    "403",
    () => json({ error: "insufficient_scope" }, { status: 403 }),
    "scope_missing",
  ],
  ["500", () => json(answer, { status: 500 }), "unavailable userinfo"],
  [
    "a JWT",
    () =>
      new Response("a.b.c", { headers: { "content-type": "application/jwt" } }),
    "unavailable userinfo",
  ],
  [
    "groups twice",
    () => json('{"sub":"alice","groups":[],"groups":["root"]}'),
    "unavailable userinfo",
  ],
];

for (const [why, response, expected] of refused) {
  Deno.test(`F11 UserInfo with ${why}: nobody gets in without the claims that rules rely on`, async () => {
    await using scene = createScene(response);
    const outcome = await scene.judge();
    assertEquals(brief(outcome), expected);
    const said = JSON.stringify([outcome, scene.clocks.dependencies.log.lines]);
    assert(!said.includes("eyJ") && !said.includes('example.com",'), said);
  });
}

for (const status of [401, 403]) {
  Deno.test(`F8 F13 ${status} is a verdict about one token: remembered, and no failure of the endpoint`, async () => {
    const unwelcome = Array.from(
      { length: 10 },
      (_, index) => signer.token(claims({ jti: `without-openid-${index}` })),
    );
    const refused = new Set(unwelcome.map((token) => `Bearer ${token}`));
    await using scene = createScene(({ headers }) =>
      refused.has(headers.get("authorization") ?? "")
        ? new Response("no", { status })
        : json(answer)
    );
    for (const token of [...unwelcome, ...unwelcome]) {
      assertEquals((await scene.begin(token)).kind, "rejected");
    }
    assertEquals(scene.server.asked.length, unwelcome.length);
    assertEquals(brief(await scene.judge()), "identity alice");
    assertEquals(scene.clocks.dependencies.log.lines, []);
  });
}

Deno.test("F12 F13 a user who is asked about too often keeps nobody else waiting", async () => {
  const eager = Array.from(
    { length: 10 },
    (_, index) => signer.token(claims({ sub: "eve", jti: `${index}` })),
  );
  const limited = new Set(eager.map((token) => `Bearer ${token}`));
  await using scene = createScene(({ headers }) =>
    limited.has(headers.get("authorization") ?? "")
      // With claims that would do, as from a cache in between.
      ? json({ ...answer, sub: "eve" }, {
        status: 429,
        headers: { "retry-after": "30", "content-type": "application/json" },
      })
      : json(answer)
  );
  for (const token of eager) {
    assertEquals(
      briefCause(await scene.begin(token)),
      "unavailable userinfo: asked_too_often",
    );
  }
  assertEquals(scene.server.asked.length, eager.length);
  assertEquals(brief(await scene.judge()), "identity alice");
  assertEquals(scene.clocks.dependencies.log.lines, []);
  // That there was no answer is not remembered.
  limited.clear();
  scene.server.answer = () => json({ ...answer, sub: "eve" });
  assertEquals(brief(await scene.begin(eager[0] ?? "")), "identity eve");
});
