import { assertEquals, assertMatch } from "@std/assert";
import { JWKS_WAITERS_MAX } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import { monotonicClock } from "../base/time.ts";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import {
  assertIdentity,
  assertRejected,
  claims,
  CONNECTION,
  createRecordingLog,
  ISSUER,
  issuerOptions,
  judge,
  NOW,
} from "../../tests/fixtures/jwt_scene.ts";
import type { LogLine } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import {
  json,
  startKeyServer,
  until,
} from "../../tests/fixtures/key_server.ts";
import type { AuthenticationOutcome } from "./authenticate.ts";
import { createJwtBearer } from "./jwt_bearer.ts";
import type { JwtBearer, JwtIssuerOptions } from "./jwt_bearer.ts";

const signer = createSigner("EdDSA", "key");
const other = createSigner("EdDSA", "key");

/** A bearer that is stopped at the end. */
function create(
  ...issuers: readonly JwtIssuerOptions[]
): JwtBearer & Disposable & { readonly lines: readonly LogLine[] } {
  const log = createRecordingLog();
  const bearer = createJwtBearer(issuers, {
    log,
    clock: () => NOW,
    monotonic: monotonicClock,
  });
  return { ...bearer, lines: log.lines, [Symbol.dispose]: bearer.stop };
}

async function ask(
  bearer: JwtBearer,
  token: string,
): Promise<AuthenticationOutcome> {
  const signal = new AbortController().signal;
  return await bearer.authenticate(new Secret(token), {
    now: NOW,
    signal,
    connection: CONNECTION,
  });
}

function remote(origin: string, changes = {}): JwtIssuerOptions["keys"] {
  return {
    kind: "jwks_url",
    url: new URL(`${origin}/jwks`),
    allowLoopbackHttp: true,
    timeoutMs: 400,
    ...changes,
  };
}

function leakTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: true, sanitizeResources: true, fn });
}

leakTest(
  "D15 D18 an issuer that hangs neither blocks the start nor the tokens of another",
  async () => {
    const gate = Promise.withResolvers<void>();
    await using slow = startKeyServer(async () => {
      await gate.promise;
      return json(jwksOf(other.jwk));
    });
    await using good = startKeyServer(jwksOf(signer.jwk));
    using bearer = create(
      issuerOptions(other, {
        issuer: "https://slow.example.com",
        keys: remote(slow.origin),
      }),
      issuerOptions(signer, { keys: remote(good.origin) }),
    );
    await bearer.start();
    assertEquals(bearer.status().map(({ ready }) => ready), [false, true]);
    assertIdentity(judge(bearer, signer.token(claims())));
    gate.resolve();
  },
);

leakTest(
  "D18 no more than a bounded number of tokens waits for one issuer",
  async () => {
    const gate = Promise.withResolvers<void>();
    await using slow = startKeyServer(async () => {
      await gate.promise;
      return json(jwksOf(other.jwk));
    });
    using bearer = create(
      issuerOptions(other, {
        issuer: "https://slow.example.com",
        keys: remote(slow.origin),
      }),
      issuerOptions(signer),
    );
    const waiting = Array.from(
      { length: JWKS_WAITERS_MAX },
      () =>
        ask(bearer, other.token(claims({ iss: "https://slow.example.com" }))),
    );
    // One more is turned away at once, and those of the other issuer are judged.
    const outcome = judge(
      bearer,
      other.token(claims({ iss: "https://slow.example.com" })),
    );
    assertEquals(outcome.kind === "unavailable" && outcome.dependency, "jwks");
    for (let round = 0; round < 100; round++) {
      assertIdentity(judge(bearer, signer.token(claims())));
    }
    await until(() => slow.asked.length === 1);
    gate.resolve();
    for (const waited of await Promise.all(waiting)) assertIdentity(waited);
  },
);

leakTest(
  "B16 C2 a kid is fetched from the token's own issuer and from no other",
  async () => {
    await using ours = startKeyServer(jwksOf(signer.jwk));
    await using theirs = startKeyServer(jwksOf(other.jwk));
    using bearer = create(
      issuerOptions(signer, { keys: remote(ours.origin) }),
      issuerOptions(other, {
        issuer: "https://other.example.com",
        keys: remote(theirs.origin),
      }),
    );
    const crossed = other.token(claims());
    assertRejected(await ask(bearer, crossed), "signature_invalid", crossed);
    assertEquals([ours.asked.length, theirs.asked.length], [1, 0]);
    assertIdentity(
      await ask(
        bearer,
        other.token(claims({ iss: "https://other.example.com" })),
      ),
    );
  },
);

