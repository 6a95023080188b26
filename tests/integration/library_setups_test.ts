/**
 * The library where NATS has no operator, without an xkey, with scoped signing
 * keys and with secrets: all that the service itself can be set up with.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomBytes } from "node:crypto";
import {
  type Authenticate,
  identified,
  type IssuerOptions,
  parseSharedSecret,
  type PlainOptions,
  Secret,
  startCallout,
} from "../../src/mod.ts";
import { toPlain } from "../../src/library/plain_options.ts";
import { createSeed, decodeSeed } from "../../src/nats_jwt/nkeys.ts";
import { startConfiguredStack } from "../fixtures/configured_stack.ts";
import { libraryOptions, SILENT } from "../fixtures/library_scene.ts";
import {
  openClient,
  publishProblem,
  reaches,
  subscribeProblem,
} from "../fixtures/nats_client.ts";
import { startStack } from "../fixtures/stack.ts";
import { SignJWT } from "jose";

const trustAnybody: Authenticate = (bearerToken, { now }) =>
  identified({
    issuer: "test",
    sub: bearerToken.reveal(),
    expiresAt: new Date(now + 60_000),
  });

const judge = {
  authenticate: trustAnybody,
  issuers: [{ issuer: "test" }],
  log: SILENT,
};

/** What somebody writes who has no operator: no key of the account, and no second seed. */
function byHand({ accounts, ...options }: PlainOptions): PlainOptions {
  return { ...options, accounts: accounts.map(({ name }) => ({ name })) };
}

for (const requests of ["sealed", "plain"] as const) {
  Deno.test(`startCallout() serves a NATS without an operator, requests ${requests}`, async () => {
    await using stack = await startConfiguredStack({ requests });
    const options = toPlain(await stack.config());
    assert("nkeySeed" in options.nats);
    assertEquals(options.callout.xkey === null, requests === "plain");
    const service = await startCallout({ ...byHand(options), ...judge });
    const alice = await openClient(stack, "alice");
    assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
    assert(await subscribeProblem(alice, "users.bob.>") !== undefined);
    await alice.close();
    await service.stop();
  });
}

Deno.test("H8 startCallout() signs with the scoped key that a rule names", async () => {
  const seed = createSeed("account");
  await using stack = await startStack({
    scopes: [{
      "kind": "user_scope",
      "key": decodeSeed(seed, "account").publicKey,
      "role": "devices",
      "template": {
        "pub": { "allow": ["devices.{{name()}}.>"] },
        "sub": { "allow": ["devices.{{name()}}.>"] },
        "subs": -1,
        "data": -1,
        "payload": -1,
      },
    }],
  });
  const { accounts, ...options } = libraryOptions(stack);
  const scopedKeys = [{ name: "devices", signingKey: seed.reveal() }];
  const service = await startCallout({
    ...options,
    ...judge,
    accounts: accounts.map((account) => ({ ...account, scopedKeys })),
    permit: [{ name: "devices", grant: { "scoped_key": "devices" } }],
  });
  const device = await openClient(stack, "d1");
  assert(await reaches(device, device, "devices.d1.a", "devices.d1.>"));
  assert(await publishProblem(device, "users.d1.a") !== undefined);
  await device.close();
  await service.stop();
});

Deno.test("E3 startCallout() judges JWTs of secrets that a program reads itself", async () => {
  await using stack = await startStack();
  const key = randomBytes(32);
  const text = new Secret(key.toString("base64"));
  const issuer: IssuerOptions = {
    issuer: "https://shop.example",
    audiences: ["nats"],
    algorithms: ["HS256"],
    keys: {
      kind: "shared_secret",
      secrets: [parseSharedSecret({ text, encoding: "base64" })],
    },
    clockToleranceSeconds: 30,
    lifetimeSecondsMax: 3600,
  };
  const service = await startCallout({
    ...libraryOptions(stack),
    authenticate: { issuers: [issuer] },
  });
  const token = (secret: Uint8Array): Promise<string> =>
    new SignJWT({ iss: issuer.issuer, sub: "alice", aud: "nats" })
      .setProtectedHeader({ alg: "HS256" }).setIssuedAt()
      .setExpirationTime("5m").sign(secret);
  const alice = await openClient(stack, await token(key));
  assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
  await alice.close();
  const forged = await token(randomBytes(32));
  await assertRejects(() => openClient(stack, forged));
  await service.stop();
});
