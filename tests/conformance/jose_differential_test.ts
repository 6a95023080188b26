/**
 * The same tokens judged by `jose`, another implementation: what we admit, it
 * admits too; where we are stricter, there is something in the token to explain it.
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { createLocalJWKSet, errors, jwtVerify } from "jose";
import type { JWTVerifyGetKey, JWTVerifyOptions } from "jose";
import { Secret } from "../../src/base/secret.ts";
import { monotonicClock } from "../../src/base/time.ts";
import type { Authenticator } from "../../src/identity/authenticate.ts";
import { createJwtBearer } from "../../src/identity/jwt_bearer.ts";
import type { JwsAlgorithm } from "../../src/identity/jws_algorithms.ts";
import { parseSharedSecret } from "../../src/identity/shared_secret.ts";
import {
  claims,
  createRecordingLog,
  ISSUER,
  issuerOptions,
  judge,
  NOW,
  NOW_SECONDS,
} from "../fixtures/jwt_scene.ts";
import {
  createSigner,
  encodePart,
  hmac,
  jwksOf,
} from "../fixtures/jwt_signer.ts";
import type { Claims } from "../fixtures/jwt_signer.ts";
import { isExplained } from "./jose_differences.ts";

/** One issuer, judged by both. */
interface Pair {
  readonly bearer: Authenticator;
  /** Undefined if jose admits, the name of its error otherwise. */
  joseRefusal(token: string): Promise<string | undefined>;
  /** Signs these very texts. */
  tokenOf(headerText: string, payloadText: string): string;
}

const JOSE_OPTIONS: JWTVerifyOptions = {
  issuer: ISSUER,
  audience: "nats",
  requiredClaims: ["exp", "sub"],
  clockTolerance: 30,
  currentDate: new Date(NOW),
};

function createPair(alg: JwsAlgorithm): Pair {
  const options = { ...JOSE_OPTIONS, algorithms: [alg] };
  const dependencies = {
    log: createRecordingLog(),
    clock: () => NOW,
    monotonic: monotonicClock,
  };
  const judgedByJose =
    (key: Uint8Array | JWTVerifyGetKey) =>
    async (token: string): Promise<string | undefined> => {
      try {
        await (key instanceof Uint8Array
          ? jwtVerify(token, key, options)
          : jwtVerify(token, key, options));
        return undefined;
      } catch (error) {
        return error instanceof errors.JOSEError ? error.code : String(error);
      }
    };
  if (alg.startsWith("HS")) {
    const secret = crypto.getRandomValues(new Uint8Array(64));
    const template = createSigner(alg);
    const text = new Secret(Buffer.from(secret).toString("base64"));
    const secrets = [parseSharedSecret({ text, encoding: "base64" })];
    const keys = { kind: "shared_secret", secrets } as const;
    return {
      bearer: createJwtBearer(
        [issuerOptions(template, { keys })],
        dependencies,
      ),
      joseRefusal: judgedByJose(secret),
      tokenOf: (header, payload) => {
        const input = `${encodePart(header)}.${encodePart(payload)}`;
        return `${input}.${encodePart(hmac(secret, alg, input))}`;
      },
    };
  }
  const signer = createSigner(alg);
  return {
    bearer: createJwtBearer([issuerOptions(signer)], dependencies),
    joseRefusal: judgedByJose(
      createLocalJWKSet(JSON.parse(jwksOf(signer.jwk))),
    ),
    tokenOf: signer.tokenOf,
  };
}

/** Booleans have a name here: the linter reads calls. */
const BOOLEANS = [true, false] as const;

const odd = fc.oneof(
  fc.constantFrom(...BOOLEANS),
  fc.constantFrom(null, 0, -1, 1.5, 1e300, "", "x", "nats", NOW_SECONDS),
  fc.constant([]),
  fc.constant(["nats"]),
  fc.constant({}),
  fc.array(fc.constantFrom("nats", 1, null), { maxLength: 3 }),
  fc.integer({ min: NOW_SECONDS - 100, max: NOW_SECONDS + 100 }),
  fc.string({ maxLength: 8, unit: "binary" }),
);

/** Mostly a good token, with up to three claims changed, added or taken away. */
const changedClaims: fc.Arbitrary<Claims> = fc.dictionary(
  fc.constantFrom(
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "cnf",
    "nonce",
    "typ",
    "scope",
  ),
  fc.option(odd, { nil: undefined }),
  { maxKeys: 3 },
);

