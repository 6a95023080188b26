/**
 * The codes in the log are an interface: each that the source can write stands
 * in `docs/CODES.md`, and no other does.
 */
import { assert, assertEquals } from "@std/assert";
import { isTest, readProjectFile, sources } from "./sources.ts";

const OUTCOMES = "src/base/outcome.ts";
const DOCUMENT = "docs/CODES.md";

function namesIn(text: string, regexp: RegExp): readonly string[] {
  return [...text.matchAll(regexp)].flatMap(([, name]) => name ?? []);
}

/** The members of a union of texts. */
function unionIn(code: string, type: string): readonly string[] {
  const [, union = ""] = RegExp(`type ${type} =([^;]*);`).exec(code) ?? [];
  return namesIn(union, /"(\w+)"/g);
}

Deno.test("every code and dependency that the log can hold is explained, and no other", async () => {
  const ours = (await sources())
    .filter(({ path }) => path.startsWith("src/") && !isTest(path));
  const outcomes = ours.find(({ path }) => path === OUTCOMES)?.code ?? "";
  const written = ours.flatMap(({ code }) => namesIn(code, /\bcode: "(\w+)"/g));
  const codes = [
    ...written,
    ...["RejectionCode", "DiscardCode", "Dependency"].flatMap((type) => {
      const names = unionIn(outcomes, type);
      assert(names.length > 0, type);
      return names;
    }),
  ];
  const explained = (await readProjectFile(DOCUMENT))
    .split("\n")
    .flatMap((line) =>
      line.startsWith("| `")
        ? namesIn(line.slice(0, line.indexOf(" | ")), /`(\w+)`/g)
        : namesIn(line, /^`(\w+)`:/g)
    );
  assertEquals(explained.toSorted(), [...new Set(codes)].toSorted());
});

/** A call that warns, up to its end; what holds the fields may have been put together before. */
const TROUBLE_REGEXP = /\blog\.(?:warn|error)\(([^]*?)\);/g;
const CODED_REGEXP = /\bcode\b|\bfields\b|\bdescribeConnectionFault\b/;

Deno.test("every line that tells of trouble has a code", async () => {
  const calls = (await sources())
    .filter(({ path }) => path.startsWith("src/") && !isTest(path))
    .flatMap(({ path, code }) =>
      namesIn(code, TROUBLE_REGEXP).map((call) => `${path}: ${call.trim()}`)
    );
  assert(calls.length > 10, `${calls.length}`);
  assertEquals(calls.filter((call) => !CODED_REGEXP.test(call)), []);
});
