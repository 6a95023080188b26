/**
 * Project Wycheproof's set for Ed25519, against the keys that verify bearer
 * tokens: malleable signatures, truncated ones, wrong points.
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { monotonicClock } from "../../src/base/time.ts";
import { importJwk, UnusableKey } from "../../src/identity/jwk.ts";
import { P256Tables } from "../../src/identity/p256_tables.ts";
import { vectorTest } from "../fixtures/vectors.ts";

interface Group {
  readonly publicKeyJwk: Readonly<Record<string, string>>;
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: "valid" | "invalid";
  }[];
}

vectorTest(
  "B10 Wycheproof's Ed25519 set is decided as labelled",
  "wycheproof/ed25519_test.json",
  (vectors) => {
    const { testGroups }: { testGroups: readonly Group[] } = JSON.parse(
      vectors,
    );
    let decided = 0;
    for (const { publicKeyJwk, tests } of testGroups) {
      const key = importJwk(publicKeyJwk, {
        algorithms: ["EdDSA"],
        tables: new P256Tables(monotonicClock),
      });
      assert(!(key instanceof UnusableKey), JSON.stringify(key));
      for (const { tcId, comment, msg, sig, result } of tests) {
        const valid = key.verify(
          "EdDSA",
          Buffer.from(msg, "hex"),
          Buffer.from(sig, "hex"),
        );
        assertEquals(
          valid ? "valid" : "invalid",
          result,
          `tcId ${tcId} ${comment}`,
        );
        decided++;
      }
    }
    assertEquals(decided, 151);
  },
);
