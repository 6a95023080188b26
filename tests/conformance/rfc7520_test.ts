/**
 * The examples of RFC 7520, RFC 8037 and RFC 7797: compact signatures verify,
 * every other form is refused.
 */
import { assertEquals } from "@std/assert";
import { vectorTest } from "../fixtures/vectors.ts";
import { verifierOf } from "./signature_verdict.ts";
import type { Jwk } from "./signature_verdict.ts";

interface Example {
  readonly input: { readonly key: Jwk; readonly alg: string };
  readonly output: {
    readonly compact?: string;
    readonly json?: unknown;
    readonly "json_flat"?: unknown;
  };
}

function parse(vectors: string): Example {
  return JSON.parse(vectors);
}

/** The key as an issuer would publish it; a shared secret as it is. */
function published({ input: { key, alg } }: Example): Jwk {
  if (key["kty"] === "oct") return { alg, ...key };
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = key;
  return jwk;
}

const COMPACT = [
  "rfc7520/jws/4_1.rsa_v15_signature.json",
  "rfc7520/jws/4_2.rsa-pss_signature.json",
  "rfc7520/jws/4_3.ecdsa_signature.json",
  "rfc7520/jws/4_4.hmac-sha2_integrity_protection.json",
  "rfc7520/curve25519/jws.json",
] as const;

for (const file of COMPACT) {
  vectorTest(
    `A1 ${file}: the compact form verifies, and nothing else`,
    file,
    (vectors) => {
      const example = parse(vectors);
      const { compact = "", json, json_flat: flattened } = example.output;
      const verifier = verifierOf(published(example));
      assertEquals(verifier.verdict(compact), "valid");
      const [header = "", payload = "", signature = ""] = compact.split(".");
      const changed = (part: string): string =>
        (part.startsWith("A") ? "B" : "A") + part.slice(1);
      for (
        const spoiled of [
          `${header}.${changed(payload)}.${signature}`,
          `${header}.${payload}.${changed(signature)}`,
        ]
      ) {
        assertEquals(verifier.verdict(spoiled), "signature_invalid");
      }
      for (const form of [json, flattened]) {
        assertEquals(
          verifier.verdict(JSON.stringify(form)),
          "bearer_token_malformed",
        );
      }
    },
  );
}

const REFUSED = [
  "rfc7520/jws/4_6.protecting_specific_header_fields.json",
  "rfc7520/jws/4_7.protecting_content_only.json",
  "rfc7520/rfc7797/4.2.hmac-sha2_b64_false.json",
  "rfc7520/rfc7797/hmac-sha2_b64_false.json",
] as const;

for (const file of REFUSED) {
  vectorTest(`A1 B13 ${file}: every form of it is refused`, file, (vectors) => {
    const example = parse(vectors);
    const verifier = verifierOf(published(example));
    for (const form of Object.values(example.output)) {
      const text = typeof form === "string" ? form : JSON.stringify(form);
      assertEquals(verifier.verdict(text), "bearer_token_malformed");
    }
  });
}

const DETACHED = "rfc7520/jws/4_5.signature_with_detached_content.json";

vectorTest(
  `A1 ${DETACHED}: a signature is not one of an empty payload`,
  DETACHED,
  (vectors) => {
    const example = parse(vectors);
    const { compact = "", json, json_flat: flattened } = example.output;
    const verifier = verifierOf(published(example));
    assertEquals(verifier.verdict(compact), "signature_invalid");
    for (const form of [json, flattened]) {
      assertEquals(
        verifier.verdict(JSON.stringify(form)),
        "bearer_token_malformed",
      );
    }
  },
);

const WITH_THREE_KEYS = "rfc7520/jws/4_8.multiple_signatures.json";

vectorTest(
  `A1 ${WITH_THREE_KEYS}: a token with several signatures is refused`,
  WITH_THREE_KEYS,
  (vectors) => {
    const { output } = parse(vectors);
    const verifier = verifierOf({ kty: "oct", alg: "HS256", k: "AAAA" });
    assertEquals(
      verifier.verdict(JSON.stringify(output.json)),
      "bearer_token_malformed",
    );
  },
);

const ENCRYPTED = [
  "5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2",
  "5_2.key_encryption_using_rsa-oaep_with_aes-gcm",
  "5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2",
  "5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm",
  "5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2",
  "5_6.direct_encryption_using_aes-gcm",
  "5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2",
  "5_8.key_wrap_using_aes-keywrap_with_aes-gcm",
  "5_9.compressed_content",
  "5_10.including_additional_authentication_data",
  "5_11.protecting_specific_header_fields",
  "5_12.protecting_content_only",
  "5_13.encrypting_to_multiple_recipients",
] as const;

for (const name of ENCRYPTED) {
  const file = `rfc7520/jwe/${name}.json`;
  vectorTest(
    `A1 B19 ${file}: encrypted tokens are refused`,
    file,
    (vectors) => {
      const { output } = parse(vectors);
      const verifier = verifierOf({ kty: "oct", alg: "HS256", k: "AAAA" });
      for (const form of Object.values(output)) {
        const text = typeof form === "string" ? form : JSON.stringify(form);
        assertEquals(verifier.verdict(text), "bearer_token_malformed");
      }
    },
  );
}

const NESTED = "rfc7520/6.nesting_signatures_and_encryption.json";

vectorTest(
  `A1 B19 ${NESTED}: the signed token verifies, the encrypted one around it is refused`,
  NESTED,
  (vectors) => {
    interface Layer {
      readonly input: { readonly key: Jwk; readonly alg: string };
      readonly output: { readonly compact: string };
    }
    const { sign, encrypt }: { sign: Layer; encrypt: Layer } = JSON.parse(
      vectors,
    );
    const verifier = verifierOf(published(sign));
    assertEquals(verifier.verdict(sign.output.compact), "valid");
    assertEquals(
      verifier.verdict(encrypt.output.compact),
      "bearer_token_malformed",
    );
  },
);
