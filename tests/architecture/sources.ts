/**
 * The project's files as text, for the tests that hold its structure. Reads
 * TypeScript with a small scanner, no parser: the files are formatted by
 * `deno fmt`, and what is looked for is simple.
 */

import { strip } from "./scanner.ts";

export interface Source {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  /** The text without comments and without the contents of strings. */
  readonly bare: string;
  /** What it imports or re-exports, as written; types too. */
  readonly imports: readonly string[];
  /** Those of them that are loaded with it, so not the types. */
  readonly loads: readonly string[];
  /** What is loaded only when a function asks for it. */
  readonly lazyImports: readonly string[];
}

const ROOT = new URL("../../", import.meta.url);

/** Left out where git is not there to tell what is part of the project. */
const NOT_OURS_REGEXP =
  /^(?:\.git|\.cache|\.dev|node_modules|coverage|fs\/nats-export\/secrets)(?:\/|$)/;

const IMPORT_REGEXP =
  /^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"(?<specifier>[^"]+)"/gm;

const LOADED_IMPORT_REGEXP =
  /^(?:import|export)\b(?! type\b)(?:[^"';]*?\bfrom)?\s*"(?<specifier>[^"]+)"/gm;

const LAZY_IMPORT_REGEXP = /\bimport\(\s*"(?<specifier>[^"]+)",?\s*\)/g;

/** Every file that is committed or about to be. */
export async function projectFiles(): Promise<readonly string[]> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
      cwd: ROOT,
      stderr: "null",
    }).output();
    if (success) {
      const paths = new TextDecoder().decode(stdout).split("\0");
      return await existing(paths.filter((path) => path !== ""));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return (await filesBelow("")).filter((path) => !NOT_OURS_REGEXP.test(path));
}

export async function readProjectFile(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** The TypeScript files, read and scanned once. */
let scanned: Promise<readonly Source[]> | undefined;
export function sources(): Promise<readonly Source[]> {
  scanned ??= projectFiles().then((paths) =>
    Promise.all(
      paths.filter((path) => path.endsWith(".ts")).map(async (path) =>
        scan(path, await readProjectFile(path))
      ),
    )
  );
  return scanned;
}

export function isTest(path: string): boolean {
  return path.endsWith("_test.ts") || path.startsWith("tests/");
}

/** The folder below `src/` that a file is in. */
export function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** The file that a relative import means, from the project's root. */
export function resolveImport(importer: string, specifier: string): string {
  return new URL(specifier, new URL(importer, "file:///")).pathname.slice(1);
}

export function scan(path: string, text: string): Source {
  const { code, bare } = strip(text);
  const find = (regexp: RegExp): readonly string[] =>
    [...code.matchAll(regexp)]
      // An import in a string is blank there.
      .filter(({ index }) => bare[index] === code[index])
      .map(({ groups }) => groups?.["specifier"] ?? "");
  return {
    path,
    text,
    code,
    bare,
    imports: find(IMPORT_REGEXP),
    loads: find(LOADED_IMPORT_REGEXP),
    lazyImports: find(LAZY_IMPORT_REGEXP),
  };
}

async function existing(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(async (path) => {
    try {
      return (await Deno.lstat(new URL(path, ROOT))).isFile ? [path] : [];
    } catch {
      // Deleted, and the deletion is not committed yet.
      return [];
    }
  }));
  return found.flat();
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder || ".", ROOT))) {
    const path = `${folder}${entry.name}`;
    if (NOT_OURS_REGEXP.test(path)) continue;
    if (entry.isDirectory) files.push(...await filesBelow(`${path}/`));
    else if (entry.isFile) files.push(path);
  }
  return files;
}
