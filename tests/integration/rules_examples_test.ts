/**
 * What docs/RULES.md shows of `explain` and `rules:test` is what they say, with the
 * rules and the table that it shows.
 */
import { assert } from "@std/assert";
import { type CommandResult, runMain } from "../fixtures/command.ts";

const DOCUMENT = await Deno.readTextFile("docs/RULES.md");

/** The first block of the document that begins so. */
function block(first: string): string {
  const blocks = [...DOCUMENT.matchAll(/^```yaml\n([^]*?)^```$/gm)]
    .map(([, text = ""]) => text);
  return blocks.find((text) => text.startsWith(first)) ?? "";
}

async function withDocumented(
  test: (
    run: (...args: readonly string[]) => Promise<CommandResult>,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/callout.yaml`,
      `accounts: [{ name: APP }]\nissuers: [{ issuer: https://id.example.com }]\n${
        block("rules:")
      }`,
    );
    await Deno.writeTextFile(`${folder}/rules.test.yaml`, block("tests:"));
    await test((...args) =>
      runMain(args, {
        environment: { CALLOUT_CONFIG: `${folder}/callout.yaml` },
        permissions: ["--allow-env", "--allow-read"],
      })
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assertShown({ stderr, stdout }: CommandResult): void {
  const shown = `\`\`\`\n${stdout.trimEnd()}\n\`\`\`\n`;
  assert(DOCUMENT.includes(shown), stdout + stderr);
}

Deno.test("docs/RULES.md shows what explain says of made-up claims", async () => {
  await withDocumented(async (run) => {
    assertShown(
      await run(
        "explain",
        "--claims",
        '{"sub":"olga","groups":["sales"]}',
        "--at",
        "2026-03-02T12:00:00Z",
      ),
    );
  });
});

Deno.test("docs/RULES.md shows what rules:test says of the table beside the configuration", async () => {
  await withDocumented(async (run) => {
    assertShown(await run("rules:test"));
  });
});
