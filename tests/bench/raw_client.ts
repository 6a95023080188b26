/**
 * A NATS client that can log in and nothing else: the raw protocol over TCP, or
 * over WebSocket with frames made by hand. A full client costs more than the
 * server that is measured.
 *
 * @see RFC 6455 section 5
 */
import { Buffer } from "node:buffer";
import type { Endpoint } from "./load_messages.ts";

export interface LoginOutcome {
  readonly end: "admitted" | "refused" | "failed";
  /** Open if admitted; the caller closes it. */
  readonly connection?: Deno.TcpConn;
}

/** nats-server's INFO has 1.2 kB, the answer to an upgrade 0.2 kB. */
const BUFFER_BYTES = 4096;
/** nats.js waits that long. */
const LOGIN_TIMEOUT_MS = 20_000;

const UPGRADED = Buffer.from("\r\n\r\n");
const INFO = Buffer.from("INFO ");
const PONG = Buffer.from("PONG\r\n");
const REFUSAL = Buffer.from("-ERR ");
const LINE_END = Buffer.from("\r\n");

/** Connections that wait for an answer, and until when: one timer for all. */
const waiting = new Map<Deno.TcpConn, number>();
let sweeper: ReturnType<typeof setInterval> | undefined;

function sweep(): void {
  const now = performance.now();
  for (const [connection, deadline] of waiting) {
    if (deadline <= now) forget(connection);
  }
}

function watch(connection: Deno.TcpConn): void {
  waiting.set(connection, performance.now() + LOGIN_TIMEOUT_MS);
  sweeper ??= setInterval(sweep, 500);
}

function unwatch(connection: Deno.TcpConn): void {
  waiting.delete(connection);
  if (waiting.size > 0) return;
  clearInterval(sweeper);
  sweeper = undefined;
}

function forget(connection: Deno.TcpConn): void {
  unwatch(connection);
  try {
    connection.close();
  } catch {
    // It was closed while an operation failed.
  }
}

/** Connects and shows the token. Never throws: a failure is what is being counted. */
export async function login(
  endpoint: Endpoint,
  token: string,
): Promise<LoginOutcome> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({
      hostname: endpoint.hostname,
      port: endpoint.port,
    });
  } catch {
    return { end: "failed" };
  }
  watch(connection);
  try {
    const end = endpoint.transport === "tcp"
      ? await loginTcp(connection, token)
      : await loginWebSocket(connection, endpoint, token);
    if (end === "admitted") {
      unwatch(connection);
      return { end, connection };
    }
    forget(connection);
    return { end };
  } catch {
    forget(connection);
    return { end: "failed" };
  }
}

async function loginTcp(
  connection: Deno.TcpConn,
  token: string,
): Promise<"admitted" | "refused"> {
  const reader = createReader(connection);
  await reader.until(LINE_END);
  await writeAll(connection, connectLines(token));
  return await reader.verdict();
}

async function loginWebSocket(
  connection: Deno.TcpConn,
  { hostname, port }: Endpoint,
  token: string,
): Promise<"admitted" | "refused"> {
  const reader = createReader(connection);
  await writeAll(
    connection,
    Buffer.from(
      `GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\n` +
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ),
  );
  await reader.until(UPGRADED);
  await reader.until(INFO);
  await writeAll(connection, toFrame(connectLines(token)));
  return await reader.verdict();
}

function connectLines(token: string): Buffer {
  return Buffer.from(
    `CONNECT {"auth_token":"${token}","verbose":false,"pedantic":false,` +
      '"lang":"bench","version":"1.0.0","protocol":1,"headers":true,' +
      '"no_responders":true}\r\nPING\r\n',
  );
}

/** One masked binary frame. With a mask of zeros the payload stays as it is. */
function toFrame(payload: Buffer): Buffer {
  const frame = Buffer.alloc(8 + payload.length);
  frame[0] = 0x82;
  frame[1] = 0x80 | 126;
  frame.writeUInt16BE(payload.length, 2);
  payload.copy(frame, 8);
  return frame;
}

interface Reader {
  /** Reads until these bytes have come. */
  until(bytes: Buffer): Promise<void>;
  verdict(): Promise<"admitted" | "refused">;
}

/** Frames are not taken apart: what is looked for never crosses two of them. */
function createReader(connection: Deno.TcpConn): Reader {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let length = 0;
  let position = 0;

  function find(bytes: Buffer): number {
    return buffer.subarray(position, length).indexOf(bytes);
  }
  async function more(): Promise<void> {
    if (length === BUFFER_BYTES) {
      // The end may hold the first half of what is looked for.
      buffer.copyWithin(0, length - 16, length);
      length = 16;
      position = 0;
    }
    const read = await connection.read(buffer.subarray(length));
    if (read === null) throw new Error("closed");
    length += read;
  }
  return {
    async until(bytes): Promise<void> {
      for (let at = find(bytes);; at = find(bytes)) {
        if (at >= 0) {
          position += at + bytes.length;
          return;
        }
        await more();
      }
    },
    async verdict(): Promise<"admitted" | "refused"> {
      for (;;) {
        if (find(PONG) >= 0) return "admitted";
        if (find(REFUSAL) >= 0) return "refused";
        await more();
      }
    },
  };
}

async function writeAll(
  connection: Deno.TcpConn,
  bytes: Uint8Array,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await connection.write(bytes.subarray(written));
  }
}
