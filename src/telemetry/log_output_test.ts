import { assert, assertEquals } from "@std/assert";
import { configurationName } from "../../tests/fixtures/configuration_name.ts";
import { createStdoutQueue } from "./log_output.ts";

const describeLoss = (count: number): string => `lost ${count}`;

Deno.test("createStdoutQueue() writes all lines in order, also in small pieces", async () => {
  let written = "";
  const queue = createStdoutQueue({
    describeLoss,
    write: (bytes) => {
      const piece = bytes.subarray(0, 3);
      written += new TextDecoder().decode(piece);
      return Promise.resolve(piece.length);
    },
  });
  queue.push("first");
  queue.push("second");
  await queue.close();
  assertEquals(written, "first\nsecond\n");
});

Deno.test("J5 createStdoutQueue() counts exactly what a slow reader lost", async () => {
  const writes: string[] = [];
  let release = (): void => {};
  const queue = createStdoutQueue({
    describeLoss,
    waitingCharsMax: 10,
    write: async (bytes) => {
      writes.push(new TextDecoder().decode(bytes));
      if (writes.length === 1) {
        await new Promise<void>((resolve) => release = resolve);
      }
      return bytes.length;
    },
  });
  queue.push("stuck");
  await Promise.resolve();
  await Promise.resolve();
  for (let index = 0; index < 100; index++) queue.push("12345");
  release();
  await queue.close();
  queue.push("again");
  await queue.close();
  assertEquals(writes, ["stuck\n", "12345\n12345\nlost 98\n", "again\n"]);
});

Deno.test("J5 createStdoutQueue() survives a closed stdout and does not wait for a stuck one", async () => {
  const closed = createStdoutQueue({
    describeLoss,
    write: () => Promise.reject(new Deno.errors.BrokenPipe()),
  });
  closed.push("x");
  await closed.close();
  closed.push("y");
  await closed.close();

  const stuck = createStdoutQueue({
    describeLoss,
    closeTimeoutMs: 20,
    write: () => new Promise(() => {}),
  });
  stuck.push("x");
  const startedAt = performance.now();
  await stuck.close();
  assert(performance.now() - startedAt < 1000);
});

const CHILD = `
import { createLog } from "${new URL("./log.ts", import.meta.url).href}";
const log = createLog({ format: "json", level: "info", linesPerSecondMax: 1e9 });
const startedAt = performance.now();
for (let index = 0; index < 20_000; index++) {
  log.info("a line", { detail: "x".repeat(200) });
  if (index % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
}
await log.close();
console.error(Math.round(performance.now() - startedAt));
Deno.exit(0);
`;

/** Runs a program that logs 5 MB into a pipe that nobody reads, or that is closed. */
async function logInto(reader: "idle" | "gone"): Promise<number> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, CHILD);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--config", configFile(), file],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (reader === "gone") await child.stdout.cancel();
    const stderr = await new Response(child.stderr).text();
    const { success } = await child.status;
    if (reader === "idle") await child.stdout.cancel();
    assert(success, stderr);
    return Number(stderr.trim().split("\n").at(-1));
  } finally {
    await Deno.remove(file);
  }
}

/** The configuration that this test runs with is not known; both resolve alike. */
function configFile(): string {
  return new URL("../../deno.npm.json", import.meta.url).pathname;
}

for (const reader of ["idle", "gone"] as const) {
  Deno.test(`J5 createLog() is neither blocked nor stopped by a reader that is ${reader}`, async () => {
    const elapsedMs = await logInto(reader);
    assert(elapsedMs < 5000, `${elapsedMs} ms`);
  });
}

Deno.test("K10 createStdoutQueue() keeps nothing of what it has written", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--v8-flags=--expose-gc",
      `--config=${configurationName()}`,
      "tests/fixtures/log_writes.ts",
    ],
    stderr: "inherit",
  }).output();
  const grownKb = Number(new TextDecoder().decode(stdout));
  // Three thousand writes that kept a promise each would keep 1400.
  assert(grownKb < 400, `${grownKb} kB`);
});
