import { assert, assertEquals } from "@std/assert";
import { clusterScene } from "../../tests/fixtures/cluster_scene.ts";
import { brief } from "../../tests/fixtures/introspection_scene.ts";

Deno.test("token_review: the token of a pod that is gone is refused, as soon as it is asked about again", async () => {
  await using scene = await clusterScene("token_review");
  const token = scene.cluster.projectedToken("shop", "web");
  assertEquals(
    brief(await scene.judge(token)),
    "identity system:serviceaccount:shop:web",
  );
  scene.cluster.deletedPods.add("web-0");
  assertEquals(
    brief(await scene.judge(token)),
    "identity system:serviceaccount:shop:web",
  );
  scene.clocks.advance(60_001);
  assertEquals(brief(await scene.judge(token)), "bearer_token_inactive");
});

Deno.test("token_review: the service's own token is read anew, as the kubelet replaces it", async () => {
  await using scene = await clusterScene("token_review");
  const { projectedToken } = scene.cluster;
  await scene.judge(projectedToken("shop", "one"));
  scene.cluster.ownToken = "own-token-2";
  assertEquals(
    brief(await scene.judge(projectedToken("shop", "two"))),
    "unavailable token_review",
  );
  await Deno.writeTextFile(scene.tokenFile, "own-token-2");
  assertEquals(
    brief(await scene.judge(projectedToken("shop", "two"))),
    "identity system:serviceaccount:shop:two",
  );
  await Deno.remove(scene.tokenFile);
  assertEquals(
    brief(await scene.judge(projectedToken("shop", "three"))),
    "unavailable token_review",
  );
});

const user = { username: "system:serviceaccount:shop:web", groups: [] };
const reviews: readonly [why: string, status: unknown, expected: string][] = [
  ["authenticated is a string", {
    authenticated: "true",
    user,
    audiences: ["nats"],
  }, "unavailable token_review"],
  [
    "authenticated is missing",
    { user, audiences: ["nats"] },
    "bearer_token_inactive",
  ],
  [
    "no audience is confirmed",
    { authenticated: true, user },
    "audience_mismatch",
  ],
  ["another audience is confirmed", {
    authenticated: true,
    user,
    audiences: ["api"],
  }, "audience_mismatch"],
  [
    "the audience is a string",
    { authenticated: true, user, audiences: "nats" },
    "audience_mismatch",
  ],
  [
    "there is no user",
    { authenticated: true, audiences: ["nats"] },
    "unavailable token_review",
  ],
  ["the user has no name", {
    authenticated: true,
    user: {},
    audiences: ["nats"],
  }, "claim_missing"],
  ["the user is a person", {
    authenticated: true,
    user: { username: "alice" },
    audiences: ["nats"],
  }, "claim_invalid"],
  ["the user is another than in the token", {
    authenticated: true,
    user: { username: "system:serviceaccount:shop:root" },
    audiences: ["nats"],
  }, "claim_invalid"],
  ["there is no status", null, "unavailable token_review"],
  ["the status is a list", [], "unavailable token_review"],
];

for (const [why, status, expected] of reviews) {
  Deno.test(`F3 F11 token_review: nothing is granted when ${why}`, async () => {
    await using scene = await clusterScene("token_review");
    scene.cluster.reviewStatus = status;
    const token = scene.cluster.projectedToken("shop", "web");
    const outcome = await scene.judge(token);
    assertEquals(brief(outcome), expected);
    assert(
      !JSON.stringify([outcome, scene.clocks.dependencies.log.lines]).includes(
        token,
      ),
    );
  });
}

Deno.test("C10 C18 token_review: nothing is granted when the user is another than in the token, which has no details", async () => {
  await using scene = await clusterScene("token_review");
  const root = "system:serviceaccount:shop:root";
  scene.cluster.reviewStatus = {
    authenticated: true,
    user: { username: root },
    audiences: ["nats"],
  };
  const verdict = async (sub: string | undefined): Promise<string> => {
    const changes = { sub, "kubernetes.io": undefined };
    const token = scene.cluster.projectedToken("shop", "web", changes);
    return brief(await scene.judge(token));
  };
  assertEquals(await verdict(user.username), "claim_invalid");
  assertEquals(await verdict(undefined), "claim_invalid");
  assertEquals(await verdict(root), `identity ${root}`);
});

