/**
 * The keys of one issuer, and which of them a token's header asks for. A `kid`
 * is looked up in this issuer's keys only, and compared exactly: it is no path,
 * no URL and no query.
 *
 * @see RFC 7517 section 5, RFC 7515 section 4.1.4
 */
import { decodeJsonObject, isJsonObject, JsonFault } from "../base/json.ts";
import { member } from "../base/json.ts";
import {
  CANDIDATE_KEYS_MAX,
  JSON_LIMITS,
  JWKS_KEYS_MAX,
} from "../base/limits.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import { importJwk, UnusableKey } from "./jwk.ts";
import type { JwkContext } from "./jwk.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import type { VerificationKey } from "./verification_key.ts";

/** Keys that may have signed a token; at least one. */
export interface CandidateKeys {
  readonly kind: "candidate keys";
  readonly keys: readonly VerificationKey[];
}

/** No key of that name: there may be one where the keys come from. */
export interface MissingKey {
  readonly kind: "missing key";
}

export class KeySet {
  readonly keys: readonly VerificationKey[];
  readonly #byKid = new Map<string, readonly VerificationKey[]>();

  constructor(keys: readonly VerificationKey[]) {
    this.keys = keys;
    for (const key of keys) {
      if (key.kid === undefined) continue;
      this.#byKid.set(key.kid, [...this.#byKid.get(key.kid) ?? [], key]);
    }
  }

  /** The keys for an algorithm that the issuer allows, and a `kid` that a token names. */
  find(
    algorithm: JwsAlgorithm,
    kid: string | undefined,
  ): CandidateKeys | MissingKey | Rejected {
    const named = kid === undefined ? this.keys : this.#byKid.get(kid);
    if (named === undefined) return { kind: "missing key" };
    const keys = named.filter((key) => key.algorithms.has(algorithm));
    if (keys.length === 0) {
      if (kid === undefined) return { kind: "missing key" };
      return rejected(
        "algorithm_not_allowed",
        'Cannot verify token: the key named by "kid" is not one of "alg"',
      );
    }
    // All or none, so that the order of the keys never decides.
    if (keys.length > CANDIDATE_KEYS_MAX) {
      return rejected(
        "key_unknown",
        `Cannot choose a key: more than ${CANDIDATE_KEYS_MAX} fit, and "kid" does not decide`,
      );
    }
    return { kind: "candidate keys", keys };
  }
}

/** What came of a JWKS document. */
export interface ImportedKeySet {
  readonly keySet: KeySet;
  /** Keys left out that should not have been there, by their place in the document. */
  readonly warnings: readonly string[];
  /** How many are left out as is ordinary: for encryption, or for other algorithms. */
  readonly others: number;
}

/** Imports and checks every key of a JWKS, once, so that no token has to wait for it. */
export function importKeySet(
  jwks: string,
  context: JwkContext,
): ImportedKeySet | JsonFault {
  const document = decodeJsonObject(jwks, JSON_LIMITS);
  if (document instanceof JsonFault) return document;
  const members = member(document, "keys");
  if (!Array.isArray(members)) {
    return new JsonFault('has no array "keys"');
  }
  const keys: VerificationKey[] = [];
  const warnings: string[] = [];
  let others = 0;
  for (const [index, jwk] of members.slice(0, JWKS_KEYS_MAX).entries()) {
    const key = isJsonObject(jwk)
      ? importJwk(jwk, context)
      : new UnusableKey("is not an object");
    if (!(key instanceof UnusableKey)) keys.push(key);
    else if (key.ordinary) others++;
    else warnings.push(`key ${index} ${key.problem}`);
  }
  if (members.length > JWKS_KEYS_MAX) {
    warnings.push(`keys after the first ${JWKS_KEYS_MAX} are ignored`);
  }
  return { keySet: new KeySet(keys), warnings, others };
}
