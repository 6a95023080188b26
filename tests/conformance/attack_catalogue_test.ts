/**
 * Every attack of the published catalogue, made against a valid token of each
 * algorithm. An entry that has no implementation fails, so that it can grow.
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { Secret } from "../../src/base/secret.ts";
import { monotonicClock } from "../../src/base/time.ts";
import { createJwtBearer } from "../../src/identity/jwt_bearer.ts";
import type { JwtIssuerOptions } from "../../src/identity/jwt_issuer_options.ts";
import { parseSharedSecret } from "../../src/identity/shared_secret.ts";
import {
  assertIdentity,
  claims,
  createRecordingLog,
  issuerOptions,
  judge,
  NOW,
} from "../fixtures/jwt_scene.ts";
import { startKeyServer } from "../fixtures/key_server.ts";
import { vectorTest } from "../fixtures/vectors.ts";
import { CLAIM_ATTACKS } from "./attacks_on_claims.ts";
import { FORM_ATTACKS } from "./attacks_on_form.ts";
import { KEY_ATTACKS } from "./attacks_on_keys.ts";
import { createTarget, OTHER_ISSUER } from "./attack_target.ts";
import type { Attack } from "./attack_target.ts";

const CATALOGUE = "attacks/jwt_attack_catalogue.json";
const ALGORITHMS = ["HS256", "RS256", "PS256", "ES256", "EdDSA"] as const;
const ATTACKS: ReadonlyMap<string, Attack> = new Map(
  [KEY_ATTACKS, CLAIM_ATTACKS, FORM_ATTACKS].flatMap(Object.entries<Attack>),
);

/** Sees to it that all tokens are refused, without asking anybody and without saying why in their words. */
async function assertRefused(attack: Attack): Promise<void> {
  await using trap = startKeyServer('{"keys":[]}');
  let tokens = 0;
  for (const alg of ALGORITHMS) {
    const target = createTarget(alg, trap.origin);
    const log = createRecordingLog();
    const other = { issuer: OTHER_ISSUER } satisfies Partial<JwtIssuerOptions>;
    const bearer = createJwtBearer([
      issuerOptions(target.signer),
      issuerOptions(target.other, other),
    ], { log, clock: () => NOW, monotonic: monotonicClock });
    for (const token of await attack(target)) {
      const outcome = judge(bearer, token);
      assertEquals(outcome.kind, "rejected", `${alg}: ${token}`);
      assert(outcome.kind === "rejected");
      assertFalse(outcome.detail.includes(target.signature));
      for (const part of token.split(/[^\w-]+/)) {
        assertFalse(part.length >= 16 && outcome.detail.includes(part));
      }
      tokens++;
    }
    // The good token is still good, after all that.
    assertIdentity(judge(bearer, target.good));
    assertEquals(log.lines, []);
  }
  assert(tokens > 0, "the attack made no token");
  assertEquals(trap.asked, []);
}

interface Entry {
  readonly attack: string;
}

for (const [name, attack] of ATTACKS) {
  Deno.test(`${codesOf(name)} attack: ${name}`, () => assertRefused(attack));
}

/** The lines of the checklist that name the attack. */
function codesOf(attack: string): string {
  if (/duplicate/.test(attack)) return "A7";
  if (/audience/.test(attack)) return "C3";
  if (/jku|x5u|x5c|embedded jwk|inline JWKS/.test(attack)) return "B14";
  if (/two issuers/.test(attack)) return "B16 C2";
  if (/kid/.test(attack)) return "B15";
  if (/alg none/.test(attack)) return "B2";
  if (/crit/.test(attack)) return "B12";
  if (/public key/.test(attack)) return "B4";
  if (/b64/.test(attack)) return "B13 B19";
  if (/JWE|PBES2/.test(attack)) return "B19";
  if (/psychic/.test(attack)) return "B9";
  if (/word-list/.test(attack)) return "E1";
  if (/blank HMAC/.test(attack)) return "B8";
  if (/newline|polyglot/.test(attack)) return "A1 A2 A3";
  if (/expired/.test(attack)) return "C4 C6";
  if (/JSON type/.test(attack)) return "C3 C4 C6 C7 C10";
  if (/another type/.test(attack)) return "C11 C12";
  return "B20";
}

vectorTest(
  "B1 every attack of the catalogue has an implementation, and no other has one",
  CATALOGUE,
  (vectors) => {
    const entries: readonly Entry[] = JSON.parse(vectors);
    const named = new Set(entries.map(({ attack }) => attack));
    assertEquals([...ATTACKS.keys()].sort(), [...named].sort());
  },
);

Deno.test("C11 a token of type at+jwt is refused where another type is configured", () => {
  const target = createTarget("EdDSA", "");
  const bearer = createJwtBearer([
    issuerOptions(target.signer, { typ: ["JWT"] }),
  ], {
    log: createRecordingLog(),
    clock: () => NOW,
    monotonic: monotonicClock,
  });
  const outcome = judge(
    bearer,
    target.signer.token(claims(), { typ: "at+jwt" }),
  );
  assertEquals(outcome.kind, "rejected");
  assertIdentity(judge(bearer, target.good));
});

Deno.test("E1 the secrets that the attack tries cannot be configured", () => {
  for (
    const word of [
      "secret",
      "your-256-bit-secret",
      "a-string-secret-at-least-256-bits-long",
      "secretsecretsecretsecretsecretsecret",
    ]
  ) {
    let refused = false;
    try {
      parseSharedSecret({ text: new Secret(word), encoding: "utf8" });
    } catch (error) {
      refused = error instanceof SyntaxError;
    }
    assert(refused, word);
  }
});
