/**
 * Which test files there are, and how each kind is run.
 */

export interface Suite {
  readonly name: string;
  /** Folders in which its files are looked for. */
  readonly roots: readonly string[];
  /** Files run beside each other; not for those that measure time or load the machine. */
  readonly parallel: boolean;
  /** Needs a container engine, so it runs only when it is asked for. */
  readonly containers?: boolean;
}

/** Quick ones first. Benchmarks have a command of their own. */
const SUITES: readonly Suite[] = [
  {
    name: "architecture",
    roots: ["tests/architecture"],
    parallel: true,
  },
  {
    name: "unit",
    roots: ["src", "config", "tests/runner", "tests/fakes"],
    parallel: true,
  },
  { name: "conformance", roots: ["tests/conformance"], parallel: true },
  { name: "integration", roots: ["tests/integration"], parallel: false },
  {
    name: "compose",
    roots: ["tests/compose"],
    parallel: false,
    containers: true,
  },
];

/** The suites of these names; of none, those that run anywhere, or really all. */
export function chooseSuites(
  names: readonly string[],
  { onDemand }: { readonly onDemand: boolean },
): readonly Suite[] {
  const unknown = names.filter((name) =>
    !SUITES.some((suite) => suite.name === name)
  );
  if (unknown.length > 0) {
    const known = SUITES.map(({ name }) => name).join(", ");
    throw new RangeError(`There is no suite ${unknown.join(", ")}: ${known}`);
  }
  return SUITES.filter(({ containers, name }) =>
    names.length === 0 ? onDemand || containers !== true : names.includes(name)
  );
}

/** The suite's files whose path has one of the words, or all of them. */
export async function filesOf(
  suite: Suite,
  words: readonly string[],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const root of suite.roots) files.push(...await testFilesBelow(root));
  return files
    .filter((file) =>
      words.length === 0 || words.some((word) => file.includes(word))
    )
    .sort();
}

async function testFilesBelow(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) files.push(...await testFilesBelow(path));
      else if (await isTestFile(path)) files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}

/** A test file, or one whose comments have an example that runs. */
async function isTestFile(path: string): Promise<boolean> {
  if (!path.endsWith(".ts")) return false;
  if (path.endsWith("_test.ts")) return true;
  return path.startsWith("src/") &&
    /^ \* ```ts$/m.test(await Deno.readTextFile(path));
}
