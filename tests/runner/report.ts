/**
 * Reads what `deno test` printed and wrote. The summary line is the only place
 * that counts everything: its JUnit file leaves out the files that fail outside
 * of a test. The JUnit file is the only place with the plain names of the tests.
 */

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

// deno-lint-ignore no-control-regex -- colours
const COLOUR_REGEXP = /\u001b\[[\d;]*m/g;

const SUMMARY_REGEXP =
  /^(?:ok|FAILED) \| (?<passed>\d+) passed(?: \([^)]*\))? \| (?<failed>\d+) failed(?: \([^)]*\))?(?: \| (?<ignored>\d+) ignored)?/;

const CASE_REGEXP = /<testcase name="(?<name>[^"]*)"[^>]*>\s*(?<child><\w+)?/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
};

export function withoutColour(text: string): string {
  return text.replaceAll(COLOUR_REGEXP, "");
}

/** What `deno test` counted, or nothing if it did not come to its end. */
export function readSummary(output: string): Summary | undefined {
  // From the end: a test may print whatever it likes, the summary comes last.
  const line = output.split("\n").findLast((line) => SUMMARY_REGEXP.test(line));
  const groups = SUMMARY_REGEXP.exec(line ?? "")?.groups;
  if (groups === undefined) return undefined;
  return {
    passed: Number(groups["passed"]),
    failed: Number(groups["failed"]),
    ignored: Number(groups["ignored"] ?? 0),
  };
}

/** The list that `deno test` prints below FAILURES, a line for each. */
export function readFailures(output: string): readonly string[] {
  const lines = output.split("\n");
  const start = lines.findLastIndex((line) => line.trim() === "FAILURES");
  if (start === -1) return [];
  const rest = lines.slice(start + 1).map((line) => line.trim());
  const end = rest.findIndex((line) => SUMMARY_REGEXP.test(line));
  return rest.slice(0, end === -1 ? undefined : end).filter((line) =>
    line !== ""
  );
}

/** Names of the tests and steps that passed. */
export function readPassedNames(junit: string): readonly string[] {
  return [...junit.matchAll(CASE_REGEXP)]
    .filter(({ groups }) => groups?.["child"] === undefined)
    .map(({ groups }) =>
      (groups?.["name"] ?? "").replaceAll(
        /&\w+;/g,
        (entity) => ENTITIES[entity] ?? entity,
      )
    );
}
