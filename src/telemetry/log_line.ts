/**
 * One line of the log: which fields there are, and how a value is made
 * harmless. What clients and servers send ends up here; it must not be able to
 * start a line of its own, to move a cursor, or to reverse the text around it.
 */

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Every field that may appear in a line, in the order in which it appears: what people look for first. */
const FIELD_NAMES = [
  "code",
  "name",
  "account",
  "rule",
  "kind",
  "issuer",
  "detail",
  "suppressed",
  "count",
  "dependency",
  "connectionType",
  "clientHost",
  "durationMs",
  "expiresAt",
  "fingerprint",
  "userNkey",
  "serverId",
  "subject",
  "queueGroup",
  "path",
  "setting",
  "address",
  "version",
] as const;

/** A field that is not named here does not compile. */
export interface LogFields {
  /** Stable: why, from a closed set. */
  readonly code?: string;
  /** Names claims, settings and bounds; holds no part of a token. */
  readonly detail?: string;
  /** So many more lines with this message and code were not written. */
  readonly suppressed?: number;
  readonly count?: number;
  /** Public key of the NATS server that asked. */
  readonly serverId?: string;
  readonly clientHost?: string;
  readonly connectionType?: string;
  readonly userNkey?: string;
  readonly account?: string;
  readonly rule?: string;
  /** How the bearer token was judged. */
  readonly kind?: string;
  readonly issuer?: string;
  /** The encoded identity, as it stands in subjects; never the `sub` itself. */
  readonly name?: string;
  /** Truncated keyed hash of the bearer token. */
  readonly fingerprint?: string;
  /** A NATS subject. */
  readonly subject?: string;
  readonly queueGroup?: string;
  readonly dependency?: string;
  /** Seconds since the Unix epoch. */
  readonly expiresAt?: number;
  readonly durationMs?: number;
  /** A file. */
  readonly path?: string;
  /** A setting of the configuration, or an environment variable. */
  readonly setting?: string;
  readonly address?: string;
  readonly version?: string;
}

/** Longest value that is written, in UTF-16 units; what is cut is marked. */
export const LOG_VALUE_CHARS_MAX = 400;

/** Printable ASCII without quotes and backslashes: nothing of it has to be escaped. */
const PLAIN_REGEXP = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * Control, format (bidi, zero-width, byte order mark, tags), line and paragraph
 * separators, private use. Lone surrogates are escaped by `JSON.stringify`.
 */
const UNSAFE_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;

/** A string that needs no quotes in text. */
const QUOTED_WORD_REGEXP = /^"([\w.:@/+<>*$-]+)"$/;

/** The fields that are on the list: plain, cut, and not yet escaped. */
export function listedFields(
  fields: LogFields,
): Record<string, string | number> {
  const listed: Record<string, string | number> = {};
  forEachListed(fields, (name, value) => {
    listed[name] = value;
  });
  return listed;
}

function forEachListed(
  fields: LogFields,
  take: (name: string, value: string | number) => void,
): void {
  for (const name of FIELD_NAMES) {
    const value = toValue(fields[name]);
    if (value !== undefined) take(name, value);
  }
}

/** Undefined for what is neither text nor a finite number: it is left out. */
function toValue(value: unknown): string | number | undefined {
  if (typeof value === "number" && Number.isFinite(value)) {
    return Math.round(value * 1000) / 1000;
  }
  return typeof value === "string" ? cut(value) : undefined;
}

export function formatJsonLine(
  timeMs: number,
  level: LogLevel,
  message: string,
  fields: LogFields,
): string {
  let line = `{"time":"${new Date(timeMs).toISOString()}","level":"${level}",` +
    `"message":${quote(message)}`;
  forEachListed(fields, (name, value) => {
    line += `,"${name}":${toJson(value)}`;
  });
  return `${line}}`;
}

export function formatTextLine(
  timeMs: number,
  level: LogLevel,
  message: string,
  fields: LogFields,
): string {
  const time = new Date(timeMs).toISOString().slice(11);
  let line = `${time} ${level.toUpperCase().padEnd(5)} ${
    quote(message).slice(1, -1)
  }`;
  forEachListed(fields, (name, value) => {
    line += ` ${name}=${toJson(value).replace(QUOTED_WORD_REGEXP, "$1")}`;
  });
  return line;
}

function toJson(value: string | number): string {
  return typeof value === "number" ? String(value) : quote(value);
}

function cut(text: string): string {
  return text.length > LOG_VALUE_CHARS_MAX
    ? `${text.slice(0, LOG_VALUE_CHARS_MAX)}… (${text.length})`
    : text;
}

function quote(text: string): string {
  return PLAIN_REGEXP.test(text)
    ? `"${text}"`
    : JSON.stringify(text).replace(UNSAFE_REGEXP, escape);
}

/** As JSON would: one or two `\uXXXX`. */
function escape(character: string): string {
  let escaped = "";
  for (let index = 0; index < character.length; index++) {
    const unit = character.charCodeAt(index).toString(16).padStart(4, "0");
    escaped += `\\u${unit}`;
  }
  return escaped;
}
