/**
 * What is checked without running the code. Each counts as one, like a test.
 */
import type { Outcome } from "./execution.ts";

interface Check {
  readonly name: string;
  readonly args: readonly string[];
  /** What to do when it fails, where the output does not say. */
  readonly remedy: string;
}

function checksWith(configuration: string): readonly Check[] {
  return [
    {
      name: "formatting",
      args: ["fmt", "--quiet", "--check"],
      remedy: "deno task fmt",
    },
    {
      name: "lint",
      args: ["lint", "--quiet"],
      remedy: "deno task lint",
    },
    {
      name: "types",
      args: [
        "check",
        "--quiet",
        `--config=${configuration}`,
        "--doc",
        "main.ts",
        "src/",
        "config/",
        "tests/",
      ],
      remedy: "deno task types",
    },
  ];
}

export async function runChecks(configuration: string): Promise<Outcome> {
  const passedNames: string[] = [];
  const failures: string[] = [];
  for (const check of checksWith(configuration)) {
    const start = performance.now();
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [...check.args],
        env: Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" },
      },
    ).output();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    say(`${check.name} ... ${success ? "ok" : "FAILED"} (${seconds}s)`);
    if (success) passedNames.push(check.name);
    else {
      failures.push(`${check.name} (${check.remedy})`);
      await Deno.stdout.write(stdout);
      await Deno.stdout.write(stderr);
    }
  }
  return {
    passed: passedNames.length,
    failed: failures.length,
    ignored: 0,
    failures,
    passedNames,
  };
}

export function say(text: string): void {
  // deno-lint-ignore no-console -- the test command talks to people
  console.log(text);
}
