/** Where an issuer's keys are, when its metadata say it, and when they no longer do. */
import { assertEquals } from "@std/assert";
import { createRecordingLog } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import { json, startKeyServer } from "../../tests/fixtures/key_server.ts";
import type { MonotonicMs } from "../base/time.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { createKeyFetcher } from "./key_fetcher.ts";
import { P256Tables } from "./p256_tables.ts";

const METADATA = "/.well-known/openid-configuration";
const HOUR_MS = 3_600_000;

const { jwk } = createSigner("EdDSA", "key");

interface Issuer extends AsyncDisposable {
  /** Where the keys are; nothing is anywhere else. */
  keysAt: string;
  /** Whether metadata say so. */
  hasMetadata: boolean;
  /** Fetches the keys at that time: what was asked for, and what came. */
  fetchAt(time: number): Promise<readonly string[]>;
}

function startIssuer(): Issuer {
  const server = startKeyServer((request): Response => {
    const { pathname } = new URL(request.url);
    if (pathname === issuer.keysAt) return json(jwksOf(jwk));
    return pathname === METADATA && issuer.hasMetadata
      ? json(JSON.stringify({
        "issuer": server.origin,
        "jwks_uri": `${server.origin}${issuer.keysAt}`,
      }))
      : json("{}", { status: pathname === METADATA ? 500 : 404 });
  });
  let now = 0 as MonotonicMs;
  const monotonic = (): MonotonicMs => now;
  const fetcher = createKeyFetcher({
    issuer: server.origin,
    source: { kind: "discovery", allowLoopbackHttp: true },
    context: { algorithms: ["EdDSA"], tables: new P256Tables(monotonic) },
  }, { log: createRecordingLog(), monotonic });
  const issuer: Issuer = {
    keysAt: "/keys",
    hasMetadata: true,
    async fetchAt(time): Promise<readonly string[]> {
      now = time as MonotonicMs;
      const begun = server.asked.length;
      const fetched = await fetcher.fetch(new AbortController().signal);
      return [
        ...server.asked.slice(begun),
        fetched instanceof EndpointFault ? "a fault" : "keys",
      ];
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return issuer;
}

Deno.test("D1 keys that have moved are found again by the metadata", async () => {
  await using issuer = startIssuer();
  assertEquals(await issuer.fetchAt(0), [METADATA, "/keys", "keys"]);
  issuer.keysAt = "/moved";
  assertEquals(await issuer.fetchAt(60_000), ["/keys", "a fault"]);
  assertEquals(await issuer.fetchAt(60_000), [METADATA, "/moved", "keys"]);
});

Deno.test("D12 D14 metadata that are gone do not make the keys unknown: new ones still come", async () => {
  await using issuer = startIssuer();
  assertEquals(await issuer.fetchAt(0), [METADATA, "/keys", "keys"]);
  issuer.hasMetadata = false;
  assertEquals(await issuer.fetchAt(HOUR_MS), [METADATA, "/keys", "keys"]);
  // Nor are they looked for each time.
  assertEquals(await issuer.fetchAt(HOUR_MS + 29_999), ["/keys", "keys"]);
  assertEquals(await issuer.fetchAt(HOUR_MS + 30_000), [
    METADATA,
    "/keys",
    "keys",
  ]);
});
