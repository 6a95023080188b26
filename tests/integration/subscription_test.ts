import { assert, assertEquals, assertFalse } from "@std/assert";
import { createAskingServer } from "../fakes/asking_server.ts";
import {
  type PlainServer,
  startPlainServer,
} from "../fixtures/plain_server.ts";
import { admit, createScene } from "../fixtures/subscription_scene.ts";

/**
 * The subscription on a real server where anybody may publish requests: what
 * is answered, how often, and what is thrown away when there is too much.
 */

Deno.test("I11 I13 N1 a request that comes a hundred times is answered once", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server);
  const message = scene.ask();
  for (let copy = 0; copy < 100; copy++) scene.send(message);
  await scene.settle(100, 1);
  assertEquals(scene.answers.length, 1);
  assertEquals(scene.codes(), { granted: 1, request_replayed: 99 });
});

Deno.test("J3 N2 N3 N7 forged requests are counted and not answered, genuine ones beside them are", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server);
  const foreign = createAskingServer();
  for (let round = 0; round < 10; round++) {
    const genuine = scene.ask();
    scene.send({ ...genuine, payload: genuine.payload.slice(0, 100) });
    scene.send({ ...genuine, payload: new Uint8Array(70_000) });
    scene.send({ ...genuine, payload: new Uint8Array() });
    scene.send({ ...genuine, reply: "$JS.API.STREAM.DELETE.X" });
    scene.send({ ...genuine, serverXkeys: [] });
    scene.send({ ...genuine, serverXkeys: [foreign.xkey] });
    scene.send({
      ...genuine,
      payload: new TextEncoder().encode("eyJ.eyJ.xyz"),
    });
    scene.send(genuine);
    scene.send(scene.ask("bad"));
  }
  await scene.settle(90, 20);
  assertEquals(scene.codes(), {
    granted: 10,
    signature_invalid: 10,
    request_empty: 10,
    request_too_large: 10,
    request_plaintext: 10,
    request_seal_broken: 20,
    reply_subject_unexpected: 10,
    server_xkey_invalid: 10,
  });
  assertEquals(scene.answers.length, 20);
});

/** Publishes a request with any text as its headers, which no library would write. */
async function publishRaw(
  { natsUrl }: PlainServer,
  headers: string,
): Promise<void> {
  const { hostname, port } = new URL(natsUrl);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const reply = "$SYS._INBOX.abc.def";
  await connection.write(new TextEncoder().encode(
    `CONNECT {"verbose":false,"headers":true}\r\n` +
      `HPUB $SYS.REQ.USER.AUTH ${reply} ${headers.length} ${headers.length}\r\n` +
      `${headers}\r\nPING\r\n`,
  ));
  const decoder = new TextDecoder();
  let output = "";
  const bytes = new Uint8Array(4096);
  while (!output.includes("PONG")) {
    const length = await connection.read(bytes);
    if (length === null) throw new Error(output);
    output += decoder.decode(bytes.subarray(0, length));
  }
}

Deno.test("I21 headers that are not the server's xkey change nothing", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server);
  const others = {
    "Nats-Request-Info": '{"acc":"AUTH","user":"admin"}',
    "nats-server-xkey": scene.asking.serverId,
    "Authorization": "Bearer good",
  };
  scene.send(scene.ask(), others);
  scene.send(scene.ask("bad"), others);
  await scene.settle(2, 2);
  assertEquals(scene.codes(), { granted: 1, signature_invalid: 1 });
});

Deno.test("I21 a request whose headers are malformed is no fault of ours, and not answered", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server);
  await publishRaw(server, "NATS/1.0\r\nnot a name: x\r\n\r\n");
  scene.send(scene.ask());
  await scene.settle(2, 1);
  assertEquals(scene.codes(), { request_undecodable: 1, granted: 1 });
});

Deno.test("I2 K5 a request whose headers are long is thrown away before they are decoded", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server);
  await publishRaw(
    server,
    `NATS/1.0\r\nnot a name: ${"x".repeat(1024)}\r\n\r\n`,
  );
  scene.send(scene.ask());
  await scene.settle(2, 1);
  assertEquals(scene.codes(), { request_too_large: 1, granted: 1 });
});

Deno.test("N14 one slow token does not hold up the others, and its client learns in time that there is no verdict", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server, {
    budgetMs: 300,
    authenticate: (token) =>
      token.reveal() === "slow" ? new Promise(() => {}) : admit(token),
  });
  scene.send(scene.ask("slow"));
  scene.send(scene.ask());
  await scene.settle(1, 1);
  assertEquals(scene.codes(), { granted: 1 });
  await scene.settle(2, 2);
  assertEquals(scene.codes(), { granted: 1, unavailable: 1 });
});

