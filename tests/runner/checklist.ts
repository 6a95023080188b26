/**
 * Which lines of the security checklist a test proves. A test says so itself: its
 * name, or the name of one of its steps, begins with the codes, for instance
 * `I4 openXkey() refuses …` or `A2 A3 …` or `A1–A3 …`.
 */

/** How many lines each part of the checklist has. */
const LINES_BY_PART: Readonly<Record<string, number>> = {
  A: 14,
  B: 22,
  C: 22,
  D: 18,
  E: 5,
  F: 16,
  G: 8,
  H: 17,
  I: 22,
  J: 10,
  K: 13,
};

export const ALL_CODES: readonly string[] = Object.entries(LINES_BY_PART)
  .flatMap(([part, lines]) =>
    Array.from({ length: lines }, (_, index) => `${part}${index + 1}`)
  );

/** Lines about what there is not yet. */
const WAITING: readonly string[] = ["K6", "K7", "K11", "K13"];

const KNOWN = new Set(ALL_CODES);

const LEADING_CODES_REGEXP =
  /^(?:[A-K]\d{1,2}(?:\s*[-–]\s*[A-K]?\d{1,2})?(?:[\s,+/]|and|:|$)+)+/;

const CODE_OR_RANGE_REGEXP =
  /(?<part>[A-K])(?<first>\d{1,2})(?:\s*[-–]\s*(?:\k<part>)?(?<last>\d{1,2}))?/g;

/** The codes at the beginning of a test's name; a step's name follows after ` > `. */
export function codesOf(testName: string): readonly string[] {
  const codes: string[] = [];
  for (const name of testName.split(" > ")) {
    const leading = LEADING_CODES_REGEXP.exec(name)?.[0] ?? "";
    for (const { groups } of leading.matchAll(CODE_OR_RANGE_REGEXP)) {
      const first = Number(groups?.["first"]);
      const last = Number(groups?.["last"] ?? first);
      for (let line = first; line <= last; line++) {
        codes.push(`${groups?.["part"]}${line}`);
      }
    }
  }
  return codes.filter((code) => KNOWN.has(code));
}

/** Two lines for people: the codes that have a passing test, and those that wait. */
export function describeCoverage(
  passedTestNames: readonly string[],
): readonly string[] {
  const proven = new Set(passedTestNames.flatMap(codesOf));
  const waiting = ALL_CODES.filter((code) => !proven.has(code));
  return [
    `Checklist: ${proven.size} of ${ALL_CODES.length} codes have a test: ` +
    (shorten(ALL_CODES.filter((code) => proven.has(code))) || "none"),
    `Checklist: ${waiting.length} wait: ${shorten(waiting) || "none"}`,
  ];
}

/** Codes that have lost their last test. */
export function lostCodes(
  passedTestNames: readonly string[],
): readonly string[] {
  const proven = new Set([...passedTestNames.flatMap(codesOf), ...WAITING]);
  return ALL_CODES.filter((code) => !proven.has(code));
}

/** `A1 A2 A3 B5` as `A1–A3 B5`. */
export function shorten(codes: readonly string[]): string {
  const ranges: { part: string; first: number; last: number }[] = [];
  for (const code of codes) {
    const part = code.slice(0, 1);
    const line = Number(code.slice(1));
    const range = ranges.at(-1);
    if (range?.part === part && range.last === line - 1) range.last = line;
    else ranges.push({ part, first: line, last: line });
  }
  return ranges.map(({ part, first, last }) => {
    if (first === last) return `${part}${first}`;
    return `${part}${first}${last === first + 1 ? " " : "–"}${part}${last}`;
  }).join(" ");
}
