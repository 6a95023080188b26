/**
 * Whatever the rules: one that is said to match never does not match, and two that
 * are not said to meet do not, unless one is for a part of those of the other.
 */
import { assert } from "@std/assert";
import fc from "fast-check";
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import {
  CONTEXT,
  FACTS,
  identity,
  ISSUER,
  rulesOf,
  SECOND_ISSUER,
  whenOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { Permit } from "./grant.ts";
import type { ClaimOptions, RuleOptions } from "./rule_options.ts";

const OWN = { publish: "users.${sub}.>" };

const CLAIMS = [
  "sub",
  "iss",
  "a",
  "a",
  "/a",
  "/a/0",
  "email",
  "email_verified",
];
const SCALARS: readonly (string | number | boolean)[] = [
  "x",
  "y",
  "x y",
  "",
  1,
  true,
];
const scalar = fc.constantFrom(...SCALARS);
const test = fc.oneof(
  fc.constantFrom<ClaimOptions>("present", "absent"),
  scalar.map((equals): ClaimOptions => ({ equals })),
  fc.array(scalar, { minLength: 1, maxLength: 2 })
    .map((list): ClaimOptions => ({ "one_of": list })),
  scalar.map((contains): ClaimOptions => ({ contains })),
  fc.array(scalar, { minLength: 1, maxLength: 2 })
    .map((list): ClaimOptions => ({ "contains_one_of": list })),
  fc.record({ equals: scalar, contains: scalar }),
  fc.constantFrom<ClaimOptions>({ "scope_contains": "x" }),
);
const when: fc.Arbitrary<RuleOptions["when"]> = fc.record({
  claims: fc.dictionary(fc.constantFrom(...CLAIMS), test, { maxKeys: 2 }),
  issuer: fc.constantFrom(undefined, undefined, ISSUER),
  kind: fc.constantFrom(undefined, "jwt" as const, "api_token" as const),
  connection: fc.constantFrom(undefined, "nats" as const, "mqtt" as const),
  source: fc.constantFrom(undefined, "10.0.0.0/8", "10.1.0.0/16"),
}).map(whenOf);
const login = fc.record({
  issuer: fc.constantFrom(ISSUER, SECOND_ISSUER),
  sub: fc.constantFrom("x", "y", "z"),
  a: fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 2 }),
    fc.constant(undefined),
  ),
  email: fc.constantFrom("x", undefined),
  verified: fc.constantFrom(...SCALARS, undefined),
  connectionType: fc.constantFrom(...CONNECTION_TYPES),
  host: fc.constantFrom("10.1.2.3", "10.2.3.4", "::1", "no address"),
});
type MadeLogin = typeof login extends fc.Arbitrary<infer Made> ? Made : never;

function loginOf(
  { a, connectionType, email, host, issuer, sub, verified }: MadeLogin,
): Parameters<Permit> {
  const credential =
    CONTEXT.tokens?.find((each) => each.issuer === issuer)?.credential ?? "jwt";
  const claims = {
    sub,
    iss: issuer,
    ...(a === undefined ? {} : { a }),
    ...(email === undefined ? {} : { email }),
    ...(verified === undefined ? {} : { "email_verified": verified }),
  };
  const who = identity({ issuer, sub, credential, claims });
  return [who, { ...FACTS, connectionType, host }];
}

Deno.test("a rule that is said to match never does not match", () => {
  let said = 0;
  fc.assert(
    fc.property(
      fc.array(when, { minLength: 1, maxLength: 4 }),
      fc.array(login, { minLength: 30, maxLength: 30 }),
      (list, logins) => {
        const rules = rulesOf(
          list.map((each, index) => ({
            name: `${index}`,
            when: each,
            grant: OWN,
          })),
        );
        const dead = rules.warnings
          .filter(({ problem }) => problem.startsWith("can never match"))
          .map(({ path }) => `${path[0]}`);
        said += dead.length;
        for (const each of logins) {
          const { outcome } = rules.explain(...loginOf(each));
          if (outcome.kind === "grant") assert(!dead.includes(outcome.rule));
        }
      },
    ),
    { numRuns: 2_000 },
  );
  assert(said > 500);
});

Deno.test("whom a rule loses to an earlier one that is not for a part of them, it is said to lose", () => {
  let lost = 0;
  fc.assert(
    fc.property(
      fc.array(when, { minLength: 2, maxLength: 3 }),
      fc.array(login, { minLength: 30, maxLength: 30 }),
      (list, made) => {
        const options = list.map((each, index): RuleOptions => ({
          name: `${index}`,
          when: each,
          grant: { publish: `own.${index}` },
        }));
        const { permit, warnings } = rulesOf(options);
        const alone = options.map((each) => rulesOf([each]).permit);
        const logins = made.map(loginOf);
        const meets = (
          rule: number,
          [who, facts]: Parameters<Permit>,
        ): boolean => alone[rule]?.(who, facts).kind === "grant";
        for (const [late, { name }] of options.entries()) {
          const said = warnings.filter(({ path }) => path[0] === late)
            .map(({ problem }) => problem).join();
          for (const early of options.keys()) {
            if (early >= late) break;
            const isLost = logins.some(([who, facts]) => {
              const outcome = permit(who, facts);
              return outcome.kind === "grant" && outcome.rule === `${early}` &&
                meets(late, [who, facts]);
            });
            const isPart = logins.every((each) =>
              !meets(early, each) || meets(late, each)
            );
            if (!isLost || isPart) continue;
            lost++;
            assert(
              said.includes("can never match") ||
                new RegExp(`gives way to rules? .*\\b${early}\\b.*: who`).test(
                  said,
                ),
              `${early} before ${name}: ${said}`,
            );
          }
        }
      },
    ),
    { numRuns: 2_000 },
  );
  assert(lost > 50, `${lost}`);
});
