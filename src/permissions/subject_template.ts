/**
 * A subject with placeholders, as a rule holds it. Parsed once, when the rules
 * are loaded, into parts that cannot be wrong: a placeholder is always a whole
 * token, wildcards are where the rule's author wrote them, and what is filled in
 * is never looked at again.
 */
import { SUBJECT_TEMPLATE_CHARS_MAX } from "../base/limits.ts";
import { parsePlaceholder, type Placeholder } from "./placeholder.ts";
import { Fault } from "./rule_fault.ts";

export type TemplateToken =
  | { readonly kind: "literal"; readonly text: string }
  /** `*`: any one token. */
  | { readonly kind: "any" }
  /** `>`: one token or more, at the end. */
  | { readonly kind: "rest" }
  | { readonly kind: "value"; readonly placeholder: Placeholder };

export interface SubjectTemplate {
  readonly tokens: readonly TemplateToken[];
  /** Queue group that a subscription must join. */
  readonly queue?: string | undefined;
}

export const ANY: TemplateToken = { kind: "any" };
export const REST: TemplateToken = { kind: "rest" };

export interface TemplateForm {
  /** Whether a queue group may stand behind a space; unless given, nobody would write one. */
  readonly queue?: boolean;
}

/** White space and what cannot be seen: Unicode's spaces split a permission on the server. */
const UNSEEN_REGEXP = /[\p{White_Space}\p{C}\uFFFD]/u;
const QUEUE_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;

export function parseSubjectTemplate(
  text: string,
  form: TemplateForm = {},
): SubjectTemplate | Fault {
  if (text === "") {
    return new Fault(
      "is empty",
      'write a subject, as in news.*; one that begins with > or * needs quotes in YAML, as in ">"',
    );
  }
  if (/[\r\n]$/.test(text)) {
    return new Fault(
      "ends with the end of a line",
      "write it behind the colon or the dash, in quotes: a > or | there begins a text of several lines in YAML",
    );
  }
  if (text.length > SUBJECT_TEMPLATE_CHARS_MAX) {
    return new Fault(
      `has more than ${SUBJECT_TEMPLATE_CHARS_MAX} characters`,
      "shorten the subject",
    );
  }
  const pieces = splitTokens(text);
  if (pieces instanceof Fault) return pieces;
  const tokens: TemplateToken[] = [];
  for (const [index, piece] of pieces.tokens.entries()) {
    const token = parseToken(piece, index === pieces.tokens.length - 1);
    if (token instanceof Fault) return token;
    tokens.push(token);
  }
  const ended = endPaths(tokens);
  if (ended instanceof Fault) return ended;
  if (pieces.queue === undefined) return { tokens: ended };
  if (!form.queue) {
    return new Fault(
      "has a space",
      form.queue === undefined
        ? "remove it"
        : "write several subjects as a list; a queue group can stand behind an allowed subscription only, as in subscribe: [jobs.> workers]",
    );
  }
  return QUEUE_REGEXP.test(pieces.queue)
    ? { tokens: ended, queue: pieces.queue }
    : new Fault(
      "has a queue group that is none",
      "one space, then letters, digits, - and _, 64 at most; no ${...}. Several subjects are a list",
    );
}

/** The template as its author would write it. */
export function templateText({ tokens, queue }: SubjectTemplate): string {
  const subject = tokens.map(tokenText).join(".");
  return queue === undefined ? subject : `${subject} ${queue}`;
}

/** The token as its author would write it. */
export function tokenText(token: TemplateToken): string {
  switch (token.kind) {
    case "literal":
      return token.text;
    case "any":
      return "*";
    case "rest":
      return ">";
    default:
      return token.placeholder.text;
  }
}

/** Dots and the space part tokens, but not inside of a placeholder: claims' names hold any character. */
function splitTokens(
  text: string,
): { readonly tokens: readonly string[]; readonly queue?: string } | Fault {
  const tokens: string[] = [];
  let token = "";
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (text.startsWith("${", index)) {
      const end = text.indexOf("}", index);
      if (end === -1) {
        return new Fault("has a ${ without a }", "close the placeholder");
      }
      token += text.slice(index, end + 1);
      index = end;
    } else if (char === ".") {
      tokens.push(token);
      token = "";
    } else if (char === " ") {
      return { tokens: [...tokens, token], queue: text.slice(index + 1) };
    } else {
      token += char;
    }
  }
  return { tokens: [...tokens, token] };
}

const PLACEHOLDER_REGEXP = /^\$\{([^}]*)\}$/;

function parseToken(text: string, isLast: boolean): TemplateToken | Fault {
  if (text === "") {
    return new Fault(
      "has an empty token",
      "write something between two dots, and no dot at the beginning or end",
    );
  }
  if (text === "*") return ANY;
  if (text === ">") {
    return isLast
      ? REST
      : new Fault("has a > that is not at the end", "write * for one token");
  }
  const inner = PLACEHOLDER_REGEXP.exec(text)?.[1];
  if (inner !== undefined) {
    const placeholder = parsePlaceholder(inner);
    return placeholder instanceof Fault
      ? placeholder
      : { kind: "value", placeholder };
  }
  return checkLiteral(text) ?? { kind: "literal", text };
}

function checkLiteral(text: string): Fault | undefined {
  if (text.includes("${")) {
    return new Fault(
      "has a ${...} that is only a part of a token",
      "give it a token of its own, as in users.${sub}.>: two values side by side could make a third",
    );
  }
  if (/[{}]/.test(text)) {
    return new Fault(
      "has a brace that belongs to no ${...}",
      "placeholders look like ${sub}; {{...}} stands in the template of a scoped signing key only",
    );
  }
  if (/[*>]/.test(text)) {
    return new Fault(
      "has a wildcard that is only a part of a token",
      "to NATS it would be an ordinary character: * and > stand alone, as in news.*",
    );
  }
  if (!text.isWellFormed() || UNSEEN_REGEXP.test(text)) {
    return new Fault(
      "has white space or a character that cannot be seen",
      "remove it",
    );
  }
  return undefined;
}

/**
 * Sees to it that one can tell where a path ends, so that two identities never
 * fill one template alike: what follows is a literal that no path may hold.
 */
function endPaths(
  tokens: readonly TemplateToken[],
): readonly TemplateToken[] | Fault {
  const ended: TemplateToken[] = [];
  for (const [index, token] of tokens.entries()) {
    const [next, ...further] = tokens.slice(index + 1);
    if (token.kind !== "value" || token.placeholder.kind !== "path") {
      ended.push(token);
    } else if (
      next?.kind === "value" ||
      next?.kind === "any" && further.some(({ kind }) => kind === "value")
    ) {
      return new Fault(
        "has a placeholder behind a path and no word of its own between them",
        "write one, as in ${claims.tenant:path}.users.${sub}: otherwise tenant a.b and user b of tenant a could meet",
      );
    } else {
      const end = next?.kind === "literal" ? next.text : undefined;
      ended.push({
        kind: "value",
        placeholder: { ...token.placeholder, end },
      });
    }
  }
  return ended;
}
