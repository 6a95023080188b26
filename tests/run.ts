/**
 * `deno task test [words] [--filter=text] [--suite=name]`: runs the test files
 * whose path has one of the words, or all, and closes with one line that counts.
 * `deno task ok` adds `--checks`: formatting, lint and types go first, and no
 * suite is left out.
 *
 * Names no package, so that it starts where none has been fetched yet.
 */
import { parseArgs } from "node:util";
import { runWithContainers } from "./compose/containers.ts";
import { describeCoverage, lostCodes } from "./runner/checklist.ts";
import { runChecks, say } from "./runner/checks.ts";
import { type Outcome, runFiles, sum } from "./runner/execution.ts";
import { chooseSuites, filesOf } from "./runner/suites.ts";

/** Published attacks and vectors; not part of the project. */
const VECTORS_DIR_DEFAULT = "../shared/vectors";

async function main(): Promise<number> {
  const { values: { checks, filter, suite: names = [] }, positionals: words } =
    parseArgs({
      args: Deno.args,
      options: {
        checks: { type: "boolean" },
        filter: { type: "string" },
        suite: { type: "string", multiple: true },
      },
      allowPositionals: true,
    });
  const suites = chooseSuites(names, { onDemand: checks === true });
  const configuration = await chooseConfiguration();
  say(`Configuration: ${configuration}, Deno ${Deno.version.deno}`);

  const outcomes: Outcome[] = [];
  if (checks === true) outcomes.push(await runChecks(configuration));
  for (const suite of suites) {
    const files = await filesOf(suite, words);
    if (files.length === 0) continue;
    say(`\n# ${suite.name}: ${files.length} files`);
    const { parallel } = suite;
    const options = { configuration, parallel, filter, show };
    const run = suite.containers === true ? runWithContainers : runFiles;
    outcomes.push(await run(files, options));
  }

  const isWhole = [...words, ...names].length === 0 && filter === undefined;
  return report(sum(outcomes), {
    isWhole,
    // Some are proven by tests that need what not every machine has.
    isComplete: isWhole && checks === true && areVectorsThere(),
  });
}

interface Extent {
  /** Nothing was chosen. */
  readonly isWhole: boolean;
  /** Nothing was left out either. */
  readonly isComplete: boolean;
}

function report(outcome: Outcome, { isComplete, isWhole }: Extent): number {
  const lost = isComplete ? lostCodes(outcome.passedNames) : [];
  const total = sum([outcome, ...lost.map(withoutTest)]);
  say("");
  if (isWhole) describeCoverage(total.passedNames).forEach(say);
  if (!areVectorsThere()) {
    say(
      `Test vectors: not found in ${vectorsFolder()}, so the tests that need them ` +
        "did not run; $VECTORS_DIR says where they are.",
    );
  }
  if (total.ignored > 0) say(`Ignored: ${total.ignored} tests.`);
  for (const failure of total.failures) say(`Failed: ${failure}`);
  const ranNothing = total.passed + total.failed === 0;
  if (ranNothing) say("No test has been run: nothing matches.");
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || ranNothing ? 1 : 0;
}

function withoutTest(code: string): Outcome {
  const failures = [`no test that passes has the checklist's code ${code}`];
  return { passed: 0, failed: 1, ignored: 0, passedNames: [], failures };
}

/** Asked once, and kept for whatever the tests start. */
async function chooseConfiguration(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "registry"],
    stderr: "inherit",
  }).output();
  const configuration = new TextDecoder().decode(stdout).trim();
  Deno.env.set(
    "CALLOUT_REGISTRY",
    configuration === "deno.json" ? "jsr" : "npm",
  );
  return configuration;
}

async function show(bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await Deno.stdout.write(bytes.subarray(written));
  }
}

function vectorsFolder(): string {
  return Deno.env.get("VECTORS_DIR") || VECTORS_DIR_DEFAULT;
}

function areVectorsThere(): boolean {
  try {
    return Deno.statSync(vectorsFolder()).isDirectory;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main());
  } catch (error) {
    // A word of the command line that means nothing; anything else is our fault.
    const isUsage = error instanceof RangeError || error instanceof TypeError;
    if (!isUsage) throw error;
    say(error.message);
    Deno.exit(2);
  }
}
