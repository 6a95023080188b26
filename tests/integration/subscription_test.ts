/**
 * The subscription on a real server where anybody may publish requests: what
 * is answered, how often, and what is thrown away when there is too much.
 */
import { headers } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import type { Identity } from "../../src/base/identity.ts";
import { rejected } from "../../src/base/outcome.ts";
import { Secret } from "../../src/base/secret.ts";
import {
  type EpochSeconds,
  systemClock,
  toEpochSeconds,
} from "../../src/base/time.ts";
import type { CalloutMessage } from "../../src/callout/request.ts";
import type { Authenticate } from "../../src/identity/authenticate.ts";
import {
  type CalloutService,
  startCalloutService,
} from "../../src/nats/callout_service.ts";
import { createSeed, signingKeyFromSeed } from "../../src/nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../../src/nats_jwt/xkeys.ts";
import { createLog, type Log } from "../../src/telemetry/log.ts";
import { fmtCreds } from "@nats-io/jwt";
import { createUser } from "@nats-io/nkeys";
import {
  type AskingServer,
  createAskingServer,
} from "../fakes/asking_server.ts";
import { GRANT } from "../fixtures/callout_scene.ts";
import {
  type PlainServer,
  startPlainServer,
} from "../fixtures/plain_server.ts";
import type { LogLine } from "../fixtures/service.ts";

const SUBJECT = "$SYS.REQ.USER.AUTH";
const ACCOUNT = signingKeyFromSeed(createSeed("account"), "account").publicKey;

interface Scene extends AsyncDisposable {
  readonly asking: AskingServer;
  readonly codes: () => Record<string, number>;
  readonly answers: Uint8Array[];
  /** A good request, with any token. */
  ask(authToken?: string): CalloutMessage;
  send(message: CalloutMessage): void;
  /** Everything that was sent has been decided. */
  settle(decisions: number): Promise<void>;
  stop(): Promise<void>;
}

interface SceneOptions {
  readonly authenticate?: Authenticate;
  readonly budgetMs?: number;
  readonly requestsInFlightMax?: number;
  readonly requestsWaitingMax?: number;
}

function admit(bearerToken: Secret): Identity | ReturnType<typeof rejected> {
  if (bearerToken.reveal() !== "good") return rejected("signature_invalid", "");
  return {
    kind: "identity",
    credential: "jwt",
    issuer: "https://id.example",
    sub: "alice",
    claims: {},
    expiresAt: toEpochSeconds(systemClock()) + 600 as EpochSeconds,
  };
}

/** Creds that a server without passwords does not look at. */
function anyCreds(): Secret {
  return new Secret(
    new TextDecoder().decode(fmtCreds("a.b.c", createUser())),
  );
}

/** The service, with grants for everybody whom `authenticate` lets in. */
async function startAnyService(
  server: PlainServer,
  options: SceneOptions & {
    readonly xkeySeed: Secret;
    readonly serverId: string;
    readonly log: Log;
  },
): Promise<CalloutService> {
  return await startCalloutService({
    nats: {
      servers: [server.natsUrl],
      credentials: { kind: "creds", creds: anyCreds() },
      queueGroup: "callout",
    },
    callout: {
      account: ACCOUNT,
      signingKey: createSeed("account"),
      xkey: options.xkeySeed,
      trustedServerIds: [options.serverId],
      budgetMs: options.budgetMs ?? 4000,
      requestsInFlightMax: options.requestsInFlightMax ?? 256,
      requestsWaitingMax: options.requestsWaitingMax ?? 10_000,
      connectionTypes: ["nats"],
    },
    accounts: [{
      name: "APP",
      publicKey: ACCOUNT,
      signingKey: createSeed("account"),
    }],
    authenticate: options.authenticate ?? admit,
    permit: () => GRANT,
    log: options.log,
  }, new AbortController().signal);
}

