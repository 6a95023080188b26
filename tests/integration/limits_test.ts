/**
 * Limits of users that a callout admits: what nats-server does with them. Rules
 * refuse `limits` because of what is measured here; when one of these tests
 * fails, that decision can be changed.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { monotonicClock, systemClock } from "../../src/base/time.ts";
import type { Config } from "../../src/config/config.ts";
import { createReplayGuard } from "../../src/callout/replay.ts";
import { createVerifier } from "../../src/callout/request.ts";
import { createResponder } from "../../src/callout/response.ts";
import type { SigningKeyScope } from "../../src/dev/operator.ts";
import { connectNats } from "../../src/nats/connection.ts";
import { encodeNatsJwt } from "../../src/nats_jwt/codec.ts";
import { createSeed, signingKeyFromSeed } from "../../src/nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../../src/nats_jwt/xkeys.ts";
import { ENVIRONMENTS } from "../fixtures/environments.ts";
import { createRecordingLog } from "../fixtures/jwt_scene.ts";
import { openClient, subscribeProblem } from "../fixtures/nats_client.ts";
import { rulesByClaim, startRulesStack } from "../fixtures/rules_stack.ts";

/** Two subscriptions, 100 bytes. */
const LIMITED = {
  "pub": { "allow": ["a.>"] },
  "sub": { "allow": ["a.>"] },
  "subs": 2,
  "data": 100,
  "payload": 100,
};

async function assertUnlimited(client: NatsConnection): Promise<void> {
  for (let count = 0; count < 10; count++) {
    client.subscribe(`a.${count}`, { callback: () => {} });
  }
  assertEquals(await subscribeProblem(client, "a.more"), undefined);
  client.publish("a.big", new Uint8Array(10_000));
  await client.flush();
  assertFalse(client.isClosed());
}

const REASON =
  "the reason why rules refuse limits: the server ignores those of";

Deno.test(`${REASON} a scoped key's template`, async () => {
  const seed = createSeed("account");
  const scope: SigningKeyScope = {
    "kind": "user_scope",
    "key": signingKeyFromSeed(seed, "account").publicKey,
    "role": "limited",
    "template": LIMITED,
  };
  await using stack = await startRulesStack(
    rulesByClaim({ "limited": { "scoped_key": "limited" } }),
    { scopes: [scope], scopedKeys: new Map([["limited", seed]]) },
  );
  await assertUnlimited(
    await stack.client("alice", { claims: { rule: "limited" } }),
  );
});

for (const { name, start } of ENVIRONMENTS) {
  Deno.test(`${REASON} a user JWT, with ${name}`, async () => {
    await using stack = await start();
    const responder = await answerWith(await stack.config(), LIMITED);
    const client = await openClient(stack, "any");
    await assertUnlimited(client);
    await client.close();
    await responder.close();
  });
}

/** Admits everybody with a user JWT that says this. */
async function answerWith(
  { accounts: [account], callout, nats }: Config,
  claims: object,
): Promise<NatsConnection> {
  assert(account !== undefined);
  const ofCallout = {
    calloutAccount: callout.account,
    ...(callout.xkey && { xkey: xkeyFromSeed(callout.xkey) }),
  };
  const verify = createVerifier({
    ...ofCallout,
    isTrustedServer: () => true,
    replays: createReplayGuard(),
  });
  const respond = createResponder({
    ...ofCallout,
    signingKey: signingKeyFromSeed(callout.signingKey, "account"),
  });
  const signer = signingKeyFromSeed(account.signingKey, "account");
  const connection = await connectNats(
    nats,
    createRecordingLog(),
    new AbortController().signal,
  );
  connection.subscribe("$SYS.REQ.USER.AUTH", {
    queue: "nats-auth-callout",
    callback: (_error, message) => {
      const now = systemClock();
      const request = verify({
        payload: message.data,
        reply: message.reply ?? "",
        serverXkeys: message.headers?.values("Nats-Server-Xkey") ?? [],
      }, { now, monotonicNow: monotonicClock() });
      assert(request.kind === "verified request");
      const jwt = encodeNatsJwt({
        "sub": request.userNkey,
        "name": "limited",
        "iat": Math.floor(now / 1000),
        ...(account.publicKey === undefined ? { "aud": account.name } : {}),
        "nats": {
          "type": "user",
          "version": 2,
          ...(account.publicKey && { "issuer_account": account.publicKey }),
          ...claims,
        },
      }, signer);
      message.respond(respond(request, { jwt }, now));
    },
  });
  await connection.flush();
  return connection;
}
