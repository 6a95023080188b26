/**
 * `client`: the example client. It connects with a bearer token and nothing else
 * and shows what the token grants.
 */
import {
  AuthorizationError,
  type ConnectionOptions,
  type NatsConnection,
  TimeoutError,
  wsconnect,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import { Buffer } from "node:buffer";
import { parseArgs } from "node:util";
import {
  decodeJsonObject,
  JsonFault,
  type JsonObject,
  member,
} from "../base/json.ts";
import { JSON_LIMITS } from "../base/limits.ts";
import { isTlsAddress } from "../nats/server_address.ts";
import { subjectToken } from "../permissions/subject_token.ts";
import { inboxPrefix, messageOf, tour } from "./client_tour.ts";
import {
  EXIT_FAILED,
  EXIT_OK,
  print,
  printError,
  tokenOf,
} from "./terminal.ts";
import { ignoreStraySocketErrors } from "./stray_socket_errors.ts";
import { UsageError, withUsage } from "./usage.ts";

const DEFAULT_URL = "nats://127.0.0.1:4222";
const DEFAULT_WEBSOCKET_URL = "ws://127.0.0.1:9222";

const USAGE = `Connects to NATS with a bearer token and shows what it grants.

Usage: deno task client --token TOKEN [--ws] [--server URL]

  --token TOKEN  the bearer token; one for development: deno task token --sub alice;
                 - reads it from standard input, where other users of the machine
                 do not see it
  --ws           connect over WebSocket
  --server URL   the server, ${DEFAULT_URL} or ${DEFAULT_WEBSOCKET_URL} unless given
  --id ID        the user's subject token (users.ID.>), if it is not the token's sub
  --help         this text`;

/** More than nats-server waits for the service, so that its refusal is seen. */
const CONNECT_TIMEOUT_MS = 10_000;

interface Options {
  readonly token: string;
  readonly url: string;
  readonly webSocket: boolean;
  /** What the token says, if it is a JWT. Not verified: that is the service's work. */
  readonly claims: JsonObject;
  /** The user's subject token. */
  readonly id: string | undefined;
}

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, async () => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        token: { type: "string", default: "" },
        ws: { type: "boolean", default: false },
        server: { type: "string" },
        id: { type: "string" },
      },
    });
    const token = await tokenOf(values.token);
    if (token === "") {
      printError(
        "No bearer token. Pass one with --token; for development: deno task token --sub alice",
      );
      return EXIT_FAILED;
    }
    if (values.ws && /^(?!wss?:)\w+:\/\//.test(values.server ?? "")) {
      throw new UsageError(
        "--ws needs a --server that begins with ws:// or wss://",
      );
    }
    const claims = readClaims(token);
    const fallback = values.ws ? DEFAULT_WEBSOCKET_URL : DEFAULT_URL;
    return await show({
      token,
      url: values.server ?? fallback,
      claims,
      webSocket: values.ws || /^wss?:/.test(values.server ?? ""),
      id: values.id ?? readId(claims),
    });
  });
}

async function show(options: Options): Promise<number> {
  ignoreStraySocketErrors();
  let connection: NatsConnection;
  try {
    connection = await open(options);
  } catch (error) {
    printError(explain(error, options));
    return EXIT_FAILED;
  }
  try {
    return await takeTour(connection, options);
  } catch (error) {
    printError(`The connection ended early: ${messageOf(error)}`);
    return EXIT_FAILED;
  } finally {
    await connection.close();
  }
}

async function takeTour(
  connection: NatsConnection,
  { id, url }: Options,
): Promise<number> {
  const version = connection.info?.version ?? "";
  print(
    `Connected to nats-server ${version} at ${
      withoutUserinfo(url)
    }, with the bearer token and nothing else.`,
  );
  if (id === undefined) {
    printError(
      "The token does not say whose it is: pass the user's subject token with --id. `deno task explain` says it (Name)",
    );
    return EXIT_FAILED;
  }
  let good = true;
  for await (const step of tour(connection, id)) {
    print(`  ${step.good ? "✓" : "✗"} ${step.what}: ${step.outcome}`);
    good &&= step.good;
  }
  if (good) return EXIT_OK;
  printError(
    `The tour tries users.${id}.>, which a rule need not grant: \`deno task explain\` says what yours does. If the user has another name (Name), pass it with --id`,
  );
  return EXIT_FAILED;
}

async function open(options: Options): Promise<NatsConnection> {
  const { url, token, id, webSocket } = options;
  const connectionOptions: ConnectionOptions = {
    servers: url,
    token,
    ...(id === undefined ? {} : { inboxPrefix: inboxPrefix(id) }),
    name: "example client",
    // The library takes tls:// for nats://, and would send the token in plain text.
    ...(isTlsAddress(url) ? { tls: {} } : {}),
    timeout: CONNECT_TIMEOUT_MS,
    // A real client does reconnect; this one shows the first answer.
    reconnect: false,
    maxReconnectAttempts: 0,
  };
  return await (webSocket ? wsconnect : connect)(connectionOptions);
}

/** Why there is no connection, in one line. */
function explain(error: unknown, { claims, url }: Options): string {
  if (error instanceof AuthorizationError) {
    const expiry = member(claims, "exp");
    const expired = typeof expiry === "number" && expiry * 1000 <= Date.now();
    return expired
      ? `Refused: the bearer token has expired at ${expiryTime(expiry)}`
      : "Refused: the bearer token was not accepted. Why is in the service's log, and only there; `deno task explain` asks for it anew";
  }
  const problem = error instanceof TimeoutError
    ? `no answer within ${CONNECT_TIMEOUT_MS / 1000} s`
    : messageOf(error);
  return `Cannot connect to ${
    withoutUserinfo(url)
  }: ${problem}. Is it running? \`deno task dev\` starts one`;
}

/** What stands before the host may be a password or a token. */
function withoutUserinfo(url: string): string {
  return url.replace(/^([a-z]+:\/\/)?.*@/, "$1");
}

function expiryTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}

/** The claims of a JWT, unverified; none of any other token. */
function readClaims(token: string): JsonObject {
  const [, payload = ""] = token.split(".");
  const text = Buffer.from(payload, "base64url").toString("utf8");
  const claims = decodeJsonObject(text, JSON_LIMITS);
  return claims instanceof JsonFault ? {} : claims;
}

/** What the service makes of the token's `sub`. */
function readId(claims: JsonObject): string | undefined {
  const sub = member(claims, "sub");
  return typeof sub === "string" ? subjectToken(sub) : undefined;
}
