import { assert, assertMatch, assertRejects } from "@std/assert";
import { issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner } from "../../tests/fixtures/jwt_signer.ts";
import { json, startKeyServer } from "../../tests/fixtures/key_server.ts";
import { optionsWithoutNats } from "../../tests/fixtures/library_scene.ts";
import { startCallout } from "./start_callout.ts";

Deno.test("I1 startCallout() refuses options by which nobody gets in", async () => {
  const nobody = { ...optionsWithoutNats(), issuers: [], authenticate: {} };
  const nameless = { ...optionsWithoutNats(), issuers: [{ issuer: "" }] };
  for (
    const [options, problem] of [
      [nobody, "authenticate names nobody whose tokens are accepted"],
      [nameless, "issuers[0].issuer is empty"],
    ] as const
  ) {
    await assertRejects(() => startCallout(options), TypeError, problem);
  }
});

Deno.test("C15 startCallout() refuses required claims that are none", async () => {
  const { issuers: _, ...options } = optionsWithoutNats();
  // As a program without types may have them.
  const requiredClaims = JSON.parse(
    '[{ "path": "groups", "type": "string" }, { "path": ["a"], "type": "array" }]',
  );
  const error = await assertRejects(
    () =>
      startCallout({
        ...options,
        authenticate: {
          issuers: [issuerOptions(createSigner("EdDSA"), { requiredClaims })],
        },
        permit: [{
          "name": "a",
          "grant": { "publish": "a.${claims.groups}.${sub}" },
        }],
      }),
    TypeError,
  );
  assertMatch(
    error.message,
    /requiredClaims has a path that names nothing\n.*requiredClaims has a type that is none of string, number/,
  );
});

Deno.test("startCallout() names files of TLS that it cannot read, before it connects", async () => {
  const { nats, ...options } = optionsWithoutNats();
  const folder = await Deno.makeTempDir();
  const keyFile = `${folder}/key.pem`;
  await Deno.writeTextFile(keyFile, "key", { mode: 0o644 });
  await assertRejects(
    () =>
      startCallout({
        ...options,
        nats: {
          ...nats,
          tls: { caFile: folder, certFile: `${folder}/none.pem`, keyFile },
        },
        // Whoever came as far as connecting would end here, and not try for ever.
        signal: AbortSignal.abort(),
      }),
    TypeError,
    `nats.tls.caFile is not a file: name a file
  nats.tls.certFile does not exist: see whether the path is right, or make the file
  nats.tls.keyFile holds a secret, and others on this machine can read or change it`,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("startCallout() waits for no issuer once its signal is aborted", async () => {
  const gaveUp = new AbortController();
  const ended = Promise.withResolvers<void>();
  await using issuer = startKeyServer(async () => {
    gaveUp.abort();
    await ended.promise;
    return json("{}");
  });
  const keys = {
    kind: "discovery",
    allowLoopbackHttp: true,
    timeoutMs: 10_000,
  } as const;
  const { issuers: _, ...options } = optionsWithoutNats();
  const startedAt = performance.now();
  await assertRejects(
    () =>
      startCallout({
        ...options,
        authenticate: {
          issuers: [
            issuerOptions(createSigner("EdDSA"), {
              issuer: issuer.origin,
              keys,
            }),
          ],
        },
        signal: gaveUp.signal,
      }),
    DOMException,
  );
  ended.resolve();
  assert(performance.now() - startedAt < 5_000);
});
