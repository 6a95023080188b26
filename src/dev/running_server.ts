/**
 * A real nats-server on loopback: started, watched and stopped, with everything
 * it writes in one folder that goes with it.
 */
import { assert } from "../base/assert.ts";
import { readIfThere, removeFolder } from "./files.ts";
import type { NatsServer } from "./nats_server.ts";
import type { Operator } from "./operator.ts";
import {
  ANY_PORT,
  LOOPBACK,
  serverConfiguration,
  type ServerPorts,
} from "./server_configuration.ts";
import { spawnWatched, type WatchedChild } from "./watched_child.ts";

export interface RunningServer extends AsyncDisposable {
  readonly version: string;
  readonly ports: ServerPorts;
  /** For files that have to go when the server goes. Only this user can read it. */
  readonly folder: string;
  /** Resolves when it ends without having been asked to. */
  readonly died: Promise<void>;
  /** What it has logged so far. */
  log(): Promise<string>;
  /** Sends a signal to nats-server itself. */
  signal(signal: Deno.Signal): void;
  /** Kills it if it runs, and starts it anew on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly natsServer: NatsServer;
  readonly operator: Operator;
  /** Any that are free, unless given. */
  readonly ports?: ServerPorts;
  /** Further lines of configuration. */
  readonly extra?: string | undefined;
  /** How long it may take to stop before it is killed. */
  readonly stopTimeoutMs?: number;
}

/** Ports that something else listens on. */
export class PortsInUseError extends Error {
  override readonly name = "PortsInUseError";
  readonly ports: readonly (keyof ServerPorts)[];

  constructor(ports: readonly (keyof ServerPorts)[]) {
    super(`Cannot start nats-server: ports in use: ${ports.join(", ")}`);
    this.ports = ports;
  }
}

/** It started and ended again, or did not get ready; the message holds its own words. */
export class ServerFailedError extends Error {
  override readonly name = "ServerFailedError";
}

const ANY_PORTS: ServerPorts = {
  nats: ANY_PORT,
  websocket: ANY_PORT,
  monitoring: ANY_PORT,
};
/** A busy machine takes a second; JetStream has nothing to recover. */
const READY_TIMEOUT_MS = 20_000;
const READY_POLL_MS = 10;
const STOP_TIMEOUT_MS = 5_000;

/** One run of the program. */
interface Run {
  readonly child: WatchedChild;
  readonly pid: number;
  readonly ports: ServerPorts;
}

/**
 * Starts a server and waits until it takes connections.
 *
 * @throws {PortsInUseError} If a port that was asked for is taken.
 * @throws {ServerFailedError} If it did not get ready.
 */
export async function startNatsServer(
  options: StartOptions,
): Promise<RunningServer> {
  const wanted = options.ports ?? ANY_PORTS;
  checkPorts(wanted);
  // Mode 0700, so nobody else can read what is in it.
  const folder = await Deno.makeTempDir({ prefix: "nats-auth-callout-" });
  let run: Run;
  try {
    run = await start(folder, wanted, options);
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
  const { ports } = run;
  const died = Promise.withResolvers<void>();
  let running = true;
  /** Whether somebody wants the present run to end. */
  let ending = false;

  async function watch(): Promise<void> {
    await run.child.ended;
    running = false;
    if (!ending) died.resolve();
  }
  function signal(name: Deno.Signal): void {
    // Its number may already belong to another program.
    if (running) send(run.pid, name);
  }
  async function end(name: Deno.Signal): Promise<void> {
    ending = true;
    signal(name);
    const late = setTimeout(
      () => run.child.abandon(),
      options.stopTimeoutMs ?? STOP_TIMEOUT_MS,
    );
    await run.child.ended;
    clearTimeout(late);
  }
  async function stop(): Promise<void> {
    await end("SIGTERM");
    await removeFolder(folder);
  }
  watch();

  return {
    version: options.natsServer.version,
    ports,
    folder,
    died: died.promise,
    log: () => readIfThere(`${folder}/nats-server.log`),
    signal,
    async restart(): Promise<void> {
      await end("SIGKILL");
      run = await start(folder, ports, options);
      running = true;
      ending = false;
      watch();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function start(
  folder: string,
  ports: ServerPorts,
  options: StartOptions,
): Promise<Run> {
  const file = `${folder}/nats-server.conf`;
  await Deno.writeTextFile(
    file,
    serverConfiguration({
      folder,
      operator: options.operator,
      ports,
      extra: options.extra,
    }),
  );
  const command = [options.natsServer.path, "--config", file];
  const child = spawnWatched(folder, command);
  let exitCode: number | undefined;
  child.ended.then((code) => {
    exitCode = code;
  });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (exitCode === undefined && performance.now() < deadline) {
    const ready = await readPortsFile(folder);
    if (ready !== undefined) return { child, ...ready };
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  const reason = exitCode === undefined
    ? `not ready after ${READY_TIMEOUT_MS / 1000} s`
    : `ended with exit code ${exitCode}`;
  const words = await lastWords(folder);
  if (exitCode === undefined) await child.abandon();
  throw new ServerFailedError(`Cannot start nats-server: ${reason}${words}`);
}

const PORTS_FILE_REGEXP = /_(\d+)\.ports$/;

/**
 * nats-server writes `<program>_<process>.ports` once it listens. It is removed
 * here when read, so that the next run's is not mistaken for it.
 */
async function readPortsFile(
  folder: string,
): Promise<Omit<Run, "child"> | undefined> {
  for await (const { name } of Deno.readDir(folder)) {
    const pid = PORTS_FILE_REGEXP.exec(name)?.[1];
    if (pid === undefined) continue;
    const text = await readIfThere(`${folder}/${name}`);
    // It is not written in one go.
    if (!text.trimEnd().endsWith("}")) return undefined;
    await Deno.remove(`${folder}/${name}`);
    const listed: Record<string, string[]> = JSON.parse(text);
    return {
      pid: Number(pid),
      ports: {
        nats: portOf(listed["nats"]),
        websocket: portOf(listed["websocket"]),
        monitoring: portOf(listed["monitoring"]),
      },
    };
  }
  return undefined;
}

function portOf(urls: readonly string[] | undefined): number {
  const port = Number(/:(\d+)$/.exec(urls?.[0] ?? "")?.[1]);
  assert(Number.isInteger(port), "nats-server lists its ports");
  return port;
}

/**
 * @throws {PortsInUseError} If something listens on one of them.
 */
export function checkPorts(ports: ServerPorts): void {
  const names = ["nats", "websocket", "monitoring"] as const;
  const taken = names.filter((name) =>
    ports[name] !== ANY_PORT && !isFree(ports[name])
  );
  if (taken.length > 0) throw new PortsInUseError(taken);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: LOOPBACK, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** What it printed or logged before it gave up. */
async function lastWords(folder: string): Promise<string> {
  const texts = [
    await readIfThere(`${folder}/output`),
    await readIfThere(`${folder}/nats-server.log`),
  ];
  const lines = texts.flatMap((text) => text.trim().split("\n").slice(-5));
  return lines.map((line) => `\n  ${line}`).join("");
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    // It has just ended by itself: that is what the caller waits for.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
