/**
 * Attacks with genuine signatures or changed claims: tokens of another time,
 * audience or purpose, and values of the wrong type.
 */
import { claims, NOW_SECONDS } from "../fixtures/jwt_scene.ts";
import type { Claims } from "../fixtures/jwt_signer.ts";
import { OTHER_ISSUER, ROOT, tampered } from "./attack_target.ts";
import type { Attack, Target } from "./attack_target.ts";

/** Signed by the issuer itself. */
function genuine(
  { signer }: Target,
  ...changes: readonly Claims[]
): readonly string[] {
  return changes.map((changed) => signer.token(claims(changed)));
}

/** One of each JSON type; `huge` is a number that JSON can write and a clock cannot read. */
const VALUES: Readonly<Record<string, unknown>> = {
  null: null,
  true: true,
  number: 1,
  float: 1.5,
  huge: 1e308,
  array: ["x"],
  object: { x: "y" },
  string: "x",
};

const CLAIM_NAMES = ["iss", "sub", "aud", "exp", "nbf", "iat"] as const;

/** What another value leaves valid: a name, and a beginning in the past. */
const LEGAL = new Set(["sub string", "nbf number", "nbf float"]);

const ADDED: readonly Claims[] = [
  { role: "admin" },
  { admin: true },
  { isAdmin: true },
  { scope: "admin" },
  { groups: ["admins"] },
  { roles: ["root"], permissions: { publish: [">"] } },
];

export const CLAIM_ATTACKS: Readonly<Record<string, Attack>> = {
  "external interaction through every header/claim holding a URL (iss, jku, x5u): zero outbound fetches":
    (target) => {
      const { signer, attacker, trap } = target;
      return [
        ...genuine(target, { iss: trap }, {
          iss: `${trap}/.well-known/openid-configuration`,
        }),
        ...[signer, attacker].flatMap((by) => [
          by.token(claims({ iss: trap }), {
            jku: `${trap}/jku`,
            x5u: `${trap}/x5u`,
            kid: `${trap}/kid`,
          }),
          by.token(
            claims({ iss: trap, "_claim_sources": { a: { endpoint: trap } } }),
          ),
        ]),
        attacker.token(
          claims({ "_claim_sources": { a: { endpoint: trap } } }),
          { jku: trap },
        ),
      ];
    },
  "expired token; future nbf; exp removed": (target) =>
    genuine(
      target,
      { exp: NOW_SECONDS - 31 },
      { exp: NOW_SECONDS - 86_400, iat: NOW_SECONDS - 90_000 },
      { exp: 0 },
      { nbf: NOW_SECONDS + 31 },
      { nbf: NOW_SECONDS + 86_400 },
      { exp: undefined },
      { exp: null },
    ),
  "each claim replaced by each JSON type (null, true, number, float, huge, array, object, string)":
    (target) =>
      CLAIM_NAMES.flatMap((name) =>
        Object.entries(VALUES).flatMap(([type, value]) => {
          const changed = { [name]: value };
          return LEGAL.has(`${name} ${type}`)
            ? [tampered(target, changed)]
            : [tampered(target, changed), ...genuine(target, changed)];
        })
      ),
  "common claims added (role, admin, isAdmin, scope, groups)": (target) =>
    ADDED.map((added) => tampered(target, added)),
  "token of another type from the same issuer and key (ID token, logout+jwt, refresh, at+jwt) at the bearer slot":
    (
      { signer },
    ) => [
      signer.token(claims({ nonce: "n" })),
      signer.token(claims({ "at_hash": "h" })),
      signer.token(claims({ typ: "ID" })),
      signer.token(claims({ "token_use": "id" })),
      signer.token(claims({ typ: "Refresh" })),
      signer.token(claims({ typ: "Offline" })),
      ...[
        "logout+jwt",
        "application/logout+jwt",
        "refresh+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "oauth-authz-req+jwt",
        "token-introspection+jwt",
        "at+jwt+x",
      ].map((typ) => signer.token(claims(), { typ })),
    ],
  "valid token for another audience / another tenant with same kid": (
    target,
  ) => [
    ...genuine(
      target,
      { aud: "other-service" },
      { aud: ["other", "another"] },
      { aud: "nats/other" },
      { aud: [] },
      { iss: `${claims()["iss"]}2` },
      { iss: String(claims()["iss"]).replace("acme", "other") },
    ),
    // The other tenant's key, under the same name.
    target.other.token(claims(ROOT)),
    target.other.token(claims({ iss: OTHER_ISSUER, aud: "other-service" })),
  ],
};
