import { assertEquals } from "@std/assert";
import { JWKS_WAITERS_MAX } from "../base/limits.ts";
import {
  assertIdentity,
  assertRejected,
  claims,
  issuerOptions,
  judge,
} from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import {
  hold,
  json,
  startKeyServer,
  until,
} from "../../tests/fixtures/key_server.ts";
import {
  askBearer,
  createStoppable,
  remote,
} from "../../tests/fixtures/remote_scene.ts";

const signer = createSigner("EdDSA", "key");
const other = createSigner("EdDSA", "key");

Deno.test(
  "D15 D18 an issuer that hangs neither blocks the start nor the tokens of another",
  async () => {
    const held = hold(() => json(jwksOf(other.jwk)));
    await using slow = startKeyServer(held.answer);
    await using good = startKeyServer(jwksOf(signer.jwk));
    using bearer = createStoppable(
      issuerOptions(other, {
        issuer: "https://slow.example.com",
        keys: remote(slow.origin),
      }),
      issuerOptions(signer, { keys: remote(good.origin) }),
    );
    await bearer.start();
    assertEquals(bearer.status().map(({ ready }) => ready), [false, true]);
    assertIdentity(judge(bearer, signer.token(claims())));
    held.release();
  },
);

Deno.test(
  "D18 no more than a bounded number of tokens waits for one issuer",
  async () => {
    const held = hold(() => json(jwksOf(other.jwk)));
    await using slow = startKeyServer(held.answer);
    using bearer = createStoppable(
      issuerOptions(other, {
        issuer: "https://slow.example.com",
        keys: remote(slow.origin),
      }),
      issuerOptions(signer),
    );
    const waiting = Array.from(
      { length: JWKS_WAITERS_MAX },
      () =>
        askBearer(
          bearer,
          other.token(claims({ iss: "https://slow.example.com" })),
        ),
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
    held.release();
    for (const waited of await Promise.all(waiting)) assertIdentity(waited);
  },
);

Deno.test(
  "B16 C2 a kid is fetched from the token's own issuer and from no other",
  async () => {
    await using ours = startKeyServer(jwksOf(signer.jwk));
    await using theirs = startKeyServer(jwksOf(other.jwk));
    using bearer = createStoppable(
      issuerOptions(signer, { keys: remote(ours.origin) }),
      issuerOptions(other, {
        issuer: "https://other.example.com",
        keys: remote(theirs.origin),
      }),
    );
    const crossed = other.token(claims());
    assertRejected(
      await askBearer(bearer, crossed),
      "signature_invalid",
      crossed,
    );
    assertEquals([ours.asked.length, theirs.asked.length], [1, 0]);
    assertIdentity(
      await askBearer(
        bearer,
        other.token(claims({ iss: "https://other.example.com" })),
      ),
    );
  },
);

Deno.test("stop() ends fetches, timers and waits", async () => {
  const held = hold(() => json("{}"));
  await using slow = startKeyServer(held.answer);
  using bearer = createStoppable(
    issuerOptions(signer, { keys: remote(slow.origin) }),
  );
  const waiting = askBearer(bearer, signer.token(claims()));
  await until(() => slow.asked.length === 1);
  bearer.stop();
  assertEquals((await waiting).kind, "unavailable");
  assertEquals(
    (await askBearer(bearer, signer.token(claims()))).kind,
    "unavailable",
  );
  held.release();
  assertEquals(slow.asked.length, 1);
});
