/**
 * Bytes that are needed for a moment only, to be signed, verified or read. A
 * login makes a dozen of them, and memory of its own for each would have to be
 * found again by the garbage collector.
 *
 * What is borrowed is good until something else is: nobody may keep it, and
 * nothing asynchronous may happen meanwhile.
 */
const UTF8 = new TextEncoder();
/** Of UTF-8 for a UTF-16 unit. */
const UNIT_BYTES_MAX = 3;

let memory = new Uint8Array(16 * 1024);

/** The text in UTF-8. */
export function borrowUtf8(text: string): Uint8Array {
  reserve(text.length * UNIT_BYTES_MAX);
  return memory.subarray(0, UTF8.encodeInto(text, memory).written);
}

/**
 * What base64url stands for.
 *
 * @throws {SyntaxError} If the text is not base64url.
 */
export function borrowDecoded(text: string): Uint8Array {
  reserve(text.length);
  const { written } = memory.setFromBase64(text, { alphabet: "base64url" });
  return memory.subarray(0, written);
}

/** Texts are bounded where they come from; what is larger once stays. */
function reserve(bytes: number): void {
  if (memory.length < bytes) memory = new Uint8Array(bytes);
}
