/**
 * What the cluster of the tests answers has the shapes that Kubernetes publishes:
 * members, their types and no others, after its OpenAPI
 * (`api/openapi-spec/v3/apis__authentication.k8s.io__v1_openapi.json`).
 */
import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { CLUSTER_ISSUER, startCluster } from "../fixtures/cluster.ts";
import type { Cluster } from "../fixtures/cluster.ts";

const strings = z.array(z.string());

/** `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`, of which a review has next to nothing. */
const objectMeta = z.strictObject({
  // Null where nothing is stored, as servers write it.
  creationTimestamp: z.iso.datetime().nullable().optional(),
  managedFields: z.array(z.unknown()).optional(),
});

/** `io.k8s.api.authentication.v1.TokenReview`, with its Spec, Status and UserInfo. */
const tokenReview = z.strictObject({
  apiVersion: z.literal("authentication.k8s.io/v1"),
  kind: z.literal("TokenReview"),
  metadata: objectMeta,
  spec: z.strictObject({ audiences: strings.optional(), token: z.string() }),
  status: z.strictObject({
    audiences: strings.optional(),
    authenticated: z.boolean().optional(),
    error: z.string().optional(),
    user: z.strictObject({
      extra: z.record(z.string(), strings).optional(),
      groups: strings.optional(),
      uid: z.string().optional(),
      username: z.string().optional(),
    }).optional(),
  }),
});

/** `io.k8s.apimachinery.pkg.apis.meta.v1.Status`. */
const status = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("Status"),
  metadata: z.strictObject({}),
  status: z.enum(["Success", "Failure"]),
  message: z.string(),
  reason: z.string(),
  code: z.int(),
});

async function review(
  cluster: Cluster,
  token: string,
  own = cluster.ownToken,
): Promise<{ readonly code: number; readonly body: unknown }> {
  using client = Deno.createHttpClient({ caCerts: [cluster.caCertificate] });
  const response = await fetch(
    new URL("/apis/authentication.k8s.io/v1/tokenreviews", cluster.url),
    {
      client,
      method: "POST",
      headers: {
        "authorization": `Bearer ${own}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        spec: { token, audiences: ["nats"] },
      }),
    },
  );
  return { code: response.status, body: await response.json() };
}

Deno.test("reviews of tokens have the shape of the published OpenAPI, whatever they say", async () => {
  await using cluster = startCluster(1_800_000_000);
  const token = cluster.projectedToken("shop", "cart");
  const { code, body } = await review(cluster, token);
  assertEquals(code, 201);
  const good = tokenReview.parse(body);
  assert(good.status.authenticated);
  assertEquals(good.status.user?.username, "system:serviceaccount:shop:cart");

  cluster.deletedPods.add("gone-0");
  for (
    const bad of [
      "no-token",
      cluster.projectedToken("shop", "gone"),
      cluster.projectedToken("shop", "cart", { aud: ["other"] }),
    ]
  ) {
    const { status } = tokenReview.parse((await review(cluster, bad)).body);
    assert(status.authenticated !== true && status.error !== undefined);
  }
});

Deno.test("whom the API server does not know it tells so in the shape of the published OpenAPI", async () => {
  await using cluster = startCluster(1_800_000_000);
  const { code, body } = await review(cluster, "any", "nobody");
  assertEquals(code, 401);
  assertEquals(status.parse(body).code, 401);
});

Deno.test("metadata and keys have the shape of issuer discovery", async () => {
  await using cluster = startCluster(1_800_000_000);
  using client = Deno.createHttpClient({ caCerts: [cluster.caCertificate] });
  const headers = { authorization: `Bearer ${cluster.ownToken}` };
  const get = async (path: string): Promise<unknown> =>
    await (await fetch(new URL(path, cluster.url), { client, headers })).json();
  const metadata = z.strictObject({
    issuer: z.literal(CLUSTER_ISSUER),
    jwks_uri: z.url(),
    response_types_supported: strings,
    subject_types_supported: strings,
    id_token_signing_alg_values_supported: strings,
  });
  metadata.parse(await get("/.well-known/openid-configuration"));
  const key = z.strictObject({
    use: z.literal("sig"),
    kty: z.literal("RSA"),
    kid: z.string(),
    alg: z.literal("RS256"),
    n: z.string(),
    e: z.string(),
  });
  const { keys } = z.strictObject({ keys: z.array(key) })
    .parse(await get("/openid/v1/jwks"));
  assertEquals(keys.length, 1);
});
