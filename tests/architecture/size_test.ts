/**
 * Sizes that may only go down. What is above a limit is listed with what it may
 * have; whoever shortens it lowers the number or strikes it off.
 */
import { assertEquals } from "@std/assert";
import { scan, type Source, sources } from "./sources.ts";

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;

/** Functions that return an object of functions are as long as all of those. */
const LONGER_FUNCTIONS: Readonly<Record<string, number>> = {
  "src/config/checking.ts createChecking": 85,
  "src/telemetry/log_sampling.ts createSampler": 80,
  "tests/fakes/asking_server.ts createAskingServer": 89,
};

/** The first line of a function: by the word, by an arrow, or of a method. */
const FIRST_LINE_REGEXP =
  /^(?<indent> *)(?:(?:.*\bfunction\b\*?(?: (?<name>[\w$]+))?|(?:(?:async|static|get|set) |\*)*(?<method>#?\w+))(?:<[^(]*>)?\(.*|.*=> \{)$/;

/** The last line of its head: what follows is the body. */
const HEAD_END_REGEXP = /(?:\)(?:: .+)?|=>|^ *\}?>) \{$/;

/** Words that look like a method when a bracket follows. */
const STATEMENT_REGEXP =
  /^ *(?:if|for|while|switch|catch|return|throw|await)\b/;

interface Measured {
  readonly name: string;
  readonly lines: number;
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, "").split("\n");
}

/** Functions with the number of their lines; relies on the indentation of `deno fmt`. */
function functionsOf({ path, bare }: Source): readonly Measured[] {
  const lines = linesOf(bare);
  return lines.flatMap((line, first) => {
    const groups = FIRST_LINE_REGEXP.exec(line)?.groups;
    if (groups === undefined || STATEMENT_REGEXP.test(line)) return [];
    const indent = groups["indent"] ?? "";
    const isOfSameDepth = (other: string): boolean =>
      other.startsWith(indent) && /^\S/.test(other.slice(indent.length));

    const head = HEAD_END_REGEXP.test(line)
      ? first
      : lines.findIndex((other, index) =>
        index > first && isOfSameDepth(other)
      );
    if (!HEAD_END_REGEXP.test(lines[head] ?? "")) return [];
    const last = lines.findIndex((other, index) =>
      index > head && isOfSameDepth(other)
    );
    const name = groups["name"] ?? groups["method"] ?? `line ${first + 1}`;
    return [{ name: `${path} ${name}`, lines: last - first + 1 }];
  });
}

async function measuredFiles(): Promise<readonly Measured[]> {
  return (await sources())
    .map(({ path, text }) => ({ name: path, lines: linesOf(text).length }));
}

async function measuredFunctions(): Promise<readonly Measured[]> {
  return (await sources()).flatMap(functionsOf);
}

const KINDS = [
  {
    kind: "file",
    limit: FILE_LINES_MAX,
    longer: {},
    measure: measuredFiles,
  },
  {
    kind: "function",
    limit: FUNCTION_LINES_MAX,
    longer: LONGER_FUNCTIONS,
    measure: measuredFunctions,
  },
];

for (const { kind, limit, longer, measure } of KINDS) {
  Deno.test(`no ${kind} has more than ${limit} lines`, async () => {
    const tooLong = (await measure())
      .filter(({ name, lines }) => lines > (longer[name] ?? limit))
      .map(({ name, lines }) => `${name}: ${lines} lines`);
    assertEquals(tooLong, []);
  });

  Deno.test(`no ${kind} is listed as longer that is not`, async () => {
    const measured = await measure();
    const stale = Object.keys(longer).filter((listed) =>
      !measured.some(({ name, lines }) => name === listed && lines > limit)
    );
    assertEquals(stale, []);
  });
}

Deno.test("functionsOf() measures functions, methods and arrows", () => {
  const text = [
    "export function f(",
    "  a: string,",
    "): void {",
    "  if (a) {",
    "  }",
    "}",
    "class C {",
    "  async m({",
    "    a,",
    "  }: Options) {",
    "    return a;",
    "  }",
    "}",
    "const g = () => {",
    "  f();",
    "};",
  ].join("\n");
  assertEquals(functionsOf(scan("x.ts", text)), [
    { name: "x.ts f", lines: 6 },
    { name: "x.ts m", lines: 5 },
    { name: "x.ts line 14", lines: 3 },
  ]);
});
