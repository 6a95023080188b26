/**
 * Who gets into the stack, and what they may do there: over TCP and WebSocket,
 * through the ports that compose publishes.
 */
import {
  credsAuthenticator,
  jwtAuthenticator,
  type NatsConnection,
  PermissionViolationError,
  wsconnect,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import {
  assert,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  assertAnswered,
  openClient,
  publishProblem,
  reaches,
  subscribeProblem,
  type Transport,
} from "../fixtures/nats_client.ts";
import { makeCreds, readCalloutUser, readSentinel } from "./identities.ts";
import type { Project } from "./project.ts";
import { sharedStack } from "./shared_stack.ts";

const TRANSPORTS: readonly Transport[] = ["tcp", "websocket"];
const REFUSED = "Authorization Violation";

/** Connects once, with these options and no others. */
async function attempt(
  stack: Project,
  transport: Transport,
  options: Parameters<typeof connect>[0],
): Promise<NatsConnection> {
  const { natsUrl, websocketUrl } = stack.urls();
  const once = { reconnect: false, timeout: 10_000, ...options };
  return transport === "tcp"
    ? await connect({ ...once, servers: natsUrl })
    : await wsconnect({ ...once, servers: websocketUrl });
}

async function assertMayNot(
  connection: NatsConnection,
  { publish, subscribe }: {
    readonly publish: readonly string[];
    readonly subscribe: readonly string[];
  },
): Promise<void> {
  for (const subject of subscribe) {
    assertInstanceOf(
      await subscribeProblem(connection, subject),
      PermissionViolationError,
      `subscribe ${subject}`,
    );
  }
  for (const subject of publish) {
    assertInstanceOf(
      await publishProblem(connection, subject),
      PermissionViolationError,
      `publish ${subject}`,
    );
  }
}

for (const transport of TRANSPORTS) {
  Deno.test(`a bearer token grants its own subtree and nothing else, over ${transport}`, async () => {
    const stack = await sharedStack();
    const alice = await stack.client("alice", transport);
    assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
    assert(
      await reaches(alice, alice, "users.alice.a.b.c", "users.alice.a.*.c"),
    );
    await assertMayNot(alice, {
      subscribe: [
        ">",
        "users.>",
        "users.*.a",
        "users.alice",
        "users.bob.>",
        "_INBOX.>",
        "$SYS.>",
        "$SYS.REQ.USER.AUTH",
        "$JS.API.>",
        "$KV.>",
      ],
      publish: [
        "users",
        "users.alice",
        "users.bob.a",
        "anything",
        "$SYS.REQ.USER.AUTH",
        "$SYS.REQ.SERVER.PING",
        "$JS.API.INFO",
        "$KV.bucket.key",
      ],
    });
    await alice.close();
  });

  Deno.test(`two users cannot see each other, over ${transport}`, async () => {
    const stack = await sharedStack();
    const alice = await stack.client("alice", transport);
    const bob = await stack.client("bob", transport);
    assert(await reaches(bob, bob, "users.bob.a", "users.bob.>"));
    assertFalse(await reaches(bob, alice, "users.bob.a", "users.alice.>"));
    await assertMayNot(alice, {
      subscribe: ["users.bob.>", "users.bob._INBOX.>"],
      publish: ["users.bob.a"],
    });
    await assertMayNot(bob, {
      subscribe: ["users.alice.>"],
      publish: ["users.alice.a"],
    });
    await Promise.all([alice.close(), bob.close()]);
  });

  Deno.test(`requests get their replies below one's own inbox prefix, over ${transport}`, async () => {
    const stack = await sharedStack();
    const alice = await attempt(stack, transport, {
      token: await stack.token("alice"),
      inboxPrefix: "users.alice._INBOX",
    });
    await assertAnswered(alice);
    await alice.close();
  });

  Deno.test(`C4 refused tokens get nobody in, over ${transport}`, async () => {
    const stack = await sharedStack();
    const good = await stack.token("alice");
    const tokens: [why: string, token: string][] = [
      ["expired", await stack.token("alice", { ttlSeconds: -3600 })],
      [
        "for another audience",
        await stack.token("alice", { audience: "other" }),
      ],
      ["signed by somebody else", await stack.forgedToken("alice")],
      ["with a spoilt signature", `${good.slice(0, -8)}AAAAAAAA`],
      ["without a signature", good.slice(0, good.lastIndexOf(".") + 1)],
      ["no token at all", "not a token"],
      ["empty", ""],
    ];
    for (const [why, token] of tokens) {
      await assertRejects(
        () => openClient(stack.urls(), token, transport),
        Error,
        REFUSED,
        why,
      );
    }
    const admitted = await openClient(stack.urls(), good, transport);
    await admitted.close();
  });

  Deno.test(`no creds at all is not a way in, over ${transport}`, async () => {
    const stack = await sharedStack();
    for (
      const options of [{}, { user: "alice" }, { user: "alice", pass: "alice" }]
    ) {
      await assertRejects(
        () => attempt(stack, transport, options),
        Error,
        REFUSED,
      );
    }
  });

  Deno.test(`the sentinel on its own cannot do anything, over ${transport}`, async () => {
    const stack = await sharedStack();
    const authenticator = jwtAuthenticator(await readSentinel(stack));
    await assertRejects(
      () => attempt(stack, transport, { authenticator }),
      Error,
      REFUSED,
    );
  });

  Deno.test(`creds files of the application account work beside tokens, over ${transport}`, async () => {
    const stack = await sharedStack();
    const creds = await makeCreds(stack, `old-${transport}`);
    const old = await attempt(stack, transport, {
      authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
    });
    const alice = await stack.client("alice", transport);
    assert(await reaches(old, old, "orders.1", "orders.>"));
    assert(await reaches(old, alice, "users.alice.news", "users.alice.>"));
    assert(await reaches(alice, old, "users.alice.answer", "users.>"));
    await Promise.all([old.close(), alice.close()]);
  });
}

Deno.test("neither a name nor a key typed beside the sentinel makes it more than it is", async () => {
  const stack = await sharedStack();
  const sentinel = await readSentinel(stack);
  const callout = await readCalloutUser(stack);
  // The server leaves those whom it takes for the callout's own user to themselves.
  for (const typed of [{ nkey: callout }, { user: callout }]) {
    const client = await attempt(stack, "tcp", {
      authenticator: () => ({ jwt: sentinel, ...typed }),
    }).catch((error: Error) => error);
    if (client instanceof Error) {
      assertStringIncludes(client.message, REFUSED);
      continue;
    }
    await assertMayNot(client, {
      subscribe: [">", "$SYS.REQ.USER.AUTH", "_INBOX.>", "users.>"],
      publish: ["$SYS.REQ.USER.AUTH", "$SYS._INBOX.x", "anything"],
    });
    await client.close();
  }
});

Deno.test("the service's user cannot do anything but its job", async () => {
  const stack = await sharedStack();
  const creds = await stack.readSecret("callout.creds");
  const callout = await attempt(stack, "tcp", {
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
  });
  await assertMayNot(callout, {
    subscribe: [
      ">",
      "$SYS.>",
      "$SYS.REQ.>",
      // Its job is to answer in turns with the others: not to listen.
      "$SYS.REQ.USER.AUTH",
      "$SYS._INBOX.>",
      "_INBOX.>",
      "users.>",
      "$JS.API.>",
    ],
    publish: [
      "$SYS.REQ.USER.AUTH",
      "$SYS.REQ.SERVER.PING",
      "$SYS.REQ.ACCOUNT.PING.CONNZ",
      "_INBOX.x",
      "users.alice.a",
      "$JS.API.INFO",
    ],
  });
  assertInstanceOf(
    await subscribeProblem(callout, "$SYS.REQ.USER.AUTH", "another-queue"),
    PermissionViolationError,
  );
  await callout.close();
});

Deno.test("H8 monitoring names who is connected, and shows no token", async () => {
  const stack = await sharedStack();
  const token = await stack.token("alice");
  const alice = await openClient(stack.urls(), token);
  const response = await fetch(`${stack.urls().monitoringUrl}/connz?auth=1`);
  const text = await response.text();
  assertStringIncludes(text, `"alice"`);
  for (const part of token.split(".")) assertFalse(text.includes(part));
  await alice.close();
});