const changedHeader: fc.Arbitrary<Claims> = fc.dictionary(
  fc.constantFrom(
    "alg",
    "kid",
    "typ",
    "crit",
    "b64",
    "zip",
    "cty",
    "jku",
    "jwk",
  ),
  fc.oneof(
    fc.constantFrom(
      undefined,
      null,
      1,
      "",
      "none",
      "JWT",
      "at+jwt",
      "logout+jwt",
      "key-1",
    ),
    fc.constantFrom(...BOOLEANS),
    fc.constant(["b64"]),
    fc.constant([]),
    fc.constantFrom("HS256", "RS256", "ES256", "EdDSA", "PS256"),
  ),
  { maxKeys: 2 },
);

/** How the finished text is spoiled; mostly not at all. */
const spoiling: fc.Arbitrary<(token: string) => string> = fc.oneof(
  { weight: 6, arbitrary: fc.constant((token: string) => token) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.constantFrom("A", "_", ".", " ", "=", "\n", "", "\u00e9"),
    ).map(([place, letter]) => (token: string) => {
      const index = Math.floor(place * token.length);
      return token.slice(0, index) + letter + token.slice(index + 1);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(" ", "\n", "=", ".", "A").map(
      (tail) => (token: string) => token + tail,
    ),
  },
);

/** Texts that `JSON.stringify` cannot write. */
const rewriting: fc.Arbitrary<(payload: string) => string> = fc.oneof(
  { weight: 8, arbitrary: fc.constant((text: string) => text) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      (text: string) => `{"sub":"root",${text.slice(1)}`,
      (text: string) => `${text.slice(0, -1)},"s\\u0075b":"root"}`,
      (text: string) => `\uFEFF${text}`,
      (text: string) => ` ${text} `,
      (text: string) => text.replace("alice", "\\ud800"),
      (text: string) => text.replace(/"exp":\d+/, '"exp":1e400'),
    ),
  },
);

const RUNS: readonly (readonly [alg: JwsAlgorithm, numRuns: number])[] = [
  ["HS256", 1500],
  ["HS512", 300],
  ["EdDSA", 1500],
  ["ES256", 400],
  ["RS256", 300],
  ["PS256", 150],
  ["ES384", 60],
];

for (const [alg, numRuns] of RUNS) {
  Deno.test(`A2 A3 B1 B20 C3 C4 C6 ${alg} tokens: what we admit jose admits, and what we refuse alone is explained by what is in the token`, async () => {
    const pair = createPair(alg);
    const tally = { both: 0, neither: 0, stricter: 0 };
    await fc.assert(
      fc.asyncProperty(
        changedHeader,
        changedClaims,
        rewriting,
        spoiling,
        async (header, changed, rewrite, spoil) => {
          const headerText = JSON.stringify({ alg, kid: "key-1", ...header });
          const payloadText = rewrite(JSON.stringify(claims(changed)));
          const token = spoil(pair.tokenOf(headerText, payloadText));
          const ours = judge(pair.bearer, token);
          const refusal = await pair.joseRefusal(token);
          if (ours.kind === "identity") {
            assertEquals(refusal, undefined, token);
            tally.both++;
          } else if (refusal !== undefined) {
            tally.neither++;
          } else {
            assert(ours.kind === "rejected");
            assert(
              isExplained(ours.code, { token, headerText, payloadText }),
              `${ours.code}: ${headerText} ${payloadText} ${token}`,
            );
            tally.stricter++;
          }
        },
      ),
      { numRuns },
    );
    // The tokens were neither all good nor all bad.
    assert(tally.both > numRuns / 50, JSON.stringify(tally));
    assert(tally.neither > numRuns / 50, JSON.stringify(tally));
  });
}

Deno.test("A1 A12 whatever text is presented, the answer is a refusal and no exception", () => {
  const { bearer, tokenOf } = createPair("EdDSA");
  const good = tokenOf(
    JSON.stringify({ alg: "EdDSA", kid: "key-1" }),
    JSON.stringify(claims()),
  );
  const parts = good.split(".");
  const part = fc.oneof(
    fc.constantFrom(...parts),
    fc.json().map(encodePart),
    fc.uint8Array({ maxLength: 80 }).map(encodePart),
    fc.string({ unit: "binary" }),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(part, { minLength: 1, maxLength: 6 }).map((all) => all.join(".")),
    fc.tuple(part, part, part).map((all) => all.join(".")),
  );
  fc.assert(
    fc.property(text, (token) => {
      if (token !== good) assertEquals(judge(bearer, token).kind, "rejected");
    }),
    { numRuns: 5000 },
  );
});
