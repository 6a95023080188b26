/**
 * The programs that the bench starts. None of them outlives it, however it ends:
 * each ends with its standard input, or below the watching shell of `src/dev`.
 */
import { fileURLToPath } from "node:url";
import { spawnWatched } from "../../src/dev/watched_child.ts";
import { sleep } from "./sleep.ts";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The configuration that this program runs with: its children get the same. */
export const DENO_CONFIG = `${ROOT}${
  /^(?:jsr:|https:\/\/jsr\.io\/)/.test(
      import.meta.resolve("@nats-io/transport-deno"),
    )
    ? "deno.json"
    : "deno.npm.json"
}`;

/** `deno run` for a file of this project, without its permissions. */
export function denoRun(...flags: readonly string[]): string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--cached-only",
    "--config",
    DENO_CONFIG,
    ...flags,
  ];
}

/** A program that takes requests from a NATS server. */
export interface Responder {
  readonly pid: number;
  /** What it has printed so far. */
  output(): Promise<string>;
  signal(signal: Deno.Signal): void;
  /** Ends it the orderly way; resolves to its exit code. */
  stop(): Promise<number>;
}

const READY_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
/** Writes down its process number, then becomes the program. */
const EXEC = 'echo $$ >"$0"; exec "$@"';

/** Starts a responder and waits until it has printed that it is ready. */
export async function startResponder(
  folder: string,
  command: readonly string[],
  readyText: string,
): Promise<Responder> {
  const pidFile = `${folder}/pid`;
  const child = spawnWatched(folder, ["sh", "-c", EXEC, pidFile, ...command]);
  const output = (): Promise<string> =>
    Deno.readTextFile(`${folder}/output`).catch(() => "");
  let exitCode: number | undefined;
  child.ended.then((code) => {
    exitCode = code;
  });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await output()).includes(readyText)) {
    if (exitCode !== undefined || performance.now() > deadline) {
      const words = await output();
      await child.abandon();
      throw new Error(`Not ready: ${command.join(" ")}\n${words}`);
    }
    await sleep(POLL_MS);
  }
  const pid = Number(await Deno.readTextFile(pidFile));
  return {
    pid,
    output,
    signal: (signal) => Deno.kill(pid, signal),
    async stop(): Promise<number> {
      if (exitCode === undefined) Deno.kill(pid, "SIGTERM");
      return await child.ended;
    },
  };
}
