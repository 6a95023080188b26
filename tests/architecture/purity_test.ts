/**
 * `callout/` and `permissions/` decide; they do not reach out. What they need of
 * the world, the time for instance, is handed to them.
 */
import { assertEquals } from "@std/assert";
import { folderOf, isTest, sources } from "./sources.ts";

const PURE = new Set(["callout", "permissions"]);

const REACHING_OUT: readonly [what: string, regexp: RegExp][] = [
  [
    "reads the clock",
    /\bDate\.now\b|\bDate\(\s*\)|\bnew Date\b(?!\()|\bperformance\b|\bTemporal\.Now\b|\bsystemClock\b/,
  ],
  [
    "starts a timer",
    /\bset(?:Timeout|Interval|Immediate)\b|\bAbortSignal\.timeout\b/,
  ],
  ["does I/O", /\bDeno\b|\bfetch\b|\bWebSocket\b|\bprocess\b|\blocalStorage\b/],
  ["logs", /\bconsole\b/],
];

/** Modules of Node that compute and nothing else. */
const COMPUTING_MODULES = new Set(["node:buffer", "node:crypto"]);

Deno.test("callout/ and permissions/ read no clock, do no I/O and log nothing", async () => {
  const found: string[] = [];
  for (const { path, bare, imports } of await sources()) {
    if (isTest(path) || !PURE.has(folderOf(path) ?? "")) continue;
    for (const [what, regexp] of REACHING_OUT) {
      if (regexp.test(bare)) found.push(`${path} ${what}`);
    }
    for (const specifier of imports) {
      if (specifier.includes("/telemetry/")) found.push(`${path} logs`);
      if (specifier.startsWith("node:") && !COMPUTING_MODULES.has(specifier)) {
        found.push(`${path} imports ${specifier}`);
      }
    }
  }
  assertEquals(found, []);
});

Deno.test("nothing happens at import: no file of src/ awaits or starts at its top level", async () => {
  const found = (await sources())
    .filter(({ path }) => path.startsWith("src/") && !isTest(path))
    .filter(({ bare }) =>
      /^(?:await\b|set(?:Timeout|Interval)\(|Deno\.|globalThis\.)/m.test(bare)
    )
    .map(({ path }) => path);
  assertEquals(found, []);
});