Deno.test("N14 I18 a token that hangs is answered before its server gives up, however large the budget", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server, {
    budgetMs: 4_000,
    authenticate: () => new Promise(() => {}),
  });
  const asked = performance.now();
  scene.send(scene.ask("slow", { timeoutSeconds: 1 }));
  await scene.settle(1, 1);
  assert(performance.now() - asked < 1_000);
  assertEquals(scene.codes(), { unavailable: 1 });
});

Deno.test("K5 what is too much is thrown away and counted, and nothing waits for ever", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server, {
    budgetMs: 400,
    requestsInFlightMax: 1,
    requestsWaitingMax: 5,
    authenticate: () => new Promise(() => {}),
  });
  scene.send(scene.ask());
  // The first one is in flight before the others come.
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let index = 0; index < 9; index++) scene.send(scene.ask());
  await scene.settle(10, 1);
  // Those at the end of the queue are in time or not, by a hair.
  const { queue_full: full, unavailable = 0, request_late: late = 0 } = scene
    .codes();
  assertEquals([full, unavailable + late], [4, 6]);
  await scene.settle(10, unavailable);
  assertEquals(scene.answers.length, unavailable);
});

Deno.test("N14 N16 an answer that comes after the server's own time-out is not sent", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server, {
    authenticate: (token) => {
      // As if the program stood still.
      const end = performance.now() + 900;
      while (performance.now() < end);
      return admit(token);
    },
  });
  scene.send(scene.ask("good", { timeoutSeconds: 1 }));
  await scene.settle(1, 0);
  assertEquals(scene.codes(), { request_late: 1 });
  assertEquals(
    scene.lines.at(-1)?.detail,
    "Judged too late: granted",
  );
  assertEquals(scene.lines.at(-1)?.kind, "jwt");
  scene.send(scene.ask("good", { timeoutSeconds: 2 }));
  await scene.settle(2, 1);
  assertEquals(scene.codes(), { request_late: 1, granted: 1 });
});

Deno.test("N16 J7 a server whose clock was set back is refused for 10 s, and one line says so", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server);
  scene.send(scene.ask());
  await scene.settle(1, 1);
  const asked = performance.now();
  for (let sent = 1; scene.answers.length < 3; sent++) {
    assert(performance.now() - asked < 15_000);
    scene.send(scene.ask("good", { behindSeconds: 5 }));
    await scene.settle(sent + 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert(performance.now() - asked > 10_000);
  const { request_late: late = 0, ...others } = scene.codes();
  assert(late > 0);
  assertEquals(others, { granted: 3, server_clock_set_back: 1 });
});

Deno.test("J2 whatever is thrown inside of a request ends in a line and in no answer, and the next is served", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server, {
    authenticate: (token) => {
      if (token.reveal() === "boom") throw new Error("canary");
      return admit(token);
    },
  });
  scene.send(scene.ask("boom"));
  scene.send(scene.ask());
  await scene.settle(2, 1);
  assertEquals(scene.codes(), { internal_error: 1, granted: 1 });
  assertEquals(scene.answers.length, 1);
});

Deno.test("J7 K1 draining finishes what is in flight before it lets go, and is not ready meanwhile", async () => {
  await using server = await startPlainServer();
  const slow = Promise.withResolvers<void>();
  await using scene = await createScene(server, {
    authenticate: async (token) => {
      await slow.promise;
      return admit(token);
    },
  });
  for (let index = 0; index < 5; index++) scene.send(scene.ask());
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert(scene.isSubscribed());
  const stopped = scene.stop();
  assertFalse(scene.isSubscribed());
  setTimeout(slow.resolve, 50);
  await stopped;
  await scene.settle(5, 5);
  assertEquals(scene.codes()["granted"], 5);
  assert(scene.answers.length === 5);
});

Deno.test("K1 draining waits for what is in flight as long as the budget lets it be", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server, {
    budgetMs: 7_000,
    authenticate: async (token) => {
      await new Promise((resolve) => setTimeout(resolve, 5_500));
      return admit(token);
    },
  });
  scene.send(scene.ask("good", { timeoutSeconds: 10 }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await scene.stop();
  await scene.settle(1, 1);
  assertEquals(scene.codes(), { granted: 1 });
});
