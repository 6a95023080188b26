import { assertEquals } from "@std/assert";
import { type Outcome, runFiles } from "./execution.ts";

const CONFIGURATION = Deno.env.get("CALLOUT_REGISTRY") === "jsr"
  ? "deno.json"
  : "deno.npm.json";

async function run(
  sources: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, source] of Object.entries(sources)) {
      await Deno.writeTextFile(`${folder}/${name}_test.ts`, source);
    }
    const files = Object.keys(sources).map((name) =>
      `${folder}/${name}_test.ts`
    );
    return await runFiles(files, {
      configuration: CONFIGURATION,
      filter: undefined,
      parallel: true,
      show: () => Promise.resolve(),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const PASSES = `Deno.test("A1 passes <&>", () => {});`;

Deno.test("runFiles() counts what passes and what fails", async () => {
  const outcome = await run({
    a: PASSES,
    b: `Deno.test("fails", () => { throw new Error("on purpose"); });`,
  });
  assertEquals([outcome.passed, outcome.failed], [1, 1]);
  assertEquals(outcome.passedNames, ["A1 passes <&>"]);
  assertEquals(outcome.failures.map((line) => line.split(" ")[0]), ["fails"]);
});

Deno.test("runFiles() counts a file that throws when it is loaded", async () => {
  const outcome = await run({ a: PASSES, b: `throw new Error("on purpose");` });
  assertEquals([outcome.passed, outcome.failed], [1, 1]);
});

Deno.test("runFiles() runs the others when one cannot be loaded", async () => {
  const outcome = await run({
    a: PASSES,
    b: `import "./not_there.ts";`,
    c: PASSES,
    d: `const = ;`,
    e: PASSES,
  });
  assertEquals([outcome.passed, outcome.failed], [3, 2]);
  assertEquals(
    outcome.failures.map((line) => line.replace(/^.*\/(.)_test/, "$1")),
    [
      "b.ts (could not be run to its end)",
      "d.ts (could not be run to its end)",
    ],
  );
});

Deno.test("runFiles() counts a leaked timer as a failure", async () => {
  const outcome = await run({
    a: `Deno.test("leaks", () => { setInterval(() => {}, 1000); });`,
  });
  assertEquals([outcome.passed, outcome.failed], [0, 1]);
});
