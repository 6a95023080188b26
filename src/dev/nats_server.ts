/**
 * Finds a nats-server for development and tests: the one that is named, the one
 * that is installed, the one that an earlier start left in the cache, or a new
 * one from the first source that delivers.
 */
import { delimiter, join } from "node:path";
import { messageOf } from "./command.ts";
import { isFile, removeFolder } from "./files.ts";
import type { NatsServerSource } from "./nats_server_source.ts";
import { natsServerSources } from "./nats_server_sources.ts";
import {
  askVersion,
  OLDEST_NATS_SERVER,
  versionProblem,
} from "./nats_server_version.ts";

export interface NatsServer {
  readonly path: string;
  readonly version: string;
}

export interface FindOptions {
  /** Exactly this version, for tests against another one than the newest. */
  readonly version?: string;
  /** Told what takes long; standard error unless given. */
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** `NATS_SERVER` and `PATH`; those of the program itself unless given. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cacheFolder?: string;
  readonly sources?: readonly NatsServerSource[];
}

/** No nats-server that will do; the message says what was tried and what to do. */
export class NatsServerMissingError extends Error {
  override readonly name = "NatsServerMissingError";
}

const CACHE_FOLDER = join(
  import.meta.dirname ?? ".",
  "../../.cache/nats-server",
);
const PROGRAM = "nats-server";

/**
 * @throws {NatsServerMissingError} If none was found and none could be had.
 */
export async function findNatsServer(
  options: FindOptions = {},
): Promise<NatsServer> {
  const report = options.report ?? reportHere;
  const environment = options.environment ?? environmentHere();
  const sources = options.sources ?? natsServerSources(options.version);
  const cache = options.cacheFolder ?? CACHE_FOLDER;
  const tried: string[] = [];

  const named = environment["NATS_SERVER"];
  if (named !== undefined && named !== "") {
    const found = await probe(named, options.version);
    if (typeof found !== "string") return found;
    // Whoever names one does not want another, unless a test asks for a version.
    if (options.version === undefined) throw namedButUnusable(found);
    tried.push(`$NATS_SERVER: ${found}`);
  }

  const installed = await searchPath(
    environment["PATH"] ?? "",
    options.version,
  );
  if (typeof installed !== "string") return installed;
  tried.push(`PATH: ${installed}`);

  return await searchCache(cache, sources, options) ??
    await install(cache, sources, { ...options, report }, tried);
}

/** The program's version if it will do, or why it will not. */
async function probe(
  path: string,
  wanted: string | undefined,
): Promise<NatsServer | string> {
  const answer = await askVersion(path);
  if ("problem" in answer) return answer.problem;
  return versionProblem(answer.version, wanted) ??
    { path, version: answer.version };
}

async function searchPath(
  path: string,
  wanted: string | undefined,
): Promise<NatsServer | string> {
  const problems: string[] = [];
  for (const folder of path.split(delimiter)) {
    const file = join(folder, PROGRAM);
    if (folder === "" || !await isFile(file)) continue;
    const found = await probe(file, wanted);
    if (typeof found !== "string") return found;
    problems.push(`${file}: ${found}`);
  }
  return problems.length > 0 ? problems.join("; ") : "no nats-server in it";
}

async function searchCache(
  cache: string,
  sources: readonly NatsServerSource[],
  options: FindOptions,
): Promise<NatsServer | undefined> {
  for (const source of sources) {
    const path = join(cache, source.folder, PROGRAM);
    if (!await isFile(path)) continue;
    const found = await probe(path, options.version);
    // One that does not run any more is made anew.
    if (typeof found !== "string") return found;
  }
  return undefined;
}

/**
 * Installs into the cache. Starts at the same time take turns: the lock is the
 * kernel's and ends with the program that holds it, however that ends. A
 * program appears under its final name only when it is whole.
 */
async function install(
  cache: string,
  sources: readonly NatsServerSource[],
  options: FindOptions,
  tried: string[],
): Promise<NatsServer> {
  await Deno.mkdir(cache, { recursive: true });
  using lock = await Deno.open(join(cache, "lock"), {
    create: true,
    write: true,
  });
  if (!await lock.tryLock(EXCLUSIVE)) {
    options.report?.(
      "Waiting for another start that is installing nats-server",
    );
    await lock.lock(EXCLUSIVE);
  }
  // Another start may have installed one since the cache was searched.
  const found = await searchCache(cache, sources, options);
  if (found !== undefined) return found;

  const workshop = join(cache, "unfinished");
  for (const source of sources) {
    // What a start that was killed has left behind.
    await removeFolder(workshop);
    await Deno.mkdir(workshop);
    try {
      return await installFrom(source, workshop, cache, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      tried.push(`${source.name}: ${messageOf(error)}`);
    } finally {
      await removeFolder(workshop);
    }
  }
  throw nothingFound(tried, options.version);
}

const EXCLUSIVE = true;

async function installFrom(
  source: NatsServerSource,
  workshop: string,
  cache: string,
  options: FindOptions,
): Promise<NatsServer> {
  const fresh = join(workshop, PROGRAM);
  await source.install(fresh, options);
  const found = await probe(fresh, options.version);
  if (typeof found === "string") throw new Error(found);

  const folder = join(cache, source.folder);
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, PROGRAM);
  await Deno.rename(fresh, path);
  return { path, version: found.version };
}

function namedButUnusable(problem: string): NatsServerMissingError {
  return new NatsServerMissingError(
    `Cannot use $NATS_SERVER: ${problem}\n` +
      `Name nats-server ${OLDEST_NATS_SERVER} or newer, or unset the variable to have one found`,
  );
}

function nothingFound(
  tried: readonly string[],
  version: string | undefined,
): NatsServerMissingError {
  const wanted = version ?? `${OLDEST_NATS_SERVER} or newer`;
  const lines = tried.map((attempt) => `  - ${attempt}`).join("\n");
  return new NatsServerMissingError(
    `Cannot find or install nats-server ${wanted}. Tried:\n${lines}\n` +
      "Install one (https://github.com/nats-io/nats-server/releases, or `brew install nats-server`) " +
      "and put it on the PATH, or set NATS_SERVER to its path",
  );
}

function reportHere(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

function environmentHere(): Record<string, string> {
  return {
    "NATS_SERVER": Deno.env.get("NATS_SERVER") ?? "",
    "PATH": Deno.env.get("PATH") ?? "",
  };
}
