/**
 * What the embedded stack alone guarantees, before any service runs: who is let
 * in, and how far.
 */
import {
  type ConnectionOptions,
  credsAuthenticator,
  jwtAuthenticator,
  type NatsConnection,
  PermissionViolationError,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { assert, assertInstanceOf, assertRejects } from "@std/assert";
import type { Secret } from "../../src/base/secret.ts";
import { publishProblem, subscribeProblem } from "../fixtures/nats_client.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

function open(
  stack: TestStack,
  options: ConnectionOptions,
): Promise<NatsConnection> {
  return connect({ servers: stack.natsUrl, reconnect: false, ...options });
}

function creds(secret: Secret): ConnectionOptions {
  const bytes = new TextEncoder().encode(secret.reveal());
  return { authenticator: credsAuthenticator(bytes) };
}

Deno.test("without a service nobody gets in with a bearer token, nor without", async () => {
  await using stack = await startStack({
    extra: "authorization { timeout: 0.2 }",
  });
  const token = await stack.token("alice");
  await assertRejects(() => open(stack, { token }), Error, "Authorization");
  await assertRejects(() => open(stack, {}), Error, "Authorization");
});

Deno.test("N10 the sentinel, used as a credential, is called out like everybody", async () => {
  await using stack = await startStack({
    extra: "authorization { timeout: 0.2 }",
  });
  const { sentinelJwt } = stack.operator;
  const authenticator = jwtAuthenticator(sentinelJwt);
  await assertRejects(() => open(stack, { authenticator }), Error);
});

Deno.test("I12 the service's own user may subscribe in its queue group and answer, nothing else", async () => {
  await using stack = await startStack();
  const own = creds(stack.operator.calloutCreds);
  const connection = await open(stack, own);
  const request = "$SYS.REQ.USER.AUTH";
  assert(
    await subscribeProblem(connection, request, "nats-auth-callout") ===
      undefined,
  );
  const refused = PermissionViolationError;
  assertInstanceOf(await subscribeProblem(connection, request), refused);
  assertInstanceOf(await subscribeProblem(connection, request, "q"), refused);
  assertInstanceOf(await subscribeProblem(connection, ">"), refused);
  assertInstanceOf(await publishProblem(connection, "users.a.b"), refused);
  assertInstanceOf(await publishProblem(connection, request), refused);
  assert(
    await publishProblem(connection, "$SYS._INBOX.x.y") === undefined,
  );
  await connection.close();
});

Deno.test("creds of the application account work beside bearer tokens", async () => {
  await using stack = await startStack();
  const { applicationAccount, systemAccount } = stack.operator;
  const user = stack.operator.userCreds(applicationAccount, "worker");
  const connection = await open(stack, creds(user));
  const reply = await connection.request("$JS.API.INFO");
  assert(reply.json<{ error?: unknown }>().error === undefined);
  await connection.close();

  const systemUser = stack.operator.userCreds(systemAccount, "system");
  const system = await open(stack, creds(systemUser));
  assert((await system.request("$SYS.REQ.SERVER.PING")).string() !== "");
  await system.close();
});
