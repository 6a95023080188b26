/**
 * Base32 without padding, as nkeys are written (RFC 4648 section 6).
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const VALUE_BY_CHAR_CODE = new Int8Array(128).fill(-1);
for (let value = 0; value < ALPHABET.length; value++) {
  VALUE_BY_CHAR_CODE[ALPHABET.charCodeAt(value)] = value;
}

/**
 * The bytes, or undefined if a character is not of the alphabet. Unused bits are
 * dropped. `bytes`, if given, has the length of the result and takes it.
 */
export function decodeBase32(
  text: string,
  bytes: Uint8Array = new Uint8Array(Math.floor(text.length * 5 / 8)),
): Uint8Array | undefined {
  let buffer = 0;
  let bits = 0;
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const value = VALUE_BY_CHAR_CODE[text.charCodeAt(index)] ?? -1;
    if (value < 0) return undefined;
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (buffer >> bits) & 0xff;
    }
  }
  return bytes;
}
