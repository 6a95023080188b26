/**
 * A program whose log throws: it loses its lines, and nothing else.
 */
import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { type Log, startCallout } from "../../src/mod.ts";
import { createSigner } from "../fixtures/jwt_signer.ts";
import { issuerOptions } from "../fixtures/jwt_scene.ts";
import { json, startKeyServer } from "../fixtures/key_server.ts";
import { libraryOptions } from "../fixtures/library_scene.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

const ISSUER = "https://id.example";

function fail(): never {
  throw new Error("planned");
}

const FAILING: Log = {
  debug: fail,
  info: fail,
  warn: fail,
  error: fail,
  audit: fail,
};

async function login(stack: TestStack, token: string): Promise<void> {
  const client = await openClient(stack, token);
  await client.close();
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    assert(Date.now() < deadline, "not within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("a log that throws at every line costs no login, no refresh of keys, no connection and no stop", async () => {
  const warnings: string[] = [];
  const listener = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", listener);
  const signer = createSigner("EdDSA", "a");
  await using issuer = startKeyServer(() => json("", { status: 500 }));
  await using stack = await startStack();
  const seconds = Math.floor(Date.now() / 1000);
  const token = signer.token({
    iss: ISSUER,
    sub: "alice",
    aud: "nats",
    iat: seconds,
    exp: seconds + 600,
  });
  const service = await startCallout({
    ...libraryOptions(stack),
    authenticate: {
      issuers: [issuerOptions(signer, {
        issuer: ISSUER,
        keys: {
          kind: "jwks_url",
          url: new URL(issuer.origin),
          allowLoopbackHttp: true,
          refreshSeconds: 0.2,
          unknownKeyCooldownSeconds: 0.1,
        },
      })],
    },
    log: FAILING,
  });
  const fetches = issuer.asked.length;
  issuer.answer = (): Response => json(JSON.stringify({ keys: [signer.jwk] }));
  await until(() => issuer.asked.length > fetches + 2);
  await login(stack, token);
  await stack.server.restart();
  await until(service.isSubscribed);
  await login(stack, token);
  await service.stop();
  await service.ended;
  process.off("warning", listener);
  assertEquals(warnings, [
    "The log of the callout fails and loses lines: planned",
  ]);
});
