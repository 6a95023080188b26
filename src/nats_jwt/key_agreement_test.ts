import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import nacl from "tweetnacl";
import { createKeyAgreement } from "./key_agreement.ts";

Deno.test("createKeyAgreement() agrees with tweetnacl on the key of every box", () => {
  for (let turn = 0; turn < 100; turn++) {
    const raw = randomBytes(32);
    // Any 32 bytes are a public key, also such as nobody has the private one of.
    const other = randomBytes(32);
    const key = createKeyAgreement(raw)(other);
    assert(key !== undefined);
    assertEquals(Buffer.from(key), Buffer.from(nacl.box.before(other, raw)));
  }
});
