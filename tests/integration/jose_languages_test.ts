/**
 * JWTs that other libraries in other languages make are accepted here, and what is
 * wrong is refused by them and by us alike. Where we are stricter, it says why.
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Secret } from "../../src/base/secret.ts";
import { monotonicClock, systemClock } from "../../src/base/time.ts";
import type { Authenticator } from "../../src/identity/authenticate.ts";
import { createJwtBearer } from "../../src/identity/jwt_bearer.ts";
import {
  counterpartTest,
  golangJwt,
  pythonJwt,
} from "../fixtures/counterparts.ts";
import { brief } from "../fixtures/introspection_scene.ts";
import {
  CASES,
  goodClaims,
  ISSUER,
  KEYS,
  KID,
  LENIENT,
} from "../fixtures/jose_cases.ts";
import type { TestKey } from "../fixtures/jose_cases.ts";
import { createRecordingLog } from "../fixtures/jwt_scene.ts";
import type { LineProgram } from "../fixtures/line_program.ts";

function bearerOf({ alg, source }: TestKey): Authenticator {
  return createJwtBearer([{
    issuer: ISSUER,
    audiences: ["nats"],
    algorithms: [alg],
    keys: source,
    clockToleranceSeconds: 0,
    lifetimeSecondsMax: 3600,
  }], {
    log: createRecordingLog(),
    clock: systemClock,
    monotonic: monotonicClock,
  });
}

async function judge(bearer: Authenticator, token: string): Promise<string> {
  return brief(
    await bearer.authenticate(new Secret(token), {
      now: systemClock(),
      signal: AbortSignal.timeout(1_000),
      connection: { host: "192.0.2.7", type: "nats" },
    }),
  );
}

async function theyAccept(
  program: LineProgram,
  library: string,
  key: TestKey,
  token: string,
): Promise<boolean> {
  const { accepted } = await program.ask({
    op: "verify",
    library,
    alg: key.alg,
    key: key.verifying,
    token,
    issuer: ISSUER,
    audience: "nats",
  });
  return accepted === true;
}

const NAMES = ["golang-jwt", "pyjwt", "jwcrypto"] as const;
const programs = { go: await golangJwt(), python: await pythonJwt() };

for (const name of NAMES) {
  const start = name === "golang-jwt" ? programs.go : programs.python;

  counterpartTest(
    `B1 tokens that ${name} makes are accepted, with every algorithm`,
    start,
    async (program) => {
      for (const key of KEYS) {
        const { token, error } = await program.ask({
          op: "mint",
          library: name,
          alg: key.alg,
          key: key.signing,
          kid: KID,
          claims: goodClaims(),
        });
        assert(typeof token === "string", `${key.alg}: ${error}`);
        const bearer = bearerOf(key);
        assertEquals(await judge(bearer, token), "identity alice", key.alg);
        const [header, payload, signature = ""] = token.split(".");
        const bytes = Buffer.from(signature, "base64url");
        bytes[5] = (bytes[5] ?? 0) ^ 1;
        const forged = [header, payload, bytes.toString("base64url")].join(".");
        assertEquals(await judge(bearer, forged), "signature_invalid", key.alg);
        assert(!await theyAccept(program, name, key, forged), key.alg);
      }
    },
  );

  counterpartTest(
    `B2 B12 C3 C4 ${name} and we judge alike, and differences are known`,
    start,
    async (program) => {
      for (
        const key of KEYS.filter(({ alg }) =>
          ["RS256", "ES256", "EdDSA"].includes(alg)
        )
      ) {
        const bearer = bearerOf(key);
        const differences: string[] = [];
        for (const { why, token, verdict } of CASES) {
          const text = token(key);
          assertEquals(await judge(bearer, text), verdict, `${key.alg} ${why}`);
          const theirs = await theyAccept(program, name, key, text);
          if (theirs !== verdict.startsWith("identity")) differences.push(why);
        }
        const known = Object.keys(LENIENT[name] ?? {});
        assertEquals(differences.sort(), known.sort(), key.alg);
      }
    },
  );
}
