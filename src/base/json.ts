/**
 * JSON from outside: bounded, without duplicate names, lone surrogates or
 * infinite numbers. `JSON.parse` alone keeps the last of two equal names and
 * turns `1e400` into `Infinity`; other readers of the same text may not.
 *
 * @see RFC 8259 section 4, RFC 7519 section 4, RFC 8725 section 3.7
 */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | JsonObject;

/** Read members with `Object.hasOwn` only: names come from outside. */
export interface JsonObject {
  readonly [name: string]: Json;
}

export interface JsonLimits {
  /** Deepest nesting of arrays and objects. */
  readonly depthMax: number;
  /** Members and elements altogether. */
  readonly membersMax: number;
}

/** Why a text is refused. A constant: holds no part of the text. */
export class JsonFault {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

/** `ignoreBOM` keeps a byte order mark in the text, where it is then refused. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes UTF-8 strictly; a byte order mark is a fault. */
export function decodeUtf8(bytes: Uint8Array): string | JsonFault {
  try {
    const text = UTF8.decode(bytes);
    return text.startsWith("\uFEFF")
      ? new JsonFault("starts with a byte order mark")
      : text;
  } catch {
    return new JsonFault("is not UTF-8");
  }
}

/** Decodes a JSON text that must be an object. */
export function decodeJsonObject(
  text: string,
  limits: JsonLimits,
): JsonObject | JsonFault {
  // Before parsing: the engine's own parser recurses.
  const fault = scan(text, limits);
  if (fault !== undefined) return fault;
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return new JsonFault("is not JSON");
  }
  return isJsonObject(value) ? value : new JsonFault("is not a JSON object");
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member's value, or undefined if the object itself has none of that name. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Index of the quote that ends the string opened at `start`, or the text's length. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/**
 * Bounds what `JSON.parse` would recurse into, and finds what it lets pass. Takes
 * any text, JSON or not: what is none may pass, the parser refuses it.
 */
function scan(text: string, limits: JsonLimits): JsonFault | undefined {
  // What holds for the whole text need not be looked for in each string.
  const isPlain = !text.includes("\\");
  if (!text.isWellFormed()) return new JsonFault("has a lone surrogate");
  /** Names seen in each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let members = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      const end = endOfString(text, index);
      const names = open[open.length - 1];
      const isName = names && followedByColon(text, end);
      if (isName || !isPlain) {
        const string = unescape(text, index, end);
        if (string === undefined) return new JsonFault("is not JSON");
        if (!string.isWellFormed()) {
          return new JsonFault("has a lone surrogate");
        }
        if (isName) {
          if (names.has(string)) return new JsonFault("has a duplicate name");
          names.add(string);
        }
      }
      index = end;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      members++;
      open.push(code === OPEN_BRACE ? new Set() : null);
      if (open.length > limits.depthMax) {
        return new JsonFault("is nested too deep");
      }
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open.pop();
    else if (code === COMMA) members++;
    else if (isDigit(code)) {
      const end = endOfNumber(text, index);
      if (Math.abs(Number(text.slice(index, end))) === Infinity) {
        return new JsonFault("has a number out of range");
      }
      index = end - 1;
    }
    if (members > limits.membersMax) {
      return new JsonFault("has too many members");
    }
  }
  return undefined;
}

/** What the string says; undefined if it is none. */
function unescape(
  text: string,
  start: number,
  end: number,
): string | undefined {
  const raw = text.slice(start + 1, end);
  if (!raw.includes("\\")) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return undefined;
  }
}

function followedByColon(text: string, end: number): boolean {
  let index = end + 1;
  while (text.charCodeAt(index) <= 0x20) index++;
  return text.charCodeAt(index) === COLON;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const NUMBER_REGEXP = /[0-9.eE+-]*/y;

function endOfNumber(text: string, start: number): number {
  NUMBER_REGEXP.lastIndex = start;
  NUMBER_REGEXP.test(text);
  return NUMBER_REGEXP.lastIndex;
}
