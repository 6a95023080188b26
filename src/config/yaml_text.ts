/**
 * The text of the configuration file, as YAML 1.2 without what a configuration
 * has no use for: aliases (a few lines of them unfold to gigabytes), tags, more
 * than one document. A name that stands twice is refused: one of both would
 * silently not count.
 */
import {
  type Document,
  type ErrorCode,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import type { Json } from "../base/json.ts";
import type { ConfigIssue } from "./config_error.ts";

/** The default file with all its comments has some 10 kB. */
export const CONFIG_CHARS_MAX = 256 * 1024;

const PROBLEMS: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: "starts with *, which is an alias in YAML",
  BAD_INDENT: "is not indented like the lines around it",
  BAD_SCALAR_START: "starts with a character that has a meaning in YAML",
  DUPLICATE_KEY: "has a name that already stands in the same section",
  MISSING_CHAR: "lacks a closing quote, bracket or a colon",
  MULTIPLE_DOCS: "starts a second document",
  NON_STRING_KEY: "has a name that is not text",
  RESOURCE_EXHAUSTION: "is nested too deep",
  TAB_AS_INDENT: "is indented with a tab",
};

/** What most often is no YAML: `{ publish: users.${sub}.> }`. */
const QUOTES =
  'correct the line; a value with { } [ ] or a comma in it, or with > or * at its beginning, needs quotes, as in "users.${sub}.>"';

/** Subjects begin with them. */
const QUOTE_WILDCARDS = 'put the value in quotes, as in ">" or "*"';

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: QUOTE_WILDCARDS,
  BAD_SCALAR_START: QUOTE_WILDCARDS,
  DUPLICATE_KEY: "remove one of the two",
  MISSING_CHAR: QUOTES,
  MULTIPLE_DOCS: "remove the line ---",
  TAB_AS_INDENT: "use spaces",
};

/** Why the text is no configuration. */
export class YamlFault {
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    this.issues = issues.slice(0, YAML_ISSUES_MAX);
  }
}

/** One problem is often the cause of the next: the first few tell enough. */
const YAML_ISSUES_MAX = 5;

/** The text's content, or why it has none. Shows nothing of the text. */
export function readYaml(text: string): Json | YamlFault {
  if (text.length > CONFIG_CHARS_MAX) {
    return new YamlFault([{
      path: "the file",
      problem: `is longer than ${CONFIG_CHARS_MAX} characters`,
      remedy: "see whether it is the right file",
    }]);
  }
  const lines = new LineCounter();
  // `prettyErrors` would quote the line, and a secret in it.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    version: "1.2",
    merge: false,
  });

  function at(offset: number, problem: string, remedy: string): ConfigIssue {
    const { line, col } = lines.linePos(offset);
    return { path: `line ${line}, column ${col}`, problem, remedy };
  }

  // What follows in the same line is a consequence.
  const linesTold = new Set<number>();
  const issues = document.errors.flatMap(({ code, pos: [offset] }) => {
    const { line } = lines.linePos(offset);
    if (linesTold.has(line)) return [];
    linesTold.add(line);
    const problem = PROBLEMS[code];
    const remedy = problem === undefined ? QUOTES : "correct the line";
    return [at(offset, problem ?? "is not YAML", REMEDIES[code] ?? remedy)];
  });
  if (issues.length > 0) return new YamlFault(issues);
  const unwanted = findUnwanted(document).map((offset) =>
    at(
      offset,
      "has an alias (*), an anchor (&) or a tag (!)",
      'write the value out; if it is text, put it in quotes, as in "*.news"',
    )
  );
  if (unwanted.length > 0) return new YamlFault(unwanted);
  const content: Json = document.toJS({ maxAliasCount: 0 });
  return content;
}

/** Where aliases, anchors and tags are. */
function findUnwanted(document: Document.Parsed): readonly number[] {
  const offsets: number[] = document.warnings.map(({ pos }) => pos[0]);
  visit(document, {
    Alias: (_, node) => void offsets.push(node.range?.[0] ?? 0),
    Node: (_, node) => {
      if (node.anchor !== undefined || node.tag !== undefined) {
        offsets.push(node.range?.[0] ?? 0);
      }
    },
  });
  return offsets;
}
