/**
 * What becomes of a compact JWS whose payload is no set of claims, as in
 * published vectors: form, header, choice of key and signature, by the same code
 * that judges bearer tokens.
 */
import { Buffer } from "node:buffer";
import { createSecretKey } from "node:crypto";
import { assert } from "@std/assert";
import { borrowUtf8 } from "../../src/base/borrowed_bytes.ts";
import { JsonFault } from "../../src/base/json.ts";
import { monotonicClock } from "../../src/base/time.ts";
import { decodeCompactJws } from "../../src/identity/compact_jws.ts";
import {
  isJwsAlgorithm,
  isSymmetric,
  JWS_ALGORITHMS,
} from "../../src/identity/jws_algorithms.ts";
import type { JwsAlgorithm } from "../../src/identity/jws_algorithms.ts";
import { importKeySet, KeySet } from "../../src/identity/key_set.ts";
import { P256Tables } from "../../src/identity/p256_tables.ts";
import { createHmacKey } from "../../src/identity/verification_key.ts";

export type Jwk = Readonly<Record<string, unknown>>;

/** Every asymmetric one: the issuer that refuses the least. */
const ASYMMETRIC = JWS_ALGORITHMS.filter((algorithm) =>
  !isSymmetric(algorithm)
);

export interface Verifier {
  /** `valid`, or the code of the refusal. */
  verdict(jws: string): string;
}

/** Verifies with one key; one of type `oct` is a secret that the issuer shares. */
export function verifierOf(jwk: Jwk): Verifier {
  const keySet = jwk["kty"] === "oct" ? secretOf(jwk) : keySetOf(jwk);
  const algorithms: readonly JwsAlgorithm[] = jwk["kty"] === "oct"
    ? ["HS256", "HS384", "HS512"]
    : ASYMMETRIC;
  return { verdict: (text) => verdict(text, keySet, algorithms) };
}

function verdict(
  text: string,
  keySet: KeySet,
  algorithms: readonly JwsAlgorithm[],
): string {
  const jws = decodeCompactJws(text);
  if (jws.kind === "rejected") return jws.code;
  const { alg, kid } = jws.header;
  if (!isJwsAlgorithm(alg) || !algorithms.includes(alg)) {
    return "algorithm_not_allowed";
  }
  const found = keySet.find(alg, kid);
  if (found.kind === "missing key") return "key_unknown";
  if (found.kind === "rejected") return found.code;
  return found.keys.some((key) =>
      key.verify(alg, borrowUtf8(jws.signingInput), jws.signature)
    )
    ? "valid"
    : "signature_invalid";
}

function keySetOf(jwk: Jwk): KeySet {
  const imported = importKeySet(JSON.stringify({ keys: [jwk] }), {
    algorithms: ASYMMETRIC,
    tables: new P256Tables(monotonicClock),
  });
  assert(!(imported instanceof JsonFault));
  return imported.keySet;
}

/** As it is: the rules for weak secrets are for those that people choose. */
function secretOf({ k, kid, alg }: Jwk): KeySet {
  assert(typeof k === "string" && isJwsAlgorithm(alg));
  return new KeySet([
    createHmacKey({
      kid: typeof kid === "string" ? kid : undefined,
      algorithms: new Set([alg]),
      keyObject: createSecretKey(Buffer.from(k, "base64url")),
    }),
  ]);
}
