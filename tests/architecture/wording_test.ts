/**
 * Words: each file says what it is for, and names say what a thing does here, not
 * that it is a thing.
 */
import { assertEquals } from "@std/assert";
import { isTest, projectFiles, sources } from "./sources.ts";

/** Say nothing, or mean two things: `auth` is to authenticate or to authorize. */
const BANNED_WORDS = new Set([
  "auth",
  "common",
  "data",
  "handler",
  "helper",
  "helpers",
  "info",
  "manager",
  "misc",
  "process",
  "util",
  "utils",
]);

/** Say nothing alone; with a word beside them that says which, they do. */
const BANNED_ALONE = new Set(["service", "services"]);

/** Names that others gave: options of NATS, an endpoint of OpenID Connect. */
const NAMES_OF_OTHERS_REGEXP = /authToken|authUsers|[uU]serInfo/g;

/** Names that await a better one. */
const EXCEPTIONS = new Set(["ProcessEnvironment", "service"]);

const DECLARATION_REGEXP =
  /\b(?:function\*?|class|interface|type|const|let|namespace)\s+(?<name>[A-Za-z_$][\w$]*)/g;

/** Snake case that starts with a letter or an underscore; the ends say what kind it is. */
const FILE_NAME_REGEXP = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*\.ts$/;

function saysNothing(name: string): boolean {
  if (EXCEPTIONS.has(name)) return false;
  const words = wordsOf(name.replaceAll(NAMES_OF_OTHERS_REGEXP, "Name"));
  return words.some((word) => BANNED_WORDS.has(word)) ||
    BANNED_ALONE.has(words.join(" "));
}

/** The words of a name in camel case, upper case or snake case. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

Deno.test("every file that runs starts by saying what it is for", async () => {
  const silent = (await sources())
    .filter(({ path }) => !path.endsWith("_test.ts"))
    .filter(({ text }) => !/^(?:#!.*\n)?\/\*\*\s*\S/.test(text))
    .map(({ path }) => path);
  assertEquals(silent, []);
});

Deno.test("files are named in snake case, without a word that says nothing", async () => {
  const wrong = (await sources())
    .map(({ path }) => path)
    .filter((path) => {
      const name = path.split("/").at(-1) ?? "";
      return !FILE_NAME_REGEXP.test(name) ||
        saysNothing(name.replace(/(?:_test)?\.ts$/, ""));
    });
  assertEquals(wrong, []);
});

Deno.test("no declared name has a word that says nothing", async () => {
  const wrong = (await sources())
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path, bare }) =>
      [...bare.matchAll(DECLARATION_REGEXP)]
        .map(({ groups }) => groups?.["name"] ?? "")
        .filter(saysNothing)
        .map((name) => `${path}: ${name}`)
    );
  assertEquals(wrong, []);
});

Deno.test("folders have no word that says nothing", async () => {
  const wrong = (await projectFiles())
    // Folders below fs/ are paths in containers; those are not ours to name.
    .filter((path) => !path.startsWith("fs/"))
    .filter((path) => path.split("/").slice(0, -1).some(saysNothing));
  assertEquals(wrong, []);
});
