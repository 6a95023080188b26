/**
 * The layers of `src/`, top to bottom the last may know all before it. A folder
 * imports only from layers below its own; folders of one layer do not see each
 * other.
 */
import { assert, assertEquals } from "@std/assert";
import {
  folderOf,
  isTest,
  resolveImport,
  type Source,
  sources,
} from "./sources.ts";

const LAYERS: readonly (readonly string[])[] = [
  ["base"],
  ["nats_jwt", "telemetry"],
  ["identity", "permissions"],
  ["callout"],
  ["nats", "monitoring", "dev"],
  ["config"],
  ["cli", "library"],
];

function layerOf(folder: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folder));
}

function relative(
  { path }: Source,
  specifiers: readonly string[],
): readonly string[] {
  return specifiers
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => resolveImport(path, specifier));
}

function relativeImports(source: Source): readonly string[] {
  return relative(source, [...source.imports, ...source.lazyImports]);
}

Deno.test("every file of src/ is in a folder that has a layer", async () => {
  const strays = (await sources())
    .map(({ path }) => path)
    // The library's front stands above all folders.
    .filter((path) => path.startsWith("src/") && path !== "src/mod.ts")
    .filter((path) => layerOf(folderOf(path) ?? "") === -1);
  assertEquals(strays, []);
});

Deno.test("imports go strictly down the layers", async () => {
  const upward: string[] = [];
  for (const source of await sources()) {
    const folder = folderOf(source.path);
    if (folder === undefined) continue;
    for (const target of relativeImports(source)) {
      // Tests beside a file may use the tests' own fixtures.
      if (isTest(source.path) && target.startsWith("tests/")) continue;
      const targetFolder = folderOf(target);
      if (targetFolder === folder) continue;
      const isBelow = targetFolder !== undefined &&
        layerOf(targetFolder) < layerOf(folder);
      if (!isBelow) upward.push(`${source.path} imports ${target}`);
    }
  }
  assertEquals(upward, []);
});

Deno.test("no file that runs imports a test or what tests use", async () => {
  const wrong = (await sources())
    .filter(({ path }) => !isTest(path))
    .flatMap((source) =>
      relativeImports(source)
        .filter(isTest)
        .map((target) => `${source.path} imports ${target}`)
    );
  assertEquals(wrong, []);
});

Deno.test("main.ts knows cli/ and nothing else", async () => {
  const main = (await sources()).find(({ path }) => path === "main.ts");
  assertEquals(
    main && relativeImports(main).filter((path) => folderOf(path) !== "cli"),
    [],
  );
});

/** All files that loading one file loads at once. */
function reachableFrom(
  path: string,
  byPath: ReadonlyMap<string, Source>,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    const source = byPath.get(next);
    if (source !== undefined) {
      waiting.push(...relative(source, source.loads));
    }
  }
  return reached;
}

Deno.test("start never loads dev/", async () => {
  const byPath = new Map(
    (await sources()).map((source) => [source.path, source]),
  );
  const reached = ["main.ts", "src/cli/start.ts"]
    .flatMap((path) => [...reachableFrom(path, byPath)]);
  assert(reached.some((path) => folderOf(path) === "nats"));
  assertEquals(reached.filter((path) => folderOf(path) === "dev"), []);
});

Deno.test("no folder of src/ imports in a circle", async () => {
  const byPath = new Map(
    (await sources()).map((source) => [source.path, source]),
  );
  const circles = [...byPath.values()]
    .filter(({ path }) => path.startsWith("src/"))
    .filter((source) =>
      relative(source, source.loads).some((target) =>
        target !== source.path && reachableFrom(target, byPath).has(source.path)
      )
    )
    .map(({ path }) => path);
  assertEquals(circles, []);
});
