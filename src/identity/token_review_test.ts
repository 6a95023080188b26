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

/** Of API servers: what it means, in the words that they have for it. */
const errors: readonly [error: string, expected: string][] = [
  ["invalid bearer token", "bearer_token_inactive"],
  [
    "[invalid bearer token, service account token has been invalidated]",
    "bearer_token_inactive",
  ],
  [
    "[invalid bearer token, service account token has expired]",
    "bearer_token_inactive",
  ],
  [
    'serviceaccounts "web" not found',
    "bearer_token_inactive",
  ],
  [
    "[invalid bearer token, context deadline exceeded]",
    "unavailable token_review",
  ],
  ["etcdserver: request timed out", "unavailable token_review"],
  [
    "rpc error: code = Unavailable desc = transport is closing",
    "unavailable token_review",
  ],
  [
    'Get "https://[::1]:6443/api/v1/namespaces/shop/serviceaccounts/web": dial tcp [::1]:6443: connect: connection refused',
    "unavailable token_review",
  ],
  [
    'Post "https://authn.example/": net/http: TLS handshake timeout',
    "unavailable token_review",
  ],
  [
    "the server was unable to return a response in the time allotted, but may still be processing requests",
    "unavailable token_review",
  ],
  ["storage is (re)initializing", "unavailable token_review"],
];

for (const [error, expected] of errors) {
  Deno.test(`F8 token_review: not authenticated, as ${error}: ${expected}`, async () => {
    await using scene = await clusterScene("token_review");
    const token = scene.cluster.projectedToken("shop", "web");
    scene.cluster.reviewStatus = { user: {}, error };
    for (let count = 0; count < 10; count++) {
      assertEquals(brief(await scene.judge(token)), expected);
    }
    // A refusal is remembered; that it could not be found out is not.
    assertEquals(
      scene.cluster.asked.length,
      expected.startsWith("unavailable") ? 10 : 1,
    );
    scene.cluster.reviewStatus = undefined;
    scene.clocks.advance(10_001);
    assertEquals(
      brief(await scene.judge(token)),
      "identity system:serviceaccount:shop:web",
    );
  });
}
