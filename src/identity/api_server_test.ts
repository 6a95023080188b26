import { assertEquals, assertRejects } from "@std/assert";
import { SERVICE_TOKEN_BYTES_MAX } from "../base/limits.ts";
import { tokenFromFile } from "./api_server.ts";

interface Folder extends AsyncDisposable {
  readonly path: string;
}

async function makeFolder(): Promise<Folder> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

async function makePipe(path: string): Promise<void> {
  const { code } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assertEquals(code, 0);
}

Deno.test("tokenFromFile() reads what a link leads to, anew each time, as the kubelet replaces it", async () => {
  await using folder = await makeFolder();
  const { path } = folder;
  const read = tokenFromFile(`${path}/token`);
  await Deno.mkdir(`${path}/1`);
  await Deno.mkdir(`${path}/2`);
  await Deno.writeTextFile(`${path}/1/token`, "first\n");
  await Deno.writeTextFile(`${path}/2/token`, "second\n");
  await Deno.symlink("1", `${path}/..data`);
  await Deno.symlink("..data/token", `${path}/token`);
  assertEquals((await read()).reveal(), "first");
  await Deno.remove(`${path}/..data`);
  await Deno.symlink("2", `${path}/..data`);
  assertEquals((await read()).reveal(), "second");
});

Deno.test("tokenFromFile() does not wait for the writer of a pipe, and names it", async () => {
  await using folder = await makeFolder();
  const pipe = `${folder.path}/pipe`;
  await makePipe(pipe);
  // Nobody writes: what waited for it would never end.
  const waited = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    waited.reject(new Error("waited"));
    // Lets the reader go.
    Deno.writeTextFileSync(pipe, "");
  }, 1_000);
  await assertRejects(
    () => Promise.race([tokenFromFile(pipe)(), waited.promise]),
    TypeError,
    `${pipe} is not a file`,
  );
  clearTimeout(timer);
});

Deno.test("tokenFromFile() reads no file that is too long for a token", async () => {
  await using folder = await makeFolder();
  const file = `${folder.path}/token`;
  const read = tokenFromFile(file);
  await Deno.writeTextFile(file, "x".repeat(SERVICE_TOKEN_BYTES_MAX));
  assertEquals((await read()).reveal().length, SERVICE_TOKEN_BYTES_MAX);
  await Deno.writeTextFile(file, "x".repeat(SERVICE_TOKEN_BYTES_MAX + 1));
  await assertRejects(read, RangeError, `${file} is longer than`);
});
