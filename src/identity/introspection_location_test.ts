/** Where endpoints may be, and how it is known that it is they who answer. */
import { assert, assertEquals } from "@std/assert";
import { json, startAskedServer } from "../../tests/fixtures/asked_server.ts";
import type { AskedServer } from "../../tests/fixtures/asked_server.ts";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import {
  assertBrief,
  briefCause,
  goodAnswer,
  introspectionScene,
  ISSUER,
} from "../../tests/fixtures/introspection_scene.ts";
import type { IntrospectionScene } from "../../tests/fixtures/introspection_scene.ts";
import type { DiscoveredLocation } from "./located_endpoint.ts";

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
      [theirs, "unavailable introspection: authority_unknown"],
    ] as const
  ) {
    await using scene = introspectionScene({}, {
      endpoint,
      caCertificates: [authority.certificate],
    });
    assertEquals(briefCause(await scene.judge()), expected);
  }
  await server.shutdown();
});

Deno.test("D2 D3 the endpoint can be discovered, in the issuer's own metadata and at its own origin", async () => {
  const cases: readonly [
    changes: Record<string, string>,
    expected: string,
    init?: ResponseInit,
  ][] = [
    [{}, "identity alice"],
    [{ issuer: ISSUER }, "unavailable introspection: other_issuer"],
    [
      { introspection_endpoint: "https://elsewhere.example/i" },
      "unavailable introspection: other_origin",
    ],
    [
      { introspection_endpoint: "nonsense" },
      "unavailable introspection: elsewhere",
    ],
    [{}, "unavailable introspection: elsewhere", {
      headers: { "content-type": "text/html" },
    }],
    [{}, "unavailable introspection: broken", { status: 500 }],
    [{}, "unavailable introspection: elsewhere", { status: 401 }],
    [{}, "unavailable introspection: elsewhere", { status: 422 }],
  ];
  for (const [changes, expected, init] of cases) {
    await using metadata = introspectionScene();
    const { origin } = metadata.server;
    metadata.server.answer = ({ path }) =>
      path === "/.well-known/openid-configuration"
        ? json({
          issuer: origin,
          introspection_endpoint: `${origin}/i`,
          ...changes,
        }, init)
        : json(good);
    await using scene = introspectionScene({}, {
      issuer: origin,
      endpoint: { kind: "discovery" },
    });
    assertEquals(briefCause(await scene.judge("one")), expected);
    assertEquals(briefCause(await scene.judge("two")), expected);
    const looks = metadata.server.asked.filter(({ method }) =>
      method === "GET"
    );
    assertEquals(looks.length, expected.startsWith("identity") ? 1 : 2);
  }
});

/** An issuer whose metadata place the endpoint at a path, and a scene that follows them. */
interface Issuer extends AsyncDisposable {
  readonly server: AskedServer;
  readonly scene: IntrospectionScene;
  /** Where the endpoint is; nothing is anywhere else. */
  path: string;
  /** Where metadata say that it is; undefined: there are none. */
  said: string | undefined;
  metadataReads(): number;
}

function startIssuer(
  location: Omit<DiscoveredLocation, "kind"> = {},
): Issuer {
  const server = startAskedServer(async ({ path }) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (path === issuer.path) return json(good);
    if (!path.startsWith("/.well-known/") || issuer.said === undefined) {
      return json("{}", { status: 404 });
    }
    return json({
      issuer: server.origin,
      introspection_endpoint: issuer.said,
    });
  });
  const scene = introspectionScene({}, {
    issuer: server.origin,
    endpoint: { kind: "discovery", ...location },
    // For a hundred questions at once, on a machine with much else to do.
    timeoutMs: 2_000,
  });
  const issuer: Issuer = {
    server,
    scene,
    path: "/first",
    said: `${server.origin}/first`,
    metadataReads: () =>
      server.asked.filter(({ method }) => method === "GET").length,
    async [Symbol.asyncDispose](): Promise<void> {
      await scene[Symbol.asyncDispose]();
      await server.stop();
    },
  };
  return issuer;
}

Deno.test("D9 questions that come together read the metadata once", async () => {
  await using issuer = startIssuer();
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, index) => issuer.scene.judge(`t${index}`)),
  );
  assert(outcomes.every(({ kind }) => kind === "identity"));
  assertEquals(issuer.metadataReads(), 1);
});

Deno.test("an endpoint that has moved is found again, and metadata are read once in half a minute for that", async () => {
  await using issuer = startIssuer();
  const { scene } = issuer;
  await assertBrief(scene.judge("one"), "identity alice");
  issuer.path = "/second";
  issuer.said = `${issuer.server.origin}/second`;
  for (let count = 0; count < 20; count++) {
    await assertBrief(scene.judge(`t${count}`), "unavailable introspection");
  }
  assertEquals(issuer.metadataReads(), 1);
  scene.clocks.advance(30_001);
  await assertBrief(scene.judge("two"), "identity alice");
  assertEquals(issuer.metadataReads(), 2);
});

Deno.test("an endpoint whose server is gone is found at its new one", async () => {
  const old = startAskedServer(() => json(good));
  await using next = startAskedServer(() => json(good));
  await using issuer = startIssuer({ origins: [old.origin, next.origin] });
  issuer.said = `${old.origin}/introspect`;
  const { scene } = issuer;
  await assertBrief(scene.judge("one"), "identity alice");
  await old.stop();
  issuer.said = `${next.origin}/introspect`;
  scene.clocks.advance(30_001);
  // The second try of the same question finds it.
  await assertBrief(scene.judge("two"), "identity alice");
  assertEquals(next.asked.length, 1);
});

Deno.test("metadata that are gone do not make the endpoint unknown, and are not read for each token", async () => {
  await using issuer = startIssuer();
  const { scene } = issuer;
  await assertBrief(scene.judge("one"), "identity alice");
  issuer.said = undefined;
  scene.clocks.advance(3_600_001);
  scene.clocks.step(-3_600_001);
  for (let count = 0; count < 20; count++) {
    await assertBrief(scene.judge(`t${count}`), "identity alice");
  }
  assertEquals(issuer.metadataReads(), 2);
});

Deno.test("F13 without metadata nobody reads them for each token", async () => {
  await using issuer = startIssuer();
  issuer.said = undefined;
  for (let count = 0; count < 50; count++) {
    await assertBrief(
      issuer.scene.judge(`t${count}`),
      "unavailable introspection",
    );
  }
  assertEquals(issuer.metadataReads(), 5);
});
