/**
 * Runs files with `deno test`, shows what it prints as it comes, and counts. A
 * file that cannot even be loaded makes `deno test` give up on all of them; here
 * it costs one failure and the others run.
 */
import {
  readFailures,
  readPassedNames,
  readSummary,
  withoutColour,
} from "./report.ts";

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  readonly failures: readonly string[];
  readonly passedNames: readonly string[];
}

export interface RunOptions {
  /** The configuration that can be loaded here. */
  readonly configuration: string;
  readonly parallel: boolean;
  /** Only tests with this in their name. */
  readonly filter: string | undefined;
  /** Gets what is printed, as it comes. */
  readonly show: (bytes: Uint8Array) => Promise<void>;
  /** Ends what runs, with all that it has started; files that have not begun do not. */
  readonly signal?: AbortSignal;
}

const NOTHING: Outcome = {
  passed: 0,
  failed: 0,
  ignored: 0,
  failures: [],
  passedNames: [],
};

/** No test is silent for as long; building nats-server from source takes about a minute. */
const SILENCE_MS_MAX = 5 * 60_000;

export async function runFiles(
  files: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  const [first] = files;
  if (first === undefined) return NOTHING;

  const outcome = await runOnce(files, options);
  if (outcome !== undefined) return outcome;
  if (files.length === 1 || options.signal?.aborted) {
    return {
      ...NOTHING,
      failed: 1,
      failures: [`${first} (could not be run to its end)`],
    };
  }
  // One of them stops all: halves find it in few steps.
  const middle = Math.ceil(files.length / 2);
  return sum([
    await runFiles(files.slice(0, middle), options),
    await runFiles(files.slice(middle), options),
  ]);
}

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((total, outcome) => ({
    passed: total.passed + outcome.passed,
    failed: total.failed + outcome.failed,
    ignored: total.ignored + outcome.ignored,
    failures: [...total.failures, ...outcome.failures],
    passedNames: [...total.passedNames, ...outcome.passedNames],
  }), NOTHING);
}

async function runOnce(
  files: readonly string[],
  options: RunOptions,
): Promise<Outcome | undefined> {
  const junitPath = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const args = [
      "test",
      "--quiet",
      "--no-check",
      "--allow-all",
      "--doc",
      `--config=${options.configuration}`,
      `--junit-path=${junitPath}`,
      ...(options.parallel ? ["--parallel"] : []),
      ...(options.filter === undefined ? [] : [`--filter=${options.filter}`]),
      ...files,
    ];
    const { output, code } = await runDeno(args, options);
    const summary = readSummary(output);
    if (summary === undefined) return undefined;
    const failures = readFailures(output);
    // It says that something failed: whatever the counts are, so do we.
    const failed = code === 0
      ? summary.failed
      : Math.max(summary.failed, failures.length, 1);
    return {
      ...summary,
      failed,
      failures,
      passedNames: readPassedNames(await Deno.readTextFile(junitPath)),
    };
  } finally {
    await Deno.remove(junitPath);
  }
}

async function runDeno(
  args: readonly string[],
  { show, signal }: RunOptions,
): Promise<{ output: string; code: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    // Piped output is coloured all the same; here it is passed on as it is wanted.
    env: Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" },
    // A group of its own, so that whatever the tests have started ends with them.
    detached: signal !== undefined,
  }).spawn();
  const stopAll = (): void => endGroup(child.pid);
  signal?.addEventListener("abort", stopAll);
  const stop = (): void => child.kill("SIGTERM");
  let silence = setTimeout(stop, SILENCE_MS_MAX);
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    clearTimeout(silence);
    silence = setTimeout(stop, SILENCE_MS_MAX);
    output += decoder.decode(chunk, { stream: true });
    await show(chunk);
  }
  const { code } = await child.status;
  clearTimeout(silence);
  signal?.removeEventListener("abort", stopAll);
  return { output: withoutColour(output), code };
}

/** Ends a detached program and all that it has started. */
export function endGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGTERM");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
