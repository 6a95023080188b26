/**
 * The thread of a client that stays. One for each, because nats.js keeps one
 * transport for all connections of a thread: a client over TCP that comes back
 * after another has connected over WebSocket would try that instead.
 */
import { type NatsConnection, wsconnect } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { ignoreStraySocketErrors } from "../../src/cli/stray_socket_errors.ts";
import type { Asked, Told } from "./staying_client.ts";

ignoreStraySocketErrors();

const BACK_MS_MAX = 60_000;
const TRY_MS = 200;

let client: Client;

interface Client {
  readonly connection: NatsConnection;
  readonly sub: string;
  /** Words that have come back; asked for once, since coming back includes that. */
  readonly arrived: Set<string>;
  disconnects: number;
}

async function open(asked: Extract<Asked, { kind: "open" }>): Promise<void> {
  const { servers, sub, token, transport } = asked;
  const options = {
    servers: [...servers],
    token,
    inboxPrefix: `users.${sub}._INBOX`,
    ignoreAuthErrorAbort: true,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    timeout: 10_000,
  };
  const connection = transport === "tcp"
    ? await connect(options)
    : await wsconnect(options);
  client = { connection, sub, arrived: new Set(), disconnects: 0 };
  watch();
  connection.subscribe(`users.${sub}.back`, {
    callback(_error, message): void {
      client.arrived.add(message.string());
    },
  });
}

async function watch(): Promise<void> {
  for await (const { type } of client.connection.status()) {
    if (type === "disconnect") client.disconnects++;
  }
}

async function waitUntilBack(): Promise<void> {
  const { connection, sub, arrived } = client;
  const deadline = performance.now() + BACK_MS_MAX;
  while (performance.now() < deadline) {
    if (connection.isClosed()) throw new Error(`${sub} was closed for good`);
    const word = crypto.randomUUID();
    connection.publish(`users.${sub}.back`, word);
    await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    if (arrived.has(word)) return;
  }
  throw new Error(`${sub} is not back after ${BACK_MS_MAX / 1000} s`);
}

async function answer(asked: Asked): Promise<Told> {
  try {
    if (asked.kind === "open") await open(asked);
    if (asked.kind === "isBack") await waitUntilBack();
    if (asked.kind === "close") await client.connection.close();
    return { disconnects: client.disconnects };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

addEventListener("message", async (event: Event) => {
  if (event instanceof MessageEvent) postMessage(await answer(event.data));
});

declare function postMessage(told: Told): void;
