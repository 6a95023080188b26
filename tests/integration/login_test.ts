/**
 * Logins with a bearer token and nothing else, against real servers in every way
 * that NATS can be set up for the callout.
 */
import { PermissionViolationError } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { rejected } from "../../src/base/outcome.ts";
import { ALL_ENVIRONMENTS } from "../fixtures/environments.ts";
import {
  assertAnswered,
  connectWithCreds,
  openClient,
  publishProblem,
  reaches,
  subscribeProblem,
  type Transport,
} from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";

for (const { name, start } of ALL_ENVIRONMENTS) {
  for (const transport of ["tcp", "websocket"] as Transport[]) {
    Deno.test(`a bearer token is all it takes, over ${transport}, with ${name}`, async () => {
      await using stack = await start();
      await using service = await startService(await stack.config());
      const alice = await openClient(
        stack,
        await stack.token("alice"),
        transport,
      );
      const bob = await openClient(stack, await stack.token("bob"), transport);

      assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
      assert(await reaches(bob, bob, "users.bob.a.b.c", "users.bob.>"));
      for (
        const subject of [
          "users.>",
          "users.bob.>",
          "users.*.a",
          ">",
          "_INBOX.>",
          "$SYS.>",
          "$JS.API.>",
        ]
      ) {
        assertInstanceOf(
          await subscribeProblem(alice, subject),
          PermissionViolationError,
          subject,
        );
      }
      for (
        const subject of [
          "users.bob.a",
          "users",
          "users.alice",
          "$SYS.REQ.USER.AUTH",
          "$JS.API.INFO",
        ]
      ) {
        assertInstanceOf(
          await publishProblem(alice, subject),
          PermissionViolationError,
          subject,
        );
      }
      assertFalse(await reaches(bob, alice, "users.bob.a", "users.alice.>"));
      await alice.close();
      await bob.close();
      assertEquals(
        service.lines.filter(({ code }) => code === "granted").length,
        2,
      );
    });
  }

  Deno.test(`replies stay private under one's own inbox prefix, with ${name}`, async () => {
    await using stack = await start();
    await using _service = await startService(await stack.config());
    const alice = await connect({
      servers: stack.natsUrl,
      token: await stack.token("alice"),
      inboxPrefix: "users.alice._INBOX",
      reconnect: false,
    });
    await assertAnswered(alice);
    await alice.close();
  });

  Deno.test(`C4 refused tokens get nobody in, with ${name}`, async () => {
    await using stack = await start();
    await using service = await startService(await stack.config());
    const good = await stack.token("alice");
    const tokens: [token: string, code: string][] = [
      [
        await stack.token("alice", { ttlSeconds: -3600 }),
        "bearer_token_expired",
      ],
      [await stack.token("alice", { audience: "other" }), "audience_mismatch"],
      [good.slice(0, -8) + "AAAAAAAA", "signature_invalid"],
      ["not a token", "bearer_token_malformed"],
    ];
    for (const [token, code] of tokens) {
      await assertRejects(
        () => openClient(stack, token),
        Error,
        "Authorization Violation",
      );
      assertEquals(service.lines.at(-1)?.code, code);
    }
    // No token at all.
    await assertRejects(
      () => connect({ servers: stack.natsUrl, reconnect: false }),
      Error,
      "Authorization",
    );
    assertEquals(service.lines.at(-1)?.code, "bearer_token_missing");
  });

  Deno.test(`a session ends with its token, with ${name}`, async () => {
    await using stack = await start();
    await using _service = await startService(await stack.config());
    const alice = await openClient(
      stack,
      await stack.token("alice", { ttlSeconds: 2 }),
    );
    const error = await alice.closed();
    assert(
      String(error).includes("User Authentication Expired"),
      String(error),
    );
  });
  Deno.test(`N17 J1 no token is in the service's log, the server's log, its monitoring or its connections, with ${name}`, async () => {
    await using stack = await start();
    await using service = await startService(await stack.config());
    const token = await stack.token("alice");
    const refused = await stack.token("alice", { audience: "other" });
    const alice = await openClient(stack, token);
    await assertRejects(
      () => openClient(stack, refused),
      Error,
      "Authorization",
    );

    const response = await fetch(
      `${stack.monitoringUrl}/connz?auth=1&state=all`,
    );
    const connections = await response.text();
    const everything = JSON.stringify(service.lines) + await stack.serverLog() +
      connections;
    for (const secret of [...token.split("."), ...refused.split(".")]) {
      // The header is the same for all tokens and no secret; a part of it would do no harm.
      assertFalse(everything.includes(secret), `found ${secret.slice(0, 12)}`);
    }
    assert(connections.includes('"authorized_user": "alice"'), connections);
    await alice.close();
  });

  Deno.test(`H3 hostile subs stay apart on a real server, with ${name}`, async () => {
    await using stack = await start();
    await using _service = await startService(await stack.config());
    const victim = await openClient(stack, await stack.token("victim"));
    for (
      const sub of [
        "*",
        ">",
        "victim.x",
        "> q",
        ">\u00a0q",
        "victim\u3000q",
        "{{name()}}",
        "$SYS",
      ]
    ) {
      const client = await openClient(stack, await stack.token(sub));
      assertFalse(
        await reaches(victim, client, "users.victim.secret", "users.victim.>"),
        sub,
      );
      for (const subject of ["users.>", "users.*.x", "users.victim.>", ">"]) {
        assertInstanceOf(
          await subscribeProblem(client, subject),
          PermissionViolationError,
          sub,
        );
        assertInstanceOf(
          await subscribeProblem(client, subject, "q"),
          PermissionViolationError,
          sub,
        );
      }
      assertInstanceOf(
        await publishProblem(client, "users.victim.x"),
        PermissionViolationError,
        sub,
      );
      await client.close();
    }
    await victim.close();
  });
}

