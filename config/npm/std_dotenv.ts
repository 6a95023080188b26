/**
 * The one function of `@std/dotenv` that is used, for places where JSR cannot
 * be reached; `deno.npm.json` maps the package's name to this file. Its test runs
 * against whichever of the two is loaded.
 */
import { parseEnv } from "node:util";

/** `${NAME}`, `${NAME:-default}` or `$NAME`; a backslash before the last keeps it. */
const REFERENCE_REGEXP =
  /\$\{(?<braced>[^}:]+)(?::-(?<fallback>[^}]*))?\}|(?<!\\)\$(?<bare>\w+)/g;

/** A value may refer to one that refers to another; one that refers to itself ends here. */
const REFERENCE_DEPTH_MAX = 8;

/** Parses the text of a `.env` file. */
export function parse(text: string): Record<string, string> {
  const written: Record<string, string | undefined> = { ...parseEnv(text) };
  const parsed: Record<string, string> = {};
  for (const [name, value] of Object.entries(written)) {
    // Quotes keep a value as it stands; `parseEnv` has removed them already.
    const quoted = new RegExp(
      `^\\s*(?:export\\s+)?${RegExp.escape(name)}\\s*=\\s*["'\`]`,
      "m",
    ).test(text);
    parsed[name] = quoted ? value ?? "" : expand(value ?? "", written);
  }
  return parsed;
}

function expand(
  value: string,
  written: Readonly<Record<string, string | undefined>>,
): string {
  let current = value;
  for (let depth = 0; depth < REFERENCE_DEPTH_MAX; depth++) {
    const next = current.replaceAll(
      REFERENCE_REGEXP,
      (_, braced?: string, fallback?: string, bare?: string) => {
        const name = braced ?? bare ?? "";
        return written[name] ?? Deno.env.get(name) ?? fallback ?? "";
      },
    );
    if (next === current) break;
    current = next;
  }
  return current;
}
