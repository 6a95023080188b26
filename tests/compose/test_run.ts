/**
 * One run of the compose tests, as its test files know it: what it is called,
 * where its folder is, and what it found out for the closing lines.
 */

export interface TestRun {
  /** Everything that the run makes in the engine begins with it. */
  readonly name: string;
  readonly folder: string;
  /** Of the service, built for this run. */
  readonly image: string;
}

const VARIABLE = "COMPOSE_TEST_RUN";
const FIGURES_FILE = "figures.txt";

/** Set once, for whatever the run starts. */
export function announce(run: TestRun): void {
  Deno.env.set(VARIABLE, JSON.stringify(run));
}

export function testRun(): TestRun {
  const text = Deno.env.get(VARIABLE);
  if (text === undefined) {
    throw new Error(
      "The compose tests need what `deno task test:compose [words]` prepares: run them with it",
    );
  }
  return JSON.parse(text);
}

/** A line for the end of the run. */
export async function note(figure: string): Promise<void> {
  const { folder } = testRun();
  await Deno.writeTextFile(`${folder}/${FIGURES_FILE}`, `${figure}\n`, {
    append: true,
  });
}

export async function readNotes(
  { folder }: TestRun,
): Promise<readonly string[]> {
  try {
    const text = await Deno.readTextFile(`${folder}/${FIGURES_FILE}`);
    return text.trim().split("\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
