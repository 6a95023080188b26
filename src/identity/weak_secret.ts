/**
 * Shared secrets that somebody could guess, or has: a public key is everybody's.
 * Whoever has one valid token can try a word list against it offline, as fast as a
 * machine hashes.
 *
 * No list can hold every bad secret. What is asked for is what HS256 rests on, 256
 * bits (RFC 7518 section 3.2), and those must be able to be there: 32 characters
 * are 32 bytes, but only 190 bits if they are letters and digits, and 128 in a
 * UUID. What repeats, counts or lies side by side on a keyboard counts for little,
 * and what is text in base64 or in hexadecimal digits is looked at as that text.
 * A secret from `openssl rand -base64 48` passes all of it.
 */
import { Buffer } from "node:buffer";
import { createPublicKey, X509Certificate } from "node:crypto";
import { SHARED_SECRET_BYTES_MIN } from "../base/limits.ts";

const BITS_MIN = 8 * SHARED_SECRET_BYTES_MIN;

/** By chance, something repeats in random text too; a quarter of it never does. */
const BITS_WITHOUT_PATTERNS_MIN = BITS_MIN * 3 / 4;

/** Words of placeholders and documentation. */
const PLACEHOLDER_REGEXP =
  /change[-_ ]?(?:me|this|it)|(?:^|[-_ ])your[-_ ]|replace[-_ ]?(?:me|this)|placeholder|example|sample|password|passw0rd|default|secret|at[-_ ]?least|256[-_ ]?bit|12345678/i;

/** What makes the secret easy to guess or known, or undefined. */
export function secretWeakness(secret: Uint8Array): string | undefined {
  if (secret.length < SHARED_SECRET_BYTES_MIN) {
    return `is shorter than ${SHARED_SECRET_BYTES_MIN} bytes`;
  }
  const contents = contentsIn(secret);
  if (contents.some(isKey)) {
    return "is a key in the form of PEM, DER or JWK, as public keys are";
  }
  const texts = contents.map(textOf).filter((text) => text !== undefined);
  if (texts.length === 0) {
    return symbolsWeakness(Buffer.from(secret).toString("latin1"), 8);
  }
  return texts.map(textWeakness).find((weakness) => weakness !== undefined);
}

function textWeakness(text: string): string | undefined {
  if (PLACEHOLDER_REGEXP.test(text)) {
    return "contains the words of a placeholder";
  }
  const symbols = text.replace(BASE64_PADDING_REGEXP, "");
  return symbolsWeakness(symbols, Math.log2(alphabetSize(symbols)));
}

function symbolsWeakness(
  symbols: string,
  bitsEach: number,
): string | undefined {
  const bits = Math.floor(symbols.length * bitsEach);
  if (bits < BITS_MIN) {
    return `is text of ${bits} bits at most, where ${BITS_MIN} are needed`;
  }
  return isPatterned(symbols, BITS_WITHOUT_PATTERNS_MIN / bitsEach)
    ? "is mostly a pattern: it repeats itself, counts, or follows the keyboard"
    : undefined;
}

/** Of the smallest alphabet that random text like this could be in; of other characters only those that are there count. */
function alphabetSize(text: string): number {
  const alphanumeric = text.replaceAll(/[^A-Za-z0-9]/g, "");
  const others = new Set(text.match(/[^A-Za-z0-9]/g)).size;
  if (/^\d*$/.test(alphanumeric)) return 10 + others;
  if (/^(?:[\da-f]*|[\dA-F]*)$/.test(alphanumeric)) return 16 + others;
  if (/^(?:[a-z]*|[A-Z]*)$/.test(alphanumeric)) return 26 + others;
  if (/^(?:[\da-z]*|[\dA-Z]*)$/.test(alphanumeric)) return 36 + others;
  return 62 + others;
}

/** So much of random text is hardly ever there twice, or in a row. */
const PATTERN_CHARS_MIN = 4;

/** Whether fewer symbols than enough are outside of patterns. */
function isPatterned(symbols: string, enough: number): boolean {
  const text = symbols.toLowerCase();
  let outside = 0;
  for (let index = 0; index < text.length && outside < enough;) {
    const length = Math.max(rowAt(text, index), repeatAt(text, index));
    const isPattern = length >= PATTERN_CHARS_MIN;
    if (!isPattern) outside++;
    index += isPattern ? length : 1;
  }
  return outside < enough;
}

/** How many symbols from here on have been there before, in the same order. */
function repeatAt(text: string, start: number): number {
  let end = start;
  while (
    end < text.length &&
    text.slice(0, end).includes(text.slice(start, end + 1))
  ) end++;
  return end - start;
}

const KEYBOARD_ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/** How many symbols from here on go one way in equal steps: `aaaa`, `abcd`, `9876`, `asdf`. */
function rowAt(text: string, start: number): number {
  const step = stepAt(text, start);
  let end = start + 1;
  while (step !== undefined && stepAt(text, end - 1) === step) end++;
  return end - start;
}

/** The way to the next symbol, if that is a neighbour or the same. */
function stepAt(text: string, index: number): number | undefined {
  const [one = "", other = ""] = text.slice(index, index + 2);
  if (other === "") return undefined;
  const ways = [
    other.charCodeAt(0) - one.charCodeAt(0),
    ...KEYBOARD_ROWS.filter((row) => row.includes(one) && row.includes(other))
      .map((row) => row.indexOf(other) - row.indexOf(one)),
  ];
  return ways.find((way) => Math.abs(way) <= 1);
}

/** Letters, digits and what else people write; bytes at random are never all of it. */
const TEXT_REGEXP = /^[^\p{Cc}\p{Cn}]+$/u;
const BASE64_REGEXP = /^[A-Za-z0-9+/_-]+={0,2}$/;
const BASE64_PADDING_REGEXP = /={1,2}$/;
const HEX_REGEXP = /^(?:[0-9a-f]{2})+$/i;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that the bytes are, if they are one. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = UTF8.decode(bytes);
    return TEXT_REGEXP.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes, and those that they are base64 or hexadecimal digits of, and so on. */
function contentsIn(bytes: Uint8Array): readonly Uint8Array[] {
  const text = textOf(bytes) ?? "";
  return [
    bytes,
    ...BASE64_REGEXP.test(text) ? contentsIn(Buffer.from(text, "base64")) : [],
    ...HEX_REGEXP.test(text) ? contentsIn(Buffer.from(text, "hex")) : [],
  ];
}

/** PEM, or a member that every JWK has. */
const KEY_TEXT_REGEXP = /-----BEGIN |"kty"\s*:/;

/**
 * Whether the bytes are a key for signatures. What verifies them is public: taken
 * for a shared secret, it lets everybody sign.
 */
function isKey(bytes: Uint8Array): boolean {
  if (KEY_TEXT_REGEXP.test(Buffer.from(bytes).toString("latin1"))) return true;
  const key = Buffer.from(bytes);
  return [
    () => createPublicKey({ key, format: "der", type: "spki" }),
    () => createPublicKey({ key, format: "der", type: "pkcs1" }),
    () => new X509Certificate(key),
  ].some((parse) => {
    try {
      return parse() !== undefined;
    } catch {
      return false;
    }
  });
}
