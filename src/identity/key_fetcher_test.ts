import { assert, assertEquals, assertMatch } from "@std/assert";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import {
  assertIdentity,
  assertRejected,
  claims,
  createRecordingLog,
  ISSUER,
  issuerOptions,
  judge,
} from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import { json, startKeyServer } from "../../tests/fixtures/key_server.ts";
import {
  askBearer,
  createStoppable,
} from "../../tests/fixtures/remote_scene.ts";
import { monotonicClock } from "../base/time.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import type { JwtIssuerOptions } from "./jwt_issuer_options.ts";
import { createKeyFetcher } from "./key_fetcher.ts";
import { P256Tables } from "./p256_tables.ts";

const signer = createSigner("EdDSA", "key");

Deno.test(
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
    using bearer = createStoppable(
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
      await askBearer(
        bearer,
        signer.token(claims({ iss: issuer }), { kid: "x" }),
      ),
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
  Deno.test(`${why}`, async () => {
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
    using bearer = createStoppable(
      issuerOptions(signer, {
        issuer: origin,
        keys: { kind: "discovery", allowLoopbackHttp: true },
      }),
    );
    await bearer.start();
    assertEquals(server.asked, ["/.well-known/openid-configuration"]);
    assertEquals(bearer.status(), [{
      issuer: origin,
      credential: "jwt",
      ready: false,
      keyCount: 0,
      failing: false,
      staleSeconds: 0,
    }]);
    assertMatch(bearer.lines[0]?.fields.detail ?? "", problem);
    const outcome = await askBearer(
      bearer,
      signer.token(claims({ iss: origin })),
    );
    assertEquals(outcome.kind, "unavailable");
  });
}

Deno.test("D3 an allowed origin does not open a private network", async () => {
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
  using bearer = createStoppable(
    issuerOptions(signer, { issuer: server.origin, keys }),
  );
  await bearer.start();
  assertMatch(
    bearer.lines[0]?.fields.detail ?? "",
    /10\.0\.0\.1 is in a private network/,
  );
});

Deno.test(
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
    using bearer = createStoppable(
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

for (
  const [why, jwks, problem] of [
    ["that is empty", '{"keys":[]}', "key set has no usable key"],
    [
      "of other keys",
      jwksOf(createSigner("RS256", "rsa").jwk, { ...signer.jwk, use: "enc" }),
      "key set has no usable key; 2 for something else than EdDSA",
    ],
    [
      "of a key that should not be there, and another",
      jwksOf({ ...signer.jwk, d: "AAAA" }, createSigner("RS256", "rsa").jwk),
      'key set has no usable key; 1 for something else than EdDSA; key 0 holds secret material ("d")',
    ],
  ] as const
) {
  Deno.test(`a key set ${why} is none, and what it has is said`, async () => {
    await using server = startKeyServer(jwks);
    const tables = new P256Tables(monotonicClock);
    const fetcher = createKeyFetcher({
      issuer: server.origin,
      source: {
        kind: "jwks_url",
        url: new URL(server.origin),
        allowLoopbackHttp: true,
      },
      context: { algorithms: ["EdDSA"], tables },
    }, { log: createRecordingLog(), monotonic: monotonicClock });
    const fetched = await fetcher.fetch(new AbortController().signal);
    assert(fetched instanceof EndpointFault);
    assertEquals(fetched.problem, problem);
  });
}
