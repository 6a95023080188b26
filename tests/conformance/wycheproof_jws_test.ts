/**
 * Project Wycheproof's set for JSON Web Signature: 401 decisions on whole tokens.
 */
import { assertEquals } from "@std/assert";
import { vectorTest } from "../fixtures/vectors.ts";
import { verifierOf } from "./signature_verdict.ts";
import type { Jwk, Verifier } from "./signature_verdict.ts";

interface Group {
  readonly public?: Jwk;
  readonly private: Jwk;
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly jws: string;
    readonly result: "valid" | "invalid";
  }[];
}

/** Where the label cannot hold, and what we say instead. */
const EXCLUDED: ReadonlyMap<number, readonly [why: string, ours: string]> =
  new Map([
    [367, [
      "labelled invalid, but byte for byte the valid 357 (C2SP/wycheproof#236)",
      "valid",
    ]],
    [370, [
      "labelled invalid, but byte for byte the valid 357 (C2SP/wycheproof#236)",
      "valid",
    ]],
    [372, [
      'labelled valid, but has a "?" in its header',
      "bearer_token_malformed",
    ]],
    [373, [
      'labelled valid, but has a "?" in its payload',
      "bearer_token_malformed",
    ]],
    [346, [
      "PS384 under a key whose alg is PS256: a key is for its own algorithm",
      "algorithm_not_allowed",
    ]],
    [350, [
      "PS384 under a key whose alg is PS256: a key is for its own algorithm",
      "algorithm_not_allowed",
    ]],
    [347, ['the key\'s alg is "ES521", which does not exist', "key_unknown"]],
    [351, ['the key\'s alg is "ES521", which does not exist', "key_unknown"]],
  ]);

function eachTest(
  vectors: string,
  check: (test: Group["tests"][number], verifier: Verifier) => void,
): void {
  const { testGroups }: { testGroups: readonly Group[] } = JSON.parse(vectors);
  for (const group of testGroups) {
    const verifier = verifierOf(group.public ?? group.private);
    for (const test of group.tests) check(test, verifier);
  }
}

const FILE = "wycheproof/json_web_signature_test.json";

vectorTest(
  "A1 A2 A3 B2 B4 B5 B6 B9 B11 B14 Wycheproof's JWS set is decided as labelled",
  FILE,
  (vectors) => {
    let decided = 0;
    eachTest(vectors, ({ tcId, comment, jws, result }, verifier) => {
      if (EXCLUDED.has(tcId)) return;
      const verdict = verifier.verdict(jws);
      const isValid = verdict === "valid";
      assertEquals(
        isValid ? "valid" : "invalid",
        result,
        `tcId ${tcId} ${comment}: ${verdict}`,
      );
      decided++;
    });
    assertEquals(decided, 393);
  },
);

vectorTest(
  "A1 A2 B6 the eight cases of Wycheproof's JWS set whose label cannot hold are decided as written down",
  FILE,
  (vectors) => {
    let decided = 0;
    eachTest(vectors, ({ tcId, jws }, verifier) => {
      const excluded = EXCLUDED.get(tcId);
      if (excluded === undefined) return;
      const [why, ours] = excluded;
      assertEquals(verifier.verdict(jws), ours, `tcId ${tcId}: ${why}`);
      decided++;
    });
    assertEquals(decided, EXCLUDED.size);
  },
);

vectorTest(
  "B9 Wycheproof's ES256 cases are decided the same with the precomputed tables",
  FILE,
  (vectors) => {
    const { testGroups }: { testGroups: readonly Group[] } = JSON.parse(
      vectors,
    );
    let decided = 0;
    for (const group of testGroups) {
      const jwk = group.public ?? group.private;
      if (jwk["crv"] !== "P-256") continue;
      const verifier = verifierOf(jwk);
      // A valid signature of the same key completes its table.
      const valid = group.tests.find(({ result }) => result === "valid");
      for (let row = 0; valid !== undefined && row < 40; row++) {
        verifier.verdict(valid.jws);
      }
      for (const { tcId, jws, result } of group.tests) {
        const verdict = verifier.verdict(jws);
        assertEquals(
          verdict === "valid" ? "valid" : "invalid",
          result,
          `tcId ${tcId}: ${verdict}`,
        );
        decided++;
      }
    }
    assertEquals(decided, 41);
  },
);