leakTest(
  "D1 D2 discovery: metadata first, then the keys where they say",
  async () => {
    await using server = startKeyServer((request): Response => {
      const { pathname } = new URL(request.url);
      return pathname.endsWith("openid-configuration")
        ? json(
          JSON.stringify({
            issuer: `${server.origin}/realm`,
            "jwks_uri": `${server.origin}/keys`,
          }),
        )
        : json(jwksOf(signer.jwk));
    });
    const issuer = `${server.origin}/realm`;
    using bearer = create(
      issuerOptions(signer, {
        issuer,
        keys: {
          kind: "discovery",
          allowLoopbackHttp: true,
          unknownKeyCooldownSeconds: 0.1,
        },
      }),
    );
    await bearer.start();
    assertEquals(server.asked, [
      "/realm/.well-known/openid-configuration",
      "/keys",
    ]);
    assertIdentity(judge(bearer, signer.token(claims({ iss: issuer }))));
    // An unknown key costs one fetch: the metadata are still known.
    await new Promise((resolve) => setTimeout(resolve, 110));
    assertRejected(
      await ask(bearer, signer.token(claims({ iss: issuer }), { kid: "x" })),
      "key_unknown",
    );
    assertEquals(server.asked.length, 3);
  },
);

for (
  const [why, metadata, problem] of [
    ["D2 metadata of another issuer are not used", {
      issuer: "https://evil.example.com",
    }, /another "issuer"/],
    ["D3 keys at another origin are not fetched", {
      "jwks_uri": "http://localhost:1/keys",
    }, /another origin/],
    ["D3 keys at a metadata endpoint are not fetched", {
      "jwks_uri": "https://169.254.169.254/keys",
    }, /another origin/],
  ] as const
) {
  leakTest(`${why}`, async () => {
    await using server = startKeyServer(() =>
      json(
        JSON.stringify({
          issuer: server.origin,
          "jwks_uri": `${server.origin}/keys`,
          ...metadata,
        }),
      )
    );
    const { origin } = server;
    using bearer = create(
      issuerOptions(signer, {
        issuer: origin,
        keys: { kind: "discovery", allowLoopbackHttp: true },
      }),
    );
    await bearer.start();
    assertEquals(server.asked, ["/.well-known/openid-configuration"]);
    assertEquals(bearer.status(), [{
      issuer: origin,
      ready: false,
      staleSeconds: 0,
    }]);
    assertMatch(bearer.lines[0]?.fields.detail ?? "", problem);
    const outcome = await ask(bearer, signer.token(claims({ iss: origin })));
    assertEquals(outcome.kind, "unavailable");
  });
}

leakTest("D3 an allowed origin does not open a private network", async () => {
  await using server = startKeyServer(() =>
    json(
      JSON.stringify({
        issuer: server.origin,
        "jwks_uri": "https://10.0.0.1/keys",
      }),
    )
  );
  const keys = {
    kind: "discovery",
    allowLoopbackHttp: true,
    jwksOrigins: ["https://10.0.0.1"],
  } as const;
  using bearer = create(issuerOptions(signer, { issuer: server.origin, keys }));
  await bearer.start();
  assertMatch(
    bearer.lines[0]?.fields.detail ?? "",
    /10\.0\.0\.1 is in a private network/,
  );
});

leakTest(
  "D17 TLS is verified, with the issuer's own certificate authority if it has one",
  async () => {
    const authority = createCertificateAuthority("Issuer CA");
    const stranger = createCertificateAuthority("Stranger CA");
    await using server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        onListen: (): void => {},
        ...authority.issue(),
      },
      () => json(jwksOf(signer.jwk)),
    );
    const origin = `https://localhost:${server.addr.port}`;
    const keysWith = (
      ...caCertificates: readonly string[]
    ): JwtIssuerOptions["keys"] => ({
      kind: "jwks_url",
      url: new URL(`${origin}/jwks`),
      allowPrivateAddresses: true,
      caCertificates,
    });
    using bearer = create(
      issuerOptions(signer, {
        keys: keysWith(stranger.certificate, authority.certificate),
      }),
      issuerOptions(signer, {
        issuer: "https://b.example.com",
        keys: keysWith(stranger.certificate),
      }),
      issuerOptions(signer, {
        issuer: "https://c.example.com",
        keys: keysWith(),
      }),
    );
    await bearer.start();
    assertEquals(bearer.status().map(({ ready }) => ready), [
      true,
      false,
      false,
    ]);
    for (const { fields } of bearer.lines) {
      assertMatch(fields.detail ?? "", /certificate/i);
    }
    assertIdentity(judge(bearer, signer.token(claims({ iss: ISSUER }))));
  },
);

leakTest("stop() ends fetches, timers and waits", async () => {
  const gate = Promise.withResolvers<void>();
  await using slow = startKeyServer(async () => {
    await gate.promise;
    return json("{}");
  });
  using bearer = create(issuerOptions(signer, { keys: remote(slow.origin) }));
  const waiting = ask(bearer, signer.token(claims()));
  await until(() => slow.asked.length === 1);
  bearer.stop();
  assertEquals((await waiting).kind, "unavailable");
  assertEquals((await ask(bearer, signer.token(claims()))).kind, "unavailable");
  gate.resolve();
  assertEquals(slow.asked.length, 1);
});
