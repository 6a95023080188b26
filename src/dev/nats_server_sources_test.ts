import { assertEquals } from "@std/assert";
import { natsServerSources } from "./nats_server_sources.ts";

Deno.test("natsServerSources() has Go build any version, and offers a package only for the default", () => {
  const names = (version?: string): string[] =>
    natsServerSources(version).map(({ folder }) => folder);
  assertEquals(names(), ["release-2.15.0", "go-2.15.2", "package"]);
  assertEquals(names("2.11.2"), ["go-2.11.2"]);
  assertEquals(names("2.15.0"), ["release-2.15.0", "go-2.15.0"]);
});

/** Stands for Go: makes the folder that it builds in, and builds for ever. */
const SLOW_GO = `#!/bin/sh
[ "$1" = version ] && exit 0
mkdir "\${GOTMPDIR:-$TMPDIR}/go-build1"
echo building >"$TMPDIR/log"
exec sleep 60
`;

/** Looks for a nats-server until SIGINT, as `dev` does. */
function programThatInstalls(folder: string): string {
  const imports = ["nats_server", "nats_server_sources"]
    .map((name) => import.meta.resolve(`./${name}.ts`));
  return `
    const { findNatsServer } = await import(${JSON.stringify(imports[0])});
    const { natsServerSources } = await import(${JSON.stringify(imports[1])});
    const stop = new AbortController();
    Deno.addSignalListener("SIGINT", () => stop.abort());
    await findNatsServer({
      environment: {},
      cacheFolder: ${JSON.stringify(`${folder}/cache`)},
      sources: natsServerSources("2.15.2"),
      signal: stop.signal,
    }).catch(() => Deno.exit(7));`;
}

Deno.test("natsServerSources() leaves nothing when Go is interrupted while it builds", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sources-test-" });
  await Deno.mkdir(`${folder}/bin`);
  await Deno.mkdir(`${folder}/tmp`);
  await Deno.writeTextFile(`${folder}/bin/go`, SLOW_GO, { mode: 0o755 });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", programThatInstalls(folder)],
    env: {
      "PATH": `${folder}/bin:/usr/bin:/bin`,
      "TMPDIR": `${folder}/tmp`,
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  const ending = child.status.finally(() => ended = true);
  while (!ended && (await namesIn(`${folder}/tmp`)).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill("SIGINT");
  assertEquals((await ending).code, 7);
  assertEquals(await namesIn(`${folder}/tmp`), ["log"]);
  assertEquals(await namesIn(`${folder}/cache`), ["lock"]);
  await Deno.remove(folder, { recursive: true });
});

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name);
}
