/**
 * Runs the compose tests: sees to an engine and the images, hands both to the
 * test files, and takes everything down again, also when they fail or somebody
 * interrupts them.
 */
import { say } from "../runner/checks.ts";
import {
  type Outcome,
  runFiles,
  type RunOptions,
} from "../runner/execution.ts";
import { copyCheckout, removeFolder } from "./checkout.ts";
import { run } from "./command.ts";
import {
  buildServiceImage,
  type Engine,
  EngineError,
  provideImages,
  provideTraefik,
  startEngine,
  TRAEFIK,
} from "./engine.ts";
import { leftOvers, takeDown } from "./takedown.ts";
import { announce, note, readNotes, type TestRun } from "./test_run.ts";

const PREFIX = "nats-callout-test-";

/** How a shell counts a program that SIGINT has ended. */
const INTERRUPTED_CODE = 130;

/** Where they are missing the tests fail: they are not left out. */
export async function runWithContainers(
  files: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  if (files.length === 0) return await runFiles(files, options);
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (!interruption.signal.aborted) {
      say("\nInterrupted; taking everything down.");
    }
    interruption.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  try {
    const outcome = await runInEngine(files, {
      ...options,
      signal: interruption.signal,
    });
    if (interruption.signal.aborted) Deno.exit(INTERRUPTED_CODE);
    return outcome;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
  }
}

async function runInEngine(
  files: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  let engine: Engine;
  try {
    engine = await startEngine(options.signal);
  } catch (error) {
    if (error instanceof EngineError) return failure(error.message);
    throw error;
  }
  const testRun = await nameRun();
  try {
    await prepare(testRun, options);
    if (options.signal?.aborted) return failure("interrupted");
    const outcome = await runFiles(files, options);
    for (const line of await readNotes(testRun)) say(line);
    return outcome;
  } catch (error) {
    if (error instanceof EngineError) return failure(error.message);
    throw error;
  } finally {
    await end(testRun, engine);
  }
}

async function nameRun(): Promise<TestRun> {
  const name = PREFIX +
    crypto.getRandomValues(new Uint8Array(4)).toHex();
  const folder = await Deno.makeTempDir({ prefix: `${name}-` });
  const testRun = { name, folder, image: `${name}-service` };
  announce(testRun);
  return testRun;
}

async function prepare(
  testRun: TestRun,
  { signal }: RunOptions,
): Promise<void> {
  const start = performance.now();
  await provideImages(signal);
  if (signal?.aborted) return;
  if (!await provideTraefik(signal)) {
    await note(
      `Traefik ${TRAEFIK} cannot be had here: its overlay was not run.`,
    );
  }
  if (signal?.aborted) return;
  const build = `${testRun.folder}/build`;
  await copyCheckout(build);
  await buildServiceImage(build, testRun.image);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  say(`images are ready after ${seconds} s; the run is called ${testRun.name}`);
}

/** Nothing is left of it, and it is said if something is. */
async function end(testRun: TestRun, engine: Engine): Promise<void> {
  await takeDown(testRun.name);
  await removeFolder(testRun.folder, testRun.image);
  await run("docker", ["image", "rm", "--force", testRun.image]);
  const left = await leftOvers(testRun.name);
  if (left.length > 0) say(`Could not be taken down: ${left.join(", ")}`);
  await engine.end();
}

function failure(why: string): Outcome {
  return {
    passed: 0,
    failed: 1,
    ignored: 0,
    failures: [`compose tests: ${why}`],
    passedNames: [],
  };
}
