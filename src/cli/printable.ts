/**
 * Text and times from outside, for a terminal: what would move the cursor or turn
 * the text around is shown as its code, and what is endless is cut.
 */

const PRINTABLE_REGEXP = /^[\p{L}\p{N}\p{P}\p{S} ]*$/u;

/** More is no help to a reader. */
const CHARS_MAX = 300;

export function printable(text: string, charsMax = CHARS_MAX): string {
  const shown = text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
  return PRINTABLE_REGEXP.test(shown)
    ? shown
    : escapeUnprintable(JSON.stringify(shown));
}

/** Nothing is cut, and what is printable stays as it is. */
export function escapeUnprintable(text: string): string {
  return text.replaceAll(
    /[^\p{L}\p{N}\p{P}\p{S} ]/gu,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
}

/** Whatever number stands there: a time that no calendar has is shown as the number. */
export function formatTime(seconds: number): string {
  const time = new Date(Math.floor(seconds) * 1000);
  return Number.isNaN(time.getTime())
    ? String(seconds)
    : time.toISOString().replace(".000Z", "Z");
}
