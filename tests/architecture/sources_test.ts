import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { resolveImport, scan } from "./sources.ts";

const SAMPLE = [
  `/** import "./comment.ts"; */`,
  `import { a } from "./a.ts";`,
  `import type { B } from "b";`,
  `import {`,
  `  c,`,
  `} from "./c.ts";`,
  `import "./effect.ts";`,
  `export * from "./again.ts";`,
  `const text = 'import { x } from "./x.ts";'; // Date.now()`,
  'const template = `Date.now() ${f("`")} { `;',
  `const regexp = /["'{]Date/;`,
  `const half = a / 2; const other = b / 2;`,
  `const later = () => import("./later.ts");`,
].join("\n");

Deno.test("scan() finds the imports and nothing in comments or strings", () => {
  const { imports, loads, lazyImports } = scan("src/x.ts", SAMPLE);
  assertEquals(loads, imports.filter((specifier) => specifier !== "b"));
  assertEquals(lazyImports, ["./later.ts"]);
  assertEquals(imports, [
    "./a.ts",
    "b",
    "./c.ts",
    "./effect.ts",
    "./again.ts",
  ]);
});

Deno.test("scan() blanks comments, strings, templates and regular expressions", () => {
  const { bare } = scan("src/x.ts", SAMPLE);
  assertFalse(bare.includes("Date"));
  assertEquals(bare.split("\n").length, SAMPLE.split("\n").length);
  assertStringIncludes(bare, "a / 2; const other = b / 2");
  assertEquals(bare.split("{").length, bare.split("}").length);
});

Deno.test("resolveImport() follows a relative import", () => {
  assertEquals(
    resolveImport("src/cli/start.ts", "../base/json.ts"),
    "src/base/json.ts",
  );
});
