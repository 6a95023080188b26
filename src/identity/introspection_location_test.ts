/** Where endpoints may be, and how it is known that it is they who answer. */
import { assertEquals } from "@std/assert";
import { json } from "../../tests/fixtures/asked_server.ts";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import {
  assertBrief,
  goodAnswer,
  introspectionScene,
  ISSUER,
} from "../../tests/fixtures/introspection_scene.ts";

const good = JSON.stringify(goodAnswer());

Deno.test("F16 D1 an endpoint without TLS is refused where it is configured", async () => {
  await using scene = introspectionScene(goodAnswer(), {
    allowLoopbackHttp: false,
  });
  // What the configuration refuses is not asked either.
  await assertBrief(scene.judge(), "unavailable introspection");
  assertEquals(scene.server.asked.length, 0);
});

Deno.test("F16 D17 TLS is verified, with the endpoint's own certificate authority if it has one", async () => {
  const ours = createCertificateAuthority("ours");
  const theirs = createCertificateAuthority("theirs");
  const onListen = (): void => {};
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen, ...ours.issue() },
    () => json(good),
  );
  const endpoint = new URL(`https://127.0.0.1:${server.addr.port}/introspect`);
  for (
    const [authority, expected] of [
      [ours, "identity alice"],
      [theirs, "unavailable introspection"],
    ] as const
  ) {
    await using scene = introspectionScene({}, {
      endpoint,
      caCertificates: [authority.certificate],
    });
    await assertBrief(scene.judge(), expected);
  }
  await server.shutdown();
});

Deno.test("D2 D3 the endpoint can be discovered, in the issuer's own metadata and at its own origin", async () => {
  const cases: readonly [Record<string, string>, string][] = [
    [{}, "identity alice"],
    [{ issuer: ISSUER }, "unavailable introspection"],
    [
      { introspection_endpoint: "https://elsewhere.example/i" },
      "unavailable introspection",
    ],
    [{ introspection_endpoint: "nonsense" }, "unavailable introspection"],
  ];
  for (const [changes, expected] of cases) {
    await using metadata = introspectionScene();
    const { origin } = metadata.server;
    metadata.server.answer = ({ path }) =>
      path === "/.well-known/openid-configuration"
        ? json({
          issuer: origin,
          introspection_endpoint: `${origin}/i`,
          ...changes,
        })
        : json(good);
    await using scene = introspectionScene({}, {
      issuer: origin,
      endpoint: { kind: "discovery" },
    });
    await assertBrief(scene.judge("one"), expected);
    await assertBrief(scene.judge("two"), expected);
    const looks = metadata.server.asked.filter(({ method }) =>
      method === "GET"
    );
    assertEquals(looks.length, expected.startsWith("identity") ? 1 : 2);
  }
});
