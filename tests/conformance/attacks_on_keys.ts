/**
 * Attacks on the signature and on the choice of the key, by the names that the
 * catalogue gives them.
 */
import { Buffer } from "node:buffer";
import { assert } from "@std/assert";
import { p256 } from "@noble/curves/nist.js";
import { claims } from "../fixtures/jwt_scene.ts";
import { encodePart } from "../fixtures/jwt_signer.ts";
import type { Claims } from "../fixtures/jwt_signer.ts";
import {
  macToken,
  OTHER_ISSUER,
  ROOT,
  spellingsOfKey,
  tampered,
} from "./attack_target.ts";
import type { Attack, Target } from "./attack_target.ts";

const HMAC_NAMES = ["HS256", "HS384", "HS512"] as const;

/** Signed by the attacker, with whatever in the header says that this is fine. */
function selfSigned(
  { attacker }: Target,
  ...headers: readonly Claims[]
): readonly string[] {
  return headers.flatMap((header) => [
    attacker.token(claims(ROOT), header),
    attacker.token(claims(ROOT), { ...header, kid: "attacker" }),
    attacker.token(claims(ROOT), { ...header, kid: undefined }),
  ]);
}

function withAttackerKey(target: Target): readonly string[] {
  const { attacker } = target;
  const jwk = { ...attacker.jwk, kid: "key-1" };
  return selfSigned(target, { jwk }, { jwk: JSON.stringify(jwk) }, {
    jwks: { keys: [jwk] },
  });
}

function withAttackerUrl(target: Target): readonly string[] {
  const url = `${target.trap}/jwks.json`;
  return selfSigned(target, { jku: url }, { x5u: url }, {
    jku: url,
    x5u: url,
    jwk: target.attacker.jwk,
  });
}

function keyAsSecret({ signer }: Target): readonly string[] {
  return spellingsOfKey(signer.jwk).flatMap((secret) =>
    HMAC_NAMES.map((alg) => macToken(secret, { alg }))
  );
}

function blankSecret(): readonly string[] {
  return ["", "\0", new Uint8Array(32), new Uint8Array(64)].flatMap((secret) =>
    HMAC_NAMES.map((alg) => macToken(secret, { alg }))
  );
}

/** A `kid` that somebody might look up somewhere, and a MAC with what is found there. */
function kidAsInput(...kids: readonly string[]): Attack {
  return ({ attacker }) =>
    kids.flatMap((kid) => [
      macToken("", { kid }),
      macToken("\0", { kid }),
      macToken("1", { kid }),
      attacker.token(claims(ROOT), { kid }),
    ]);
}

/** The public keys that fit an ECDSA signature: the real one is among them. */
function recoveredKeys(
  { signer, header, payload, signature }: Target,
): readonly Claims[] {
  if (signer.alg !== "ES256") return [];
  const message = Buffer.from(`${header}.${payload}`);
  const keys = [0, 1].map((recovery) => {
    const bytes = Buffer.concat([
      Buffer.of(recovery),
      Buffer.from(signature, "base64url"),
    ]);
    const point = p256.Point.fromBytes(p256.recoverPublicKey(bytes, message));
    const coordinate = (value: bigint): string =>
      Buffer.from(value.toString(16).padStart(64, "0"), "hex").toString(
        "base64url",
      );
    return {
      kty: "EC",
      crv: "P-256",
      x: coordinate(point.x),
      y: coordinate(point.y),
    };
  });
  assert(keys.some(({ y }) => y === signer.jwk["y"]), "the key is among them");
  return keys;
}

/** What word lists begin with, and what tutorials use. */
const WORDS = [
  "secret",
  "password",
  "changeme",
  "123456",
  "your-256-bit-secret",
  "jwt_secret",
  "a-string-secret-at-least-256-bits-long",
  "secretsecretsecretsecretsecretsecret",
] as const;

