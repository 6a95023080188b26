/** Service accounts of a cluster: what is the same by its keys and by review, and its keys. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { START_SECONDS } from "../../tests/fixtures/asked_server.ts";
import { CLUSTER_ISSUER } from "../../tests/fixtures/cluster.ts";
import { clusterScene, WAYS } from "../../tests/fixtures/cluster_scene.ts";
import type { Way } from "../../tests/fixtures/cluster_scene.ts";
import { brief, briefCause } from "../../tests/fixtures/introspection_scene.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import type { Claims } from "../../tests/fixtures/jwt_signer.ts";

for (const way of WAYS) {
  Deno.test(`${way}: a projected token is a service account, whose parts are claims`, async () => {
    await using scene = await clusterScene(way);
    const outcome = await scene.judge(
      scene.cluster.projectedToken("shop", "web.frontend"),
    );
    assert(outcome.kind === "identity", JSON.stringify(outcome));
    assertEquals(outcome.sub, "system:serviceaccount:shop:web.frontend");
    assertEquals([outcome.issuer, outcome.credential], [
      CLUSTER_ISSUER,
      "kubernetes",
    ]);
    assertEquals([
      outcome.claims["namespace"],
      outcome.claims["service_account"],
    ], ["shop", "web.frontend"]);
    assertEquals(Number(outcome.expiresAt), START_SECONDS + 3607);
    if (way === "token_review") {
      assertEquals(outcome.claims["groups"], [
        "system:serviceaccounts",
        "system:serviceaccounts:shop",
        "system:authenticated",
      ]);
    }
    assertEquals(
      scene.authenticator.status().map((
        { issuer, credential, ready },
      ) => [issuer, credential, ready]),
      [
        [CLUSTER_ISSUER, "kubernetes", true],
      ],
    );
  });

  const refused: readonly [
    why: string,
    changes: Claims,
    codes: Readonly<Record<Way, string>>,
  ][] = [
    ["C3 another audience", {
      aud: ["https://kubernetes.default.svc.cluster.local"],
    }, {
      keys: "audience_mismatch",
      token_review: "bearer_token_inactive",
    }],
    ["C4 it has expired", { exp: START_SECONDS - 11 }, {
      keys: "bearer_token_expired",
      token_review: "bearer_token_expired",
    }],
    ["C4 it never expires, as tokens in Secrets do", { exp: undefined }, {
      keys: "claim_missing",
      token_review: "claim_missing",
    }],
    ["C8 it is good for a year", { exp: START_SECONDS + 31_536_000 }, {
      keys: "bearer_token_lifetime_too_long",
      token_review: "bearer_token_lifetime_too_long",
    }],
    ["C1 another issuer", { iss: "https://kubernetes.default.svc" }, {
      keys: "issuer_untrusted",
      token_review: "issuer_untrusted",
    }],
  ];
  for (const [why, changes, codes] of refused) {
    Deno.test(`${way}: refused: ${why}`, async () => {
      await using scene = await clusterScene(way);
      const token = scene.cluster.projectedToken("shop", "web", changes);
      assertEquals(brief(await scene.judge(token)), codes[way]);
    });
  }

  Deno.test(`B20 ${way}: a token that another cluster has signed is refused`, async () => {
    await using scene = await clusterScene(way);
    const own = scene.cluster.signer;
    scene.cluster.signer = createSigner("RS256", own.kid);
    const token = scene.cluster.projectedToken("shop", "web");
    scene.cluster.signer = own;
    const expected = way === "keys"
      ? "signature_invalid"
      : "bearer_token_inactive";
    assertEquals(brief(await scene.judge(token)), expected);
  });

  Deno.test(`D1 ${way}: an API server at a path is asked below it, and the service's token shown nowhere else`, async () => {
    await using scene = await clusterScene(way, {
      path: "/k8s/clusters/c-1",
    });
    assertEquals(
      brief(await scene.judge(scene.cluster.projectedToken("shop", "web"))),
      "identity system:serviceaccount:shop:web",
    );
    for (const path of scene.cluster.asked) {
      assert(path.startsWith("/k8s/clusters/c-1/"), path);
    }
  });

  Deno.test(`${way}: a token of the service that cannot be read is named, and the API server is not blamed`, async () => {
    await using scene = await clusterScene(way);
    const asked = scene.cluster.asked.length;
    await Deno.remove(scene.tokenFile);
    scene.clocks.advance(5_001);
    scene.cluster.signer = createSigner("RS256", "unknown");
    const token = scene.cluster.projectedToken("shop", "web");
    const outcome = await scene.judge(token);
    assert(outcome.kind === "unavailable", JSON.stringify(outcome));
    assertStringIncludes(outcome.detail, "cannot be read: No such file");
    assertStringIncludes(outcome.detail, scene.tokenFile);
    assertMatch(briefCause(outcome), /: proof_unreadable$/);
    assertEquals(scene.cluster.asked.length, asked);
  });

  Deno.test(`C18 ${way}: no claim of the token's own takes the place of the parts of its sub`, async () => {
    await using scene = await clusterScene(way);
    const outcome = await scene.judge(
      scene.cluster.projectedToken("shop", "web", {
        namespace: "kube-system",
        "service_account": "root",
      }),
    );
    assert(outcome.kind === "identity", JSON.stringify(outcome));
    const { namespace, service_account: name } = outcome.claims;
    assertEquals([namespace, name], ["shop", "web"]);
  });

  Deno.test(`${way}: only service accounts of the named namespaces are welcome`, async () => {
    await using scene = await clusterScene(way, { namespaces: ["shop"] });
    const { projectedToken } = scene.cluster;
    assertEquals(
      brief(await scene.judge(projectedToken("shop", "web"))),
      "identity system:serviceaccount:shop:web",
    );
    assertEquals(
      brief(await scene.judge(projectedToken("shop2", "web"))),
      "namespace_not_allowed",
    );
  });
}

/** A sub, and details that say the same. */
function named(namespace: string, name: string): Claims {
  return {
    sub: `system:serviceaccount:${namespace}:${name}`,
    "kubernetes.io": { namespace, serviceaccount: { name } },
  };
}