Deno.test("creds of the application account keep working beside bearer tokens", async () => {
  await using stack = await startStack();
  await using service = await startService(await stack.config());
  const creds = stack.operator.userCreds(
    stack.operator.applicationAccount,
    "old",
  );
  const old = await connectWithCreds(stack.natsUrl, creds.reveal());
  const alice = await openClient(stack, await stack.token("alice"));
  assert(await reaches(alice, old, "users.alice.hello", "users.>"));
  await old.close();
  await alice.close();
  assertEquals(
    service.lines.filter(({ code }) => code === "granted").length,
    1,
  );
});

Deno.test("J7 the service says when it is ready, and when it is not", async () => {
  await using stack = await startStack();
  const service = await startService(await stack.config());
  try {
    assertEquals(
      (await fetch(`${service.monitoringUrl}/healthz`).then(discard)).status,
      200,
    );
    assertEquals(
      (await fetch(`${service.monitoringUrl}/readyz`).then(discard)).status,
      200,
    );
    await stack.server.stop();
    await until(async () =>
      (await fetch(`${service.monitoringUrl}/readyz`).then(discard)).status ===
        503
    );
    assertEquals(
      (await fetch(`${service.monitoringUrl}/healthz`).then(discard)).status,
      200,
    );
  } finally {
    await service.stop();
  }
});

Deno.test("J2 the log names a refused user with the label of the issuer", async () => {
  await using stack = await startStack();
  const { permissions, rules, ...config } = await stack.config();
  const { issuer = "" } = permissions.tokens?.[0] ?? {};
  await using service = await startService({
    ...config,
    permissions: { ...permissions, issuerLabels: new Map([[issuer, "dev"]]) },
    rules: { ...rules, permit: () => rejected("no_rule_matches", "") },
  });
  const token = await stack.token("alice");
  await assertRejects(() => openClient(stack, token));
  assertEquals(service.lines.at(-1)?.name, "dev=alice");
});

async function discard(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error("did not come true within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
