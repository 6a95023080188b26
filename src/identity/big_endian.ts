/**
 * Numbers as keys and signatures hold them: the highest byte first.
 */
import { Buffer } from "node:buffer";

export function toBigInt(bytes: Uint8Array): bigint {
  const { buffer, byteLength, byteOffset } = bytes;
  return BigInt(
    "0x0" + Buffer.from(buffer, byteOffset, byteLength).toString("hex"),
  );
}