/** How often each code was logged. */
function countCodes(lines: readonly LogLine[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of lines) {
    if (code !== undefined) counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

async function createScene(
  server: PlainServer,
  options: SceneOptions = {},
): Promise<Scene> {
  const asking = createAskingServer();
  const xkeySeed = createSeed("curve");
  const lines: LogLine[] = [];
  const log = createLog({
    format: "json",
    level: "debug",
    linesPerSecondMax: 1_000_000,
    write: (line) => lines.push(JSON.parse(line)),
  });
  const { serverId } = asking;
  const service = await startAnyService(server, {
    ...options,
    xkeySeed,
    serverId,
    log,
  });
  const connection = await connect({ servers: server.natsUrl });
  const answers: Uint8Array[] = [];
  connection.subscribe("$SYS._INBOX.>", {
    callback(_error, { data }): void {
      answers.push(data);
    },
  });
  await connection.flush();

  async function stop(): Promise<void> {
    await service.stop();
    await log.close();
  }
  return {
    asking,
    answers,
    codes: () => countCodes(lines),
    stop,
    async settle(decisions): Promise<void> {
      const deadline = Date.now() + 10_000;
      while (
        lines.filter(({ code }) => code !== undefined).length < decisions
      ) {
        if (Date.now() > deadline) {
          throw new Error(`not settled: ${JSON.stringify(countCodes(lines))}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await connection.flush();
    },
    ask: (authToken = "good") =>
      asking.ask({
        account: ACCOUNT,
        calloutXkey: xkeyFromSeed(xkeySeed).publicKey,
        authToken,
        nowSeconds: toEpochSeconds(systemClock()),
      }),
    send(message): void {
      const header = headers();
      for (const key of message.serverXkeys) {
        header.append("Nats-Server-Xkey", key);
      }
      connection.publish(SUBJECT, message.payload, {
        reply: message.reply,
        headers: header,
      });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await stop();
      await connection.close();
    },
  };
}

Deno.test("I11 I13 N1 a request that comes a hundred times is answered once", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server);
  const message = scene.ask();
  for (let copy = 0; copy < 100; copy++) scene.send(message);
  await scene.settle(100);
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
  await scene.settle(90);
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

Deno.test("N14 one slow token does not hold up the others, and is not answered late", async () => {
  await using server = await startPlainServer();
  const slow = Promise.withResolvers<void>();
  await using scene = await createScene(server, {
    budgetMs: 300,
    authenticate: async (token) => {
      if (token.reveal() === "slow") await slow.promise;
      return admit(token);
    },
  });
  scene.send(scene.ask("slow"));
  scene.send(scene.ask());
  await scene.settle(1);
  assertEquals(scene.codes(), { granted: 1 });
  await new Promise((resolve) => setTimeout(resolve, 350));
  slow.resolve();
  await scene.settle(2);
  assertEquals(scene.codes(), { granted: 1, request_late: 1 });
  assertEquals(scene.answers.length, 1);
});

Deno.test("K5 what waits too long, or is too much, is thrown away and counted", async () => {
  await using server = await startPlainServer();
  const slow = Promise.withResolvers<void>();
  await using scene = await createScene(server, {
    budgetMs: 200,
    requestsInFlightMax: 1,
    requestsWaitingMax: 5,
    authenticate: async (token) => {
      await slow.promise;
      return admit(token);
    },
  });
  scene.send(scene.ask());
  // The first one is in flight before the others come.
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let index = 0; index < 9; index++) scene.send(scene.ask());
  await scene.settle(4);
  assertEquals(scene.codes(), { queue_full: 4 });
  await new Promise((resolve) => setTimeout(resolve, 250));
  slow.resolve();
  await scene.settle(10);
  assertEquals(scene.codes(), { queue_full: 4, request_late: 6 });
  assertEquals(scene.answers.length, 0);
});

Deno.test("J8 whatever is thrown inside of a request ends without an answer, and the next is served", async () => {
  await using server = await startPlainServer();
  await using scene = await createScene(server, {
    authenticate: (token) => {
      if (token.reveal() === "boom") throw new Error("canary");
      return admit(token);
    },
  });
  scene.send(scene.ask("boom"));
  scene.send(scene.ask());
  await scene.settle(3);
  assertEquals(scene.codes(), { internal_error: 2, granted: 1 });
  assertEquals(scene.answers.length, 1);
});

Deno.test("K1 draining finishes what is in flight before it lets go", async () => {
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
  const stopped = scene.stop();
  setTimeout(slow.resolve, 50);
  await stopped;
  await scene.settle(5);
  assertEquals(scene.codes()["granted"], 5);
  assert(scene.answers.length === 5);
});
