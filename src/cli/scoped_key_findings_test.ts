import { assertEquals } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import type { AccountOptions } from "../nats/callout_service.ts";
import { createSeed, decodeSeed } from "../nats_jwt/nkeys.ts";
import { judgeScopedKeys } from "./scoped_key_findings.ts";

const SEED = createSeed("account");
const { publicKey: KEY } = decodeSeed(SEED, "account");
const ACCOUNT: AccountOptions = {
  name: "APP",
  publicKey: "A",
  signingKey: createSeed("account"),
  scopedKeys: [{ name: "devices", signingKey: SEED }],
};

const rows: [why: string, keys: JsonObject[string], verdicts: string[]][] = [
  ["is scoped", [{ kind: "user_scope", key: KEY, template: {} }], ["good"]],
  ["is a plain signing key", [KEY], ["wrong"]],
  ["is of a kind to come", [{ kind: "other_scope", key: KEY }], ["wrong"]],
  ["is not known", [{ kind: "user_scope", key: "A" }], ["wrong"]],
  ["is in no list", "none", ["wrong"]],
];

for (const [why, keys, verdicts] of rows) {
  Deno.test(`H5 H8 check looks at a scoped key that ${why}`, () => {
    const findings = judgeScopedKeys(ACCOUNT, {
      "nats": { "signing_keys": keys },
    });
    assertEquals(findings.map(({ verdict }) => verdict), verdicts);
  });
}

Deno.test("check says nothing of scoped keys where there are none, or no account to look at", () => {
  assertEquals(judgeScopedKeys({ ...ACCOUNT, scopedKeys: [] }, {}), []);
  assertEquals(judgeScopedKeys(ACCOUNT, undefined), []);
});
