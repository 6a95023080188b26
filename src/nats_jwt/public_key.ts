/**
 * Public nkeys as text: 35 bytes in base32, a prefix that names the role, 32
 * bytes of key, a CRC-16. Decoded here and not by `@nats-io/nkeys`, because
 * every request brings fresh ones and the library builds a key pair for each;
 * a test holds both against each other.
 *
 * @see github.com/nats-io/nkeys `strkey.go`, `crc16.go`
 */
import { decodeBase32 } from "./base32.ts";

/** The roles met here, and the prefix byte of each (nkeys `strkey.go`). */
const PREFIX_BY_ROLE = {
  account: 0 << 3,
  curve: 23 << 3,
  operator: 14 << 3,
  server: 13 << 3,
  user: 20 << 3,
} as const;

export type NkeyRole = keyof typeof PREFIX_BY_ROLE;

const PUBLIC_KEY_CHARS = 56;
const DECODED_BYTES = 35;
/** CRC-16/XMODEM, polynomial 0x1021. */
const CRC_TABLE = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) {
    crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  CRC_TABLE[byte] = crc;
}

/** What is being decoded: made once, because each request brings keys to check. */
const decoded = new Uint8Array(DECODED_BYTES);

/** Whether the text is a public nkey of that role; leaves its bytes in `decoded`. */
function decode(text: string, role: NkeyRole): boolean {
  // 56 characters are exactly 35 bytes: no unused bits, one spelling for each key.
  if (text.length !== PUBLIC_KEY_CHARS) return false;
  if (decodeBase32(text, decoded) === undefined) return false;
  if (decoded[0] !== PREFIX_BY_ROLE[role]) return false;
  let crc = 0;
  for (let index = 0; index < DECODED_BYTES - 2; index++) {
    const byte = decoded[index] ?? 0;
    crc = ((crc << 8) & 0xffff) ^ (CRC_TABLE[(crc >> 8) ^ byte] ?? 0);
  }
  const expected = (decoded[DECODED_BYTES - 2] ?? 0) |
    ((decoded[DECODED_BYTES - 1] ?? 0) << 8);
  return crc === expected;
}

/** The 32 bytes of a public nkey of that role, or undefined if it is not one. */
export function decodePublicKey(
  text: string,
  role: NkeyRole,
): Uint8Array | undefined {
  return decode(text, role) ? decoded.slice(1, 33) : undefined;
}

/** Whether the text is a public nkey of that role: prefix, length and checksum. */
export function isPublicKey(text: unknown, role: NkeyRole): text is string {
  return typeof text === "string" && decode(text, role);
}