export const KEY_ATTACKS: Readonly<Record<string, Attack>> = {
  "unverified signature: payload edited, signature kept": (target) => [
    tampered(target, ROOT),
    tampered(target, { exp: 1_900_000_000 }),
    `${
      encodePart(JSON.stringify({ alg: target.signer.alg, kid: "key-1", x: 1 }))
    }.${target.payload}.${target.signature}`,
  ],
  "weak signing key: HS256 with a word-list secret": () =>
    WORDS.map((word) => macToken(word)),
  "jwk header injection: self-signed with embedded jwk": withAttackerKey,
  "injected inline JWKS (CVE-2018-0114)": withAttackerKey,
  "jku header injection: attacker JWKS URL (also x5u); assert zero outbound fetches":
    withAttackerUrl,
  "spoofed JWKS via jku": withAttackerUrl,
  "kid path traversal (../../../dev/null) with empty HMAC key": kidAsInput(
    "../../../dev/null",
  ),
  "kid blank, signed with empty key": kidAsInput("", " "),
  "kid ../../../../../../dev/null and /dev/null and /invalid_path": kidAsInput(
    "../../../../../../dev/null",
    "/dev/null",
    "/invalid_path",
    "file:///dev/null",
  ),
  "kid command injection |sleep 10 / curl": kidAsInput(
    "|sleep 10",
    "key-1|sleep 10",
    "key-1; curl http://127.0.0.1:1/",
    "$(sleep 10)",
    "`sleep 10`",
  ),
  "kid SQL injection x' UNION SELECT '1';--": kidAsInput(
    "x' UNION SELECT '1';--",
    "key-1' OR '1'='1",
  ),
  "algorithm confusion: RS256 public key (PEM, DER, JWK JSON, n bytes) as HS256 secret":
    keyAsSecret,
  "key confusion with provided public key (CVE-2015-9235 / CVE-2016-5431 / CVE-2016-10555)":
    keyAsSecret,
  // For ECDSA from one signature; for RSA the two signatures yield the published key itself.
  "algorithm confusion with no exposed key: public key derived from two signatures":
    (target) => [
      ...recoveredKeys(target).flatMap(spellingsOfKey).map((secret) =>
        macToken(secret)
      ),
      ...keyAsSecret(target),
    ],
  "blank HMAC password (CVE-2019-20933 / CVE-2020-28637)": blankSecret,
  "null signature: signature part empty, alg unchanged (CVE-2020-28042)": (
    { header, payload },
  ) => [
    `${header}.${payload}.`,
    `${header}.${payload}`,
    `${header}.${payload}.AA`,
    `${header}.${payload}.bnVsbA`,
  ],
  "ES256 psychic signature r=s=0": ({ signer, attacker, header, payload }) => {
    const lengths = [64, Buffer.from(signer.sign("x")).length, 2];
    const zeros = lengths.map((length) => encodePart(new Uint8Array(length)));
    const forged = attacker.token(claims(ROOT), { alg: "ES256" }).split(".")
      .slice(0, 2).join(".");
    return [
      ...zeros.map((signature) => `${header}.${payload}.${signature}`),
      ...zeros.map((signature) => `${forged}.${signature}`),
      // In DER, and with r or s as large as the order.
      `${header}.${payload}.${
        encodePart(Buffer.from("3006020100020100", "hex"))
      }`,
      `${header}.${payload}.${encodePart(new Uint8Array(64).fill(0xff))}`,
    ];
  },
  "error response leaks the expected signature: compare error texts and logs": (
    { header, payload, signature },
  ) => [
    `${header}.${payload}.${
      encodePart("x".repeat(Buffer.from(signature, "base64url").length))
    }`,
    `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    `${header}.${payload}.AAAA`,
  ],
  "x5c with attacker chain; x5t mismatch: ignored": (target) =>
    selfSigned(
      target,
      { x5c: ["MIIB", "MIIC"] },
      { x5t: "AAAA", "x5t#S256": "BBBB" },
      { x5c: ["MIIB"], x5t: "AAAA", x5u: target.trap },
    ),
  "two issuers configured, token of issuer A names issuer B (kid collision across issuers)":
    ({ signer, other }) => [
      other.token(claims()),
      signer.token(claims({ iss: OTHER_ISSUER })),
      other.token(claims(), { kid: undefined }),
      signer.token(claims({ iss: OTHER_ISSUER }), { kid: undefined }),
      signer.token(claims({ iss: [claims()["iss"], OTHER_ISSUER] })),
    ],
};
