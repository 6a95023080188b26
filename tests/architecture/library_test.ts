/**
 * What programs see of the library: every type in its signatures can be named,
 * and everything that can be named is described.
 */
import { assert, assertEquals } from "@std/assert";
import { configurationName } from "../fixtures/configuration_name.ts";
import { readProjectFile } from "./sources.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FRONT = "src/mod.ts";

/** A finding of `deno doc --lint`: what, and where. */
const FINDING_REGEXP =
  /error\[(?<code>[\w-]+)\][^\n]*?: (?<text>[^\n]*)\n[^\n]*?--> (?<path>[^\n:]+):(?<line>\d+):/g;

interface Finding {
  readonly code: string;
  readonly text: string;
  readonly path: string;
  readonly line: number;
}

async function findings(): Promise<readonly Finding[]> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "--config", configurationName(), FRONT],
    cwd: ROOT,
    env: { "NO_COLOR": "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  const found = [...text.matchAll(FINDING_REGEXP)].map(({ groups = {} }) => ({
    code: groups["code"] ?? "",
    text: groups["text"] ?? "",
    path: (groups["path"] ?? "").replace(ROOT, ""),
    line: Number(groups["line"]),
  }));
  // Members that say it all by their name are found as well.
  assert(found.length > 0, text);
  return found;
}

Deno.test("every type in the library's signatures can be named by a program", async () => {
  const hidden = (await findings())
    .filter(({ code }) => code !== "missing-jsdoc")
    .map(({ path, line, text }) => `${path}:${line} ${text}`);
  assertEquals(hidden, []);
});

Deno.test("everything that the library exports is described", async () => {
  const bare: string[] = [];
  for (const { code, line, path } of await findings()) {
    if (code !== "missing-jsdoc") continue;
    const text = (await readProjectFile(path)).split("\n")[line - 1] ?? "";
    if (text.startsWith("export ")) bare.push(`${path}:${line} ${text}`);
  }
  assertEquals(bare, []);
});
