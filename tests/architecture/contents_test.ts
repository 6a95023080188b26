/**
 * What must not be in any file: secrets, names of package registries, things left
 * for later, tests that do not run.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromSeed } from "@nats-io/nkeys";
import { projectFiles, readProjectFile } from "./sources.ts";

/** What may not be left for later in; prose may speak of it. */
const CODE_REGEXP = /\.(?:ts|sh|yaml|dockerfile|run)$|^\.ci\//;

async function search(
  regexp: RegExp,
  isSearched: (path: string) => boolean = () => true,
): Promise<readonly string[]> {
  const hits: string[] = [];
  for (const path of await projectFiles()) {
    if (!isSearched(path)) continue;
    const lines = (await readProjectFile(path)).split("\n");
    lines.forEach((line, index) => {
      if (regexp.test(line)) hits.push(`${path}:${index + 1}`);
    });
  }
  return hits;
}

Deno.test("no file holds an NKey seed", async () => {
  const found: string[] = [];
  for (const path of await projectFiles()) {
    const text = await readProjectFile(path);
    const seeds = (text.match(/\bS[ACNOUX][A-Z2-7]{55,56}\b/g) ?? [])
      .filter(isSeed);
    if (seeds.length > 0) found.push(path);
  }
  assertEquals(found, []);
});

/** Its checksum tells a seed from a word that looks like one. */
function isSeed(text: string): boolean {
  try {
    fromSeed(new TextEncoder().encode(text)).clear();
    return true;
  } catch {
    return false;
  }
}

Deno.test("no file holds a private key in PEM", async () => {
  assertEquals(
    await search(/^\s*["'`]?-----BEGIN [A-Z ]*PRIVATE KEY-----["'`]?\s*$/),
    [],
  );
});

Deno.test("no file names a package registry: the clients know theirs", async () => {
  const known =
    /\bjsr\.io\b|\bnpmjs\.(?:org|com)\b|\byarnpkg\.com\b|\b(?:proxy|sum)\.golang\.org\b|\bdeno\.land\b/;
  assertEquals(await search(known), []);
});

Deno.test("no file names the registries that this machine uses", async () => {
  const hosts = ["JSR_URL", "NPM_CONFIG_REGISTRY", "npm_config_registry"]
    .map((name) => Deno.env.get(name))
    .concat((Deno.env.get("GOPROXY") ?? "").split(/[,|]/))
    .flatMap((url) => URL.parse(url ?? "")?.hostname ?? [])
    .filter((host) => !["", "localhost", "127.0.0.1"].includes(host));
  for (const host of hosts) {
    assertEquals(await search(new RegExp(RegExp.escape(host))), []);
  }
});

Deno.test("nothing in the code is left for later", async () => {
  const words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"];
  assertEquals(
    await search(
      new RegExp(`\\b(?:${words.join("|")})\\b`, "i"),
      (path) => CODE_REGEXP.test(path),
    ),
    [],
  );
});

Deno.test("every test runs", async () => {
  assertEquals(
    await search(
      /\bDeno\.test\.(?:ignore|only)\b|^\s*(?:ignore|only):\s*true\b/,
      (path) => path.endsWith(".ts"),
    ),
    [],
  );
});

Deno.test("the licence is Apache 2.0", async () => {
  const text = await readProjectFile("LICENSE");
  assertStringIncludes(text, "Apache License");
  assertStringIncludes(text, "Version 2.0, January 2004");
});