const strange: readonly [why: string, changes: Claims][] = [
  ["H1 a sub that is no service account", {
    sub: "system:node:kind-control-plane",
    "kubernetes.io": undefined,
  }],
  ["H1 a sub with something before it", {
    ...named("shop", "web"),
    sub: "x:system:serviceaccount:shop:web",
  }],
  ["H1 a sub with a part too many", named("shop", "web:x")],
  ["H1 a namespace in capitals", named("Shop", "web")],
  ["H1 a namespace with a dot", named("sh.op", "web")],
  ["H1 a namespace that is empty", named("", "web")],
  ["H1 a name with a wildcard", named("shop", "*")],
  ["H1 a name with a line break", named("shop", "web\n")],
  ["C18 a sub that the details deny", {
    sub: "system:serviceaccount:kube-system:web",
  }],
  ["C18 a name that the details deny", {
    sub: "system:serviceaccount:shop:root",
  }],
];

for (const [why, changes] of strange) {
  Deno.test(`keys: refused: ${why}`, async () => {
    await using scene = await clusterScene("keys");
    const token = scene.cluster.projectedToken("shop", "web", changes);
    assertEquals(brief(await scene.judge(token)), "claim_invalid");
  });
}

Deno.test("D2 keys: metadata of another cluster are not used", async () => {
  await using scene = await clusterScene("keys", {
    before: (cluster) =>
      cluster.metadata = { ...cluster.metadata, issuer: "https://other" },
  });
  assert(scene.authenticator.status()[0]?.ready === false);
  assertEquals(
    brief(await scene.judge(scene.cluster.projectedToken("shop", "web"))),
    "unavailable jwks",
  );
});

for (
  const jwksUri of [
    "https://172.18.0.3:6443/openid/v1/jwks",
    "https://bucket.example/my-cluster/keys.json",
    undefined,
  ]
) {
  Deno.test(`D3 keys: the API server itself is asked, though its metadata say ${jwksUri}`, async () => {
    await using scene = await clusterScene("keys", {
      before: (cluster) =>
        cluster.metadata = { ...cluster.metadata, jwks_uri: jwksUri },
    });
    assertEquals(scene.cluster.asked, [
      "/.well-known/openid-configuration",
      "/openid/v1/jwks",
    ]);
    assert(scene.authenticator.status()[0]?.ready);
  });
}

Deno.test("keys: an API server that does not know the service gives it no keys", async () => {
  await using scene = await clusterScene("keys", {
    before: (cluster) => cluster.knowsNobody = true,
  });
  assert(scene.authenticator.status()[0]?.ready === false);
  assertEquals(
    brief(await scene.judge(scene.cluster.projectedToken("shop", "web"))),
    "unavailable jwks",
  );
});
