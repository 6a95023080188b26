/**
 * How two subjects of a rule relate, whatever their placeholders are filled with:
 * decided when the rules are loaded.
 */
import type { SubjectTemplate, TemplateToken } from "./subject_template.ts";
import { canBeSubjectToken, PLAIN_TOKEN_REGEXP } from "./subject_token.ts";

type Tokens = SubjectTemplate["tokens"];

/** Whether every subject of the inner one is one of the outer one. Queue groups are not looked at. */
export function covers(outer: Tokens, inner: Tokens): boolean {
  for (const [index, token] of outer.entries()) {
    const other = inner[index];
    if (other === undefined) return false;
    if (token.kind === "rest") return true;
    if (!coversToken(token, other)) return false;
  }
  return outer.length === inner.length;
}

function coversToken(outer: TemplateToken, inner: TemplateToken): boolean {
  if (inner.kind === "rest" || isPath(inner)) return isSame(outer, inner);
  return outer.kind === "any" || isSame(outer, inner);
}

/** Whether one subject could belong to both. Errs on the side of yes. */
export function mayMeet(one: Tokens, other: Tokens): boolean {
  for (let index = 0;; index++) {
    const left = one[index];
    const right = other[index];
    if (left === undefined || right === undefined) return left === right;
    if (left.kind === "rest" || right.kind === "rest") return true;
    // The same path of the same identity has the same length in both.
    if ((isPath(left) || isPath(right)) && !isSame(left, right)) return true;
    if (!mayBeEqual(left, right)) return false;
  }
}

/** Whether the two tokens could be one. Errs on the side of yes. */
export function mayBeEqual(one: TemplateToken, other: TemplateToken): boolean {
  if (one.kind === "any" || other.kind === "any") return true;
  if (one.kind === "literal" && other.kind === "literal") {
    return one.text === other.text;
  }
  if (one.kind === "literal") return mayFill(other, one.text);
  if (other.kind === "literal") return mayFill(one, other.text);
  return true;
}

function mayFill(token: TemplateToken, text: string): boolean {
  if (token.kind !== "value") return true;
  return isPath(token)
    ? PLAIN_TOKEN_REGEXP.test(text)
    : canBeSubjectToken(text);
}

export function isSame(one: TemplateToken, other: TemplateToken): boolean {
  if (one.kind === "literal" && other.kind === "literal") {
    return one.text === other.text;
  }
  if (one.kind === "value" && other.kind === "value") {
    return one.placeholder.text === other.placeholder.text;
  }
  return one.kind === other.kind && one.kind !== "literal" &&
    one.kind !== "value";
}

export function isPath(token: TemplateToken): boolean {
  return token.kind === "value" && token.placeholder.kind === "path";
}