/** Of API servers, in their words: the token was judged. */
const verdicts: readonly string[] = [
  "",
  "invalid bearer token",
  "[invalid bearer token, service account token has been invalidated]",
  "[invalid bearer token, Token has been invalidated]",
  "[invalid bearer token, service account token has expired]",
  "service account token is not valid yet",
  'serviceaccounts "web" not found',
  "[invalid bearer token, service account shop/web has been deleted]",
  "[invalid bearer token, pod UID (7c0b) does not match service account pod ref claim (f1c8)]",
  "[invalid bearer token, service account UID (7c0b) does not match claim (f1c8)]",
  '[invalid bearer token, token audiences ["api" "x"] is invalid for the target audiences ["nats"]]',
  '[invalid bearer token, token issuer "https://x.example" is invalid]',
  "[invalid bearer token, invalid signature, no keys found]",
  "[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]",
  "[invalid bearer token, [invalid bearer token, square/go-jose: error in cryptographic primitive]]",
  "[invalid bearer token, go-jose/go-jose: unknown/unsupported algorithm, go-jose/go-jose: error in cryptographic primitive]",
  "[invalid bearer token, service account token has been invalidated, token lookup failed]",
  "[invalid bearer token, Token has been invalidated, unknown]",
];

/** It could not be found out. */
const faults: readonly unknown[] = [
  "[invalid bearer token, context deadline exceeded]",
  "[invalid bearer token, service account token has expired, context deadline exceeded]",
  "[invalid bearer token, unknown]",
  "[invalid bearer token, token lookup failed]",
  "etcdserver: request timed out",
  "rpc error: code = Unavailable desc = transport is closing",
  'Get "https://[::1]:6443/api/v1/namespaces/shop/serviceaccounts/web": dial tcp [::1]:6443: connect: connection refused',
  'Post "https://authn.example/": net/http: TLS handshake timeout',
  "the server was unable to return a response in the time allotted, but may still be processing requests",
  "storage is (re)initializing",
  "the server is currently unable to handle the request",
  'an error on the server ("Internal Server Error") has prevented the request from succeeding',
  '[invalid bearer token, Post "https://authn.example/": tls: failed to verify certificate: x509: certificate signed by unknown authority]',
  'Post "https://authn.example/": dial tcp 192.0.2.1:443: connect: no route to host',
  'Post "https://authn.example/": http2: server sent GOAWAY and closed the connection; LastStreamID=1',
  'Post "https://authn.example/": dial tcp: lookup authn.example on 192.0.2.53:53: server misbehaving',
  "lookup authn.example: host not found",
  "words that nobody has heard yet",
  { message: "invalid bearer token" },
];

const errors: readonly (readonly [error: unknown, expected: string])[] = [
  ...verdicts.map((error) => [error, "bearer_token_inactive"] as const),
  ...faults.map((error) => [error, "unavailable token_review"] as const),
];

for (const [error, expected] of errors) {
  Deno.test(
    `F8 token_review: not authenticated, as ${
      JSON.stringify(error)
    }: ${expected}`,
    async () => {
      await using scene = await clusterScene("token_review");
      const token = scene.cluster.projectedToken("shop", "web");
      scene.cluster.reviewStatus = { user: {}, error };
      for (let count = 0; count < 3; count++) {
        assertEquals(brief(await scene.judge(token)), expected);
      }
      // A refusal is remembered; that it could not be found out is not.
      assertEquals(
        scene.cluster.asked.length,
        expected.startsWith("unavailable") ? 3 : 1,
      );
      scene.cluster.reviewStatus = undefined;
      scene.clocks.advance(10_001);
      assertEquals(
        brief(await scene.judge(token)),
        "identity system:serviceaccount:shop:web",
      );
    },
  );
}
