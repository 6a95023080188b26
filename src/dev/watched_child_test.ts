import { assert, assertEquals, assertFalse } from "@std/assert";
import { spawnWatched } from "./watched_child.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function isRunning(pid: number): Promise<boolean> {
  // The signal 0 of other languages; a shell has it everywhere.
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `kill -0 ${pid}`],
    stderr: "null",
  }).output();
  return success;
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("Did not come true within 5 s");
}

/** A shell that writes its number to a file and then sleeps. */
function sleeper(folder: string): string[] {
  return ["sh", "-c", `echo $$ > "${folder}/pid"; exec sleep 60`];
}

async function readPid(folder: string): Promise<number> {
  const file = `${folder}/pid`;
  await eventually(async () =>
    await exists(file) && (await Deno.readTextFile(file)).endsWith("\n")
  );
  return Number(await Deno.readTextFile(file));
}

Deno.test("spawnWatched() reports the exit code and leaves the folder", async () => {
  const folder = await Deno.makeTempDir();
  const child = spawnWatched(folder, ["sh", "-c", "echo words; exit 7"]);
  assertEquals(await child.ended, 7);
  assertEquals(await Deno.readTextFile(`${folder}/output`), "words\n");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("spawnWatched() ends the program and removes its folder when told to", async () => {
  const folder = await Deno.makeTempDir();
  const child = spawnWatched(folder, sleeper(folder));
  const pid = await readPid(folder);
  await child.abandon();
  assertFalse(await isRunning(pid));
  assertFalse(await exists(folder));
});

Deno.test("spawnWatched() leaves neither program nor folder when we are killed", async () => {
  const folder = await Deno.makeTempDir();
  const module = import.meta.resolve("./watched_child.ts");
  const code = `import { spawnWatched } from ${JSON.stringify(module)};
    spawnWatched(${JSON.stringify(folder)}, ${JSON.stringify(sleeper(folder))});
    setInterval(() => {}, 1000);`;
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--allow-run", "-"],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const writer = parent.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code));
  await writer.close();
  const pid = await readPid(folder);
  assert(await isRunning(pid));

  parent.kill("SIGKILL");
  await parent.status;
  await eventually(async () => !await isRunning(pid));
  await eventually(async () => !await exists(folder));
});
