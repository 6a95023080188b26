/**
 * A key that verifies signatures: of which algorithms is decided when it is
 * made, and a token cannot change it.
 */
import { createHmac, hash, timingSafeEqual, verify } from "node:crypto";
import { constants } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { assert } from "../base/assert.ts";
import { encodeBase64url } from "../base/base64url.ts";
import { algorithmFacts } from "./jws_algorithms.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import { verifyP256 } from "./p256_verify.ts";
import { generatorTable } from "./p256_tables.ts";
import type { P256Tables } from "./p256_tables.ts";
import { createRsaVerifier } from "./rsa_verify.ts";

export interface VerificationKey {
  readonly kid: string | undefined;
  /** What it may verify: fits the key, and is configured. */
  readonly algorithms: ReadonlySet<JwsAlgorithm>;
  verify(
    algorithm: JwsAlgorithm,
    signingInput: Uint8Array,
    signature: Uint8Array,
  ): boolean;
}

export interface VerificationKeyOptions {
  readonly kid: string | undefined;
  readonly algorithms: ReadonlySet<JwsAlgorithm>;
  readonly keyObject: KeyObject;
}

/** HS256, HS384, HS512. */
export function createHmacKey(
  options: VerificationKeyOptions,
): VerificationKey {
  const { kid, algorithms, keyObject } = options;
  assert(keyObject.type === "secret", "an HMAC key is a secret key");
  return {
    kid,
    algorithms,
    verify(algorithm, signingInput, signature): boolean {
      const { digest, signatureBytes } = factsOf(options, algorithm);
      if (digest === null || signature.length !== signatureBytes) return false;
      const expected = createHmac(digest, keyObject)
        .update(signingInput)
        .digest();
      return timingSafeEqual(expected, signature);
    },
  };
}

/** PS*, ES384, ES512, EdDSA: verified by the runtime. */
export function createNativeKey(
  options: VerificationKeyOptions,
): VerificationKey {
  const { kid, algorithms, keyObject } = options;
  assert(keyObject.type === "public", "only public keys verify signatures");
  const modulusBits = keyObject.asymmetricKeyDetails?.modulusLength;
  return {
    kid,
    algorithms,
    verify(algorithm, signingInput, signature): boolean {
      const facts = factsOf(options, algorithm);
      const exactBytes = facts.signatureBytes ??
        Math.ceil((modulusBits ?? 0) / 8);
      if (signature.length !== exactBytes) return false;
      return verify(
        facts.digest,
        signingInput,
        facts.saltBytes === undefined
          ? { key: keyObject, dsaEncoding: "ieee-p1363" }
          : {
            key: keyObject,
            padding: constants.RSA_PKCS1_PSS_PADDING,
            saltLength: facts.saltBytes,
          },
        signature,
      );
    },
  };
}

/** RS*; the same key may also be one for PS*. */
export function createRsaKey(
  options: VerificationKeyOptions & {
    readonly modulus: Uint8Array;
    readonly exponent: Uint8Array;
  },
): VerificationKey {
  const native = createNativeKey(options);
  const verifyRsa = createRsaVerifier(options.modulus, options.exponent);
  return {
    ...native,
    verify(algorithm, signingInput, signature): boolean {
      const { digest, saltBytes } = factsOf(options, algorithm);
      return digest === null || saltBytes !== undefined
        ? native.verify(algorithm, signingInput, signature)
        : verifyRsa(digest, signingInput, signature);
    },
  };
}

/**
 * ES256. The runtime verifies until the key's table is complete: every valid
 * signature adds a row, so that keys which are not used cost nothing.
 */
export function createP256Key(
  options: VerificationKeyOptions & {
    /** Uncompressed point. */
    readonly publicKey: Uint8Array;
    readonly tables: P256Tables;
  },
): VerificationKey {
  const native = createNativeKey(options);
  const { publicKey, tables } = options;
  const generator = generatorTable();
  const tableId = encodeBase64url(publicKey);
  return {
    ...native,
    verify(algorithm, signingInput, signature): boolean {
      const table = tables.completeTableOf(tableId);
      let valid: boolean;
      if (table === undefined) {
        valid = native.verify(algorithm, signingInput, signature);
      } else {
        factsOf(options, algorithm);
        const digest = hash("sha256", signingInput, "buffer");
        valid = verifyP256(generator, table, digest, signature) ??
          native.verify(algorithm, signingInput, signature);
      }
      if (valid) tables.verified(tableId, publicKey);
      return valid;
    },
  };
}

function factsOf(
  { algorithms }: VerificationKeyOptions,
  algorithm: JwsAlgorithm,
): ReturnType<typeof algorithmFacts> {
  assert(algorithms.has(algorithm), "the key was chosen by the algorithm");
  return algorithmFacts(algorithm);
}
