import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { findNatsServer, NatsServerMissingError } from "./nats_server.ts";
import { type Release, release } from "./nats_server_release.ts";
import { type NatsServerSource, SourceError } from "./nats_server_source.ts";

interface Sandbox extends AsyncDisposable {
  readonly folder: string;
  readonly cacheFolder: string;
}

async function sandbox(): Promise<Sandbox> {
  const folder = await Deno.makeTempDir({ prefix: "find-nats-server-" });
  return {
    folder,
    cacheFolder: `${folder}/cache`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** A program that says that it is nats-server of that version. */
async function writeProgram(path: string, version: string): Promise<void> {
  await Deno.writeTextFile(
    path,
    `#!/bin/sh\necho "nats-server: v${version}"\n`,
    { mode: 0o755 },
  );
}

function source(version: string): NatsServerSource & { installs: number } {
  return {
    name: `test source ${version}`,
    folder: `test-${version}`,
    installs: 0,
    async install(target): Promise<void> {
      this.installs++;
      await writeProgram(target, version);
    },
  };
}

const failing: NatsServerSource = {
  name: "closed shop",
  folder: "closed",
  install: () => Promise.reject(new SourceError("sold out")),
};

const NOTHING = { NATS_SERVER: "", PATH: "" };

Deno.test("findNatsServer() takes the one that $NATS_SERVER names", async () => {
  await using box = await sandbox();
  const path = `${box.folder}/mine`;
  await writeProgram(path, "2.11.2");
  const environment = { NATS_SERVER: path, PATH: "" };
  assertEquals(await findNatsServer({ environment, sources: [] }), {
    path,
    version: "2.11.2",
  });
});

const unusable: [why: string, version: string | undefined, words: string][] = [
  ["too old", "2.11.1", "2.11.1 is older than 2.11.2"],
  ["much too old", "2.9.10", "2.9.10 is older than 2.11.2"],
  ["missing", undefined, "no program at"],
];

for (const [why, version, words] of unusable) {
  Deno.test(`findNatsServer() refuses a $NATS_SERVER that is ${why}, and takes no other`, async () => {
    await using box = await sandbox();
    const path = `${box.folder}/mine`;
    if (version !== undefined) await writeProgram(path, version);
    const good = source("2.15.2");
    const error = await assertRejects(
      () =>
        findNatsServer({
          environment: { NATS_SERVER: path, PATH: "" },
          cacheFolder: box.cacheFolder,
          sources: [good],
        }),
      NatsServerMissingError,
    );
    assertStringIncludes(error.message, "$NATS_SERVER");
    assertStringIncludes(error.message, words);
    assertEquals(good.installs, 0);
  });
}

Deno.test("findNatsServer() passes over one on the PATH that is too old", async () => {
  await using box = await sandbox();
  for (const [name, version] of [["old", "2.10.29"], ["new", "2.12.0"]]) {
    await Deno.mkdir(`${box.folder}/${name}`);
    await writeProgram(`${box.folder}/${name}/nats-server`, version ?? "");
  }
  const folders = ["none", "old/nats-server", "old", "new"];
  const PATH = folders.map((name) => `${box.folder}/${name}`).join(":");
  const found = await findNatsServer({
    environment: { PATH },
    cacheFolder: box.cacheFolder,
    sources: [],
  });
  assertEquals(found.path, `${box.folder}/new/nats-server`);
});

Deno.test("findNatsServer() says what it tried, why that failed and what to do", async () => {
  await using box = await sandbox();
  await writeProgram(`${box.folder}/nats-server`, "2.10.29");
  const error = await assertRejects(
    () =>
      findNatsServer({
        environment: { PATH: box.folder },
        cacheFolder: box.cacheFolder,
        sources: [failing, source("2.10.0")],
      }),
    NatsServerMissingError,
  );
  for (
    const words of [
      "2.10.29 is older than 2.11.2",
      "closed shop: sold out",
      "test source 2.10.0: version 2.10.0 is older than 2.11.2",
      "set NATS_SERVER",
    ]
  ) assertStringIncludes(error.message, words);
});

Deno.test("findNatsServer() installs from the first source that delivers, once", async () => {
  await using box = await sandbox();
  const good = source("2.15.2");
  const options = {
    environment: NOTHING,
    cacheFolder: box.cacheFolder,
    sources: [failing, good],
  };
  const first = await findNatsServer(options);
  assertEquals(await findNatsServer(options), first);
  assertEquals(good.installs, 1);
});

Deno.test("findNatsServer() installs once for starts at the same time", async () => {
  await using box = await sandbox();
  const good = source("2.15.2");
  const lines: string[] = [];
  const found = await Promise.all(
    Array.from({ length: 6 }, () =>
      findNatsServer({
        environment: NOTHING,
        cacheFolder: box.cacheFolder,
        sources: [good],
        report: (line) => lines.push(line),
      })),
  );
  assertEquals(good.installs, 1);
  assertEquals(new Set(found.map(({ path }) => path)).size, 1);
  assertStringIncludes(lines.join("\n"), "Waiting for another start");
});

Deno.test("findNatsServer() makes a cached program anew that does not run", async () => {
  await using box = await sandbox();
  const good = source("2.15.2");
  const folder = `${box.cacheFolder}/${good.folder}`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/nats-server`, "half a prog");
  // A start that was killed leaves this behind.
  await Deno.mkdir(`${box.cacheFolder}/unfinished/old`, { recursive: true });
  const found = await findNatsServer({
    environment: NOTHING,
    cacheFolder: box.cacheFolder,
    sources: [good],
  });
  assertEquals(found.version, "2.15.2");
  const left = await Array.fromAsync(Deno.readDir(box.cacheFolder));
  assertEquals(left.map(({ name }) => name).sort(), ["lock", good.folder]);
});

Deno.test("findNatsServer() finds exactly the version that is asked for", async () => {
  await using box = await sandbox();
  await writeProgram(`${box.folder}/nats-server`, "2.15.2");
  const older = source("2.11.2");
  const found = await findNatsServer({
    version: "2.11.2",
    environment: {
      NATS_SERVER: `${box.folder}/nats-server`,
      PATH: box.folder,
    },
    cacheFolder: box.cacheFolder,
    sources: [source("2.12.0"), older],
  });
  assertEquals(found.version, "2.11.2");
  assertEquals(older.installs, 1);
});

/** Serves one archive under every path. */
async function withReleaseServer(
  archive: Uint8Array<ArrayBuffer> | undefined,
  body: (url: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () =>
      archive === undefined
        ? new Response(null, { status: 404 })
        : new Response(archive),
  );
  await body(`http://127.0.0.1:${server.addr.port}`);
}

const PLATFORM = `${Deno.build.os}-${
  Deno.build.arch === "x86_64" ? "amd64" : "arm64"
}`;

async function makeArchive(
  folder: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const stem = `nats-server-v9.9.9-${PLATFORM}`;
  await Deno.mkdir(`${folder}/${stem}`);
  await writeProgram(`${folder}/${stem}/nats-server`, "9.9.9");
  const { success } = await new Deno.Command("tar", {
    args: ["-czf", "archive.tar.gz", stem],
    cwd: folder,
  }).output();
  assert(success);
  return await Deno.readFile(`${folder}/archive.tar.gz`);
}

async function pinned(
  url: string,
  archive: Uint8Array<ArrayBuffer>,
): Promise<Release> {
  const digest = await crypto.subtle.digest("SHA-256", archive);
  return {
    version: "9.9.9",
    url,
    checksums: { [PLATFORM]: new Uint8Array(digest).toHex() },
  };
}

Deno.test("release() installs an archive whose checksum is the pinned one", async () => {
  await using box = await sandbox();
  const archive = await makeArchive(box.folder);
  await withReleaseServer(archive, async (url) => {
    const found = await findNatsServer({
      environment: NOTHING,
      cacheFolder: box.cacheFolder,
      sources: [release(await pinned(url, archive))],
    });
    assertEquals(found.version, "9.9.9");
  });
});

Deno.test("release() refuses an archive with one byte changed", async () => {
  await using box = await sandbox();
  const archive = await makeArchive(box.folder);
  const spoiled = archive.slice();
  spoiled[100] = (spoiled[100] ?? 0) ^ 1;
  await withReleaseServer(spoiled, async (url) => {
    const from = release(await pinned(url, archive));
    await assertRejects(
      () => from.install(`${box.folder}/nats-server`),
      SourceError,
      "checksum",
    );
  });
});

Deno.test("release() says so when there is no archive, no checksum or no server", async () => {
  await using box = await sandbox();
  const target = `${box.folder}/nats-server`;
  const checksums = { [PLATFORM]: "00" };
  await withReleaseServer(undefined, async (url) => {
    const absent = release({ version: "9.9.9", url, checksums });
    await assertRejects(() => absent.install(target), SourceError, "404");
  });
  const unpinned = release({ version: "9.9.9", url: "", checksums: {} });
  await assertRejects(() => unpinned.install(target), SourceError, "pinned");
  const unreachable = release({
    version: "9.9.9",
    url: "http://127.0.0.1:1",
    checksums,
  });
  await assertRejects(() => unreachable.install(target), SourceError);
});
