/**
 * Tells code from comments and from the contents of strings, templates and
 * regular expressions, in TypeScript that the compiler accepts.
 */

export interface Scanned {
  /** The text with comments blanked. */
  readonly code: string;
  /** The text with comments and the contents of literals blanked. */
  readonly bare: string;
}

interface Range {
  readonly kind: "comment" | "literal";
  readonly start: number;
  readonly end: number;
}

const COMMENT_REGEXP = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const STRING_REGEXP = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const TEMPLATE_TEXT_REGEXP = /(?:[^`\\$]|\\[^]|\$(?!\{))*/y;
const REGEXP_LITERAL_REGEXP =
  /\/(?:[^\\/\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;

/** What stands before a slash that begins a regular expression, not a division. */
const BEFORE_LITERAL_REGEXP =
  /(?:^|[(,=:[!&|?{};~<>+*%-]|\b(?:return|case|of|in))\s*$/;

/** Blanks comments, and the contents of literals; line numbers and columns stay. */
export function strip(text: string): Scanned {
  const ranges = rangesOf(text);
  return {
    code: blank(text, ranges.filter(({ kind }) => kind === "comment")),
    bare: blank(text, ranges),
  };
}

function blank(text: string, ranges: readonly Range[]): string {
  let blanked = "";
  let done = 0;
  for (const { start, end } of ranges) {
    blanked += text.slice(done, start);
    blanked += text.slice(start, end).replaceAll(/[^\n]/g, " ");
    done = end;
  }
  return blanked + text.slice(done);
}

function rangesOf(text: string): readonly Range[] {
  const ranges: Range[] = [];
  /** For each template that is open, how many braces are open in its expression. */
  const templates: number[] = [];
  let at = 0;

  function take(regexp: RegExp, kind: Range["kind"]): boolean {
    regexp.lastIndex = at;
    const length = regexp.exec(text)?.[0].length ?? 0;
    if (length > 0) ranges.push({ kind, start: at, end: at + length });
    at += length;
    return length > 0;
  }

  /** The text of a template, up to its end or its next expression. */
  function takeTemplateText(): void {
    take(TEMPLATE_TEXT_REGEXP, "literal");
    if (text[at] === "$") {
      templates.push(0);
      at += 2;
    } else at += 1;
  }

  function takeBrace(brace: string): void {
    const open = templates.at(-1);
    at += 1;
    if (open === undefined) return;
    if (brace === "}" && open === 0) {
      templates.pop();
      takeTemplateText();
    } else templates[templates.length - 1] = open + (brace === "{" ? 1 : -1);
  }

  while (at < text.length) {
    const character = text.charAt(at);
    if (take(COMMENT_REGEXP, "comment") || take(STRING_REGEXP, "literal")) {
      continue;
    }
    if (character === "`") {
      at += 1;
      takeTemplateText();
    } else if (character === "{" || character === "}") takeBrace(character);
    else if (character !== "/") at += 1;
    else {
      const before = text.slice(Math.max(0, at - 40), at);
      const isLiteral = BEFORE_LITERAL_REGEXP.test(before);
      if (!isLiteral || !take(REGEXP_LITERAL_REGEXP, "literal")) at += 1;
    }
  }
  return ranges;
}
