/**
 * Reads the body of an answer up to a size and no further, however slowly it
 * comes and whatever its length claims to be.
 */
import { Buffer } from "node:buffer";
import { untilAborted } from "./until_aborted.ts";

/**
 * Undefined if there is more than `bytesMax`.
 *
 * @throws The signal's reason, or what the network did.
 */
export async function readBoundedBody(
  response: Response,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (true) {
      const { done, value } = await untilAborted(reader.read(), signal);
      if (done) return Buffer.concat(chunks);
      length += value.length;
      if (length > bytesMax) return undefined;
      chunks.push(value);
    }
  } finally {
    // Nothing is left to read, or nobody wants it: either is fine.
    await reader.cancel().catch(() => undefined);
  }
}
