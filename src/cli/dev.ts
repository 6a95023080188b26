/**
 * `dev`: all of it on this machine. A nats-server, operator and accounts made in
 * memory, the service, and two bearer tokens to try it with. Ctrl-C ends all.
 */
import { parseArgs } from "node:util";
import { within } from "../base/within.ts";
import { ConfigError, formatConfigError } from "../config/config_error.ts";
import { findNatsServer, NatsServerMissingError } from "../dev/nats_server.ts";
import {
  checkPorts,
  PortsInUseError,
  ServerFailedError,
} from "../dev/running_server.ts";
import type { ServerPorts } from "../dev/server_configuration.ts";
import { type Stack, startStack } from "../dev/stack.ts";
import { TokenIssuerError } from "../dev/token_issuer.ts";
import { ListenError } from "../monitoring/health.ts";
import { createLog } from "../telemetry/log.ts";
import {
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  print,
  printError,
} from "./terminal.ts";
import { logWarnings } from "./config_warnings.ts";
import { readDevConfig, writeVariables } from "./dev_config.ts";
import { overview } from "./dev_overview.ts";
import { runService } from "./service.ts";
import { aborted, listenForStop } from "./stop_signal.ts";
import { ignoreStraySocketErrors } from "./stray_socket_errors.ts";
import { developmentIssuerFolder } from "./token.ts";
import { UsageError, withUsage } from "./usage.ts";

const DEFAULT_PORTS: ServerPorts = {
  nats: 4222,
  websocket: 9222,
  monitoring: 8222,
};

const USAGE = `Runs NATS and the service on this machine, with demo tokens.

Usage: deno task dev [options]

  --port PORT             NATS clients, ${DEFAULT_PORTS.nats} unless given
  --ws-port PORT          WebSocket clients, ${DEFAULT_PORTS.websocket} unless given
  --monitoring-port PORT  nats-server's monitoring, ${DEFAULT_PORTS.monitoring} unless given
  --help                  this text

CALLOUT_CONFIG names the configuration, config/callout.yaml unless set: with its issuers
and rules, and with the variables NATS_... and CALLOUT_... that this NATS needs.
MONITORING_LISTEN is where the service answers health checks, 127.0.0.1:8080 unless set.
NATS_SERVER names a nats-server; without it, one is looked for and, if need be, installed.
Everything listens on loopback only. Ctrl-C ends it and removes what it wrote.`;

const HOLD_BACK_MS = 2_000;

/** For goodbyes; the server is stopped after it in any case. */
const STOP_TIMEOUT_MS = 6_000;

export async function run(args: readonly string[]): Promise<number> {
  return await withUsage(USAGE, args, () => dev(readPorts(args)));
}

async function dev(ports: ServerPorts): Promise<number> {
  if (Deno.build.os === "windows") {
    printError("`deno task dev` needs Linux, macOS or WSL");
    return EXIT_FAILED;
  }
  ignoreStraySocketErrors();
  using stopSignal = listenForStop();
  const { signal } = stopSignal;
  try {
    const code = await runStack(ports, signal);
    print("Everything has ended.");
    return code;
  } catch (error) {
    return signal.aborted ? EXIT_OK : explain(error, ports);
  }
}

/** Runs until Ctrl-C, or until something ends that should not. */
async function runStack(
  ports: ServerPorts,
  signal: AbortSignal,
): Promise<number> {
  // Before a minute is spent on getting a nats-server.
  checkPorts(ports);
  const natsServer = await findNatsServer({ report: print, signal });
  await using stack = await startStack({
    natsServer,
    ports,
    issuerFolder: developmentIssuerFolder(),
  });
  const { config, variables, warnings } = readDevConfig(stack);
  // The overview comes first. What is said before it waits, but not for long:
  // it may be the reason why there is no overview.
  using lines = holdBack(HOLD_BACK_MS);
  const log = createLog({
    format: config.log.format === "json" ? "json" : "text",
    level: config.log.level,
    write: lines.print,
  });
  const service = await runService(config, log, signal);
  try {
    const variableFile = await writeVariables(stack, variables);
    print(await overview(stack, config, variableFile));
    // That the tokens are for development is known to whoever runs this.
    logWarnings(
      log,
      warnings.filter(({ code }) => code !== "development_issuer_trusted"),
    );
    lines.release();
    return await Promise.race([
      aborted(signal).then(() => EXIT_OK),
      stack.server.died.then(() => reportDeath(stack)),
      service.ended.then(() => EXIT_FAILED),
    ]);
  } finally {
    await within(STOP_TIMEOUT_MS, service.stop());
    await log.close();
  }
}

async function reportDeath({ server }: Stack): Promise<number> {
  const lines = (await server.log()).trimEnd().split("\n").slice(-10);
  printError(
    `nats-server has ended by itself. Its last words:\n${lines.join("\n")}`,
  );
  return EXIT_FAILED;
}

interface HeldLines extends Disposable {
  print(line: string): void;
  release(): void;
}

/** Keeps lines until released, or until the time is over. */
function holdBack(milliseconds: number): HeldLines {
  let held: string[] | undefined = [];
  function release(): void {
    clearTimeout(timer);
    held?.forEach(print);
    held = undefined;
  }
  const timer = setTimeout(release, milliseconds);
  return {
    print: (line) => held === undefined ? print(line) : held.push(line),
    release,
    [Symbol.dispose]: release,
  };
}

/** What went wrong, for a person; rethrows what nobody expects. */
function explain(error: unknown, ports: ServerPorts): number {
  if (error instanceof PortsInUseError) {
    const lines = error.ports.map((name) =>
      `Port ${
        ports[name]
      } is in use. Stop what listens there (another \`deno task dev\`, docker compose), or choose another: ${
        OPTION_BY_PORT[name]
      } PORT`
    );
    printError(lines.join("\n"));
    return EXIT_FAILED;
  }
  if (error instanceof ConfigError) {
    printError(formatConfigError(error, "Cannot start"));
    return EXIT_USAGE;
  }
  if (
    error instanceof NatsServerMissingError ||
    error instanceof ServerFailedError || error instanceof TokenIssuerError ||
    error instanceof ListenError
  ) {
    printError(error.message);
    return EXIT_FAILED;
  }
  throw error;
}

const OPTION_BY_PORT: Readonly<Record<keyof ServerPorts, string>> = {
  nats: "--port",
  websocket: "--ws-port",
  monitoring: "--monitoring-port",
};

function readPorts(args: readonly string[]): ServerPorts {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "port": { type: "string" },
      "ws-port": { type: "string" },
      "monitoring-port": { type: "string" },
    },
  });
  return {
    nats: readPort(values["port"], "nats"),
    websocket: readPort(values["ws-port"], "websocket"),
    monitoring: readPort(values["monitoring-port"], "monitoring"),
  };
}

function readPort(text: string | undefined, name: keyof ServerPorts): number {
  if (text === undefined) return DEFAULT_PORTS[name];
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw new UsageError(`${OPTION_BY_PORT[name]} must be a port, 1 to 65535`);
  }
  return port;
}
