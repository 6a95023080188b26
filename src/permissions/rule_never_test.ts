/**
 * Whatever the rules: one that is said to match never does not match, and two that
 * are not said to meet do not, unless one is for a part of those of the other.
 */
import { assert } from "@std/assert";
import fc from "fast-check";
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import { isJsonObject, type Json, member } from "../base/json.ts";
import {
  CLAIM_TYPES,
  hasType,
  type IssuerTokens,
  type KnownClaim,
} from "../base/known_claims.ts";
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
import type { RulesContext } from "./rule_context.ts";
import type {
  ClaimOptions,
  GrantOptions,
  RuleOptions,
} from "./rule_options.ts";

const CLAIMS = ["sub", "iss", "a", "a", "/a", "/a/0", "/a/x"];
const EMAIL = ["email", "email", "/email", "/email/x", "email_verified"];
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
  claims: fc.dictionary(fc.constantFrom(...CLAIMS, ...EMAIL), test, {
    maxKeys: 2,
  }),
  issuer: fc.constantFrom(undefined, undefined, ISSUER),
  kind: fc.constantFrom(undefined, "jwt" as const, "api_token" as const),
  connection: fc.constantFrom(undefined, "nats" as const, "mqtt" as const),
  source: fc.constantFrom(undefined, "10.0.0.0/8", "10.1.0.0/16"),
}).map(whenOf);
/** Mostly for whether something is there, as issuers may make certain. */
const whenThere = fc.dictionary(
  fc.constantFrom(...EMAIL, "a", "/a/0", "/a/x"),
  fc.constantFrom<ClaimOptions>(
    ...["present", "present", "absent", "absent"] as const,
    ...[{ equals: "x" }, { equals: true }],
  ),
  { maxKeys: 2 },
).map((claims) => whenOf({ claims }));
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 2 }),
  scalar.map((x) => ({ x })),
  fc.constant(undefined),
);
const login = fc.record({
  issuer: fc.constantFrom(ISSUER, SECOND_ISSUER),
  sub: fc.constantFrom("x", "y", "z"),
  a: value,
  email: fc.oneof(fc.constantFrom("x", undefined), value),
  verified: fc.oneof(scalar, fc.boolean(), fc.constant(undefined)),
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

const grant: fc.Arbitrary<GrantOptions> = fc.record({
  publish: fc.constantFrom(
    "users.${sub}.>",
    "a.${claims.a}",
    "a.${claims./a/x}",
    "e.${claims.email}",
    "i.${issuer}",
  ),
  only: fc.constantFrom(
    undefined,
    undefined,
    { connections: "nats" as const },
    { sources: "10.1.0.0/16" },
  ),
});
const rule: fc.Arbitrary<Omit<RuleOptions, "name">> = fc.record({
  when: fc.oneof(when, whenThere),
  what: fc.oneof(grant, fc.constant(undefined)),
}).map(({ what, when }) =>
  what === undefined ? { when, refuse: true } : { when, grant: what }
);

const known: fc.Arbitrary<KnownClaim> = fc.record({
  path: fc.constantFrom(["a"], ["a", "x"], ["email"], ["email_verified"]),
  types: fc.subarray([...CLAIM_TYPES], { maxLength: 2 }),
  isRequired: fc.boolean(),
}).map((each) => ({
  ...each,
  isRequired: each.isRequired && each.types.length > 0,
}));
const certain = fc.array(known, { maxLength: 2 });
const surroundings = fc.record({
  tokens: fc.record({ first: certain, second: fc.option(certain) })
    .map(({ first, second }): readonly IssuerTokens[] => [
      { issuer: ISSUER, credential: "jwt", claims: first },
      ...(second === null ? [] : [{
        issuer: SECOND_ISSUER,
        credential: "api_token" as const,
        claims: second,
      }]),
    ]),
  connectionTypes: fc.constantFrom(undefined, ["nats", "websocket"] as const),
});

/** Whether such a login can come where this is configured. */
function canCome(
  [{ claims, issuer }, { connectionType }]: Parameters<Permit>,
  { connectionTypes = CONNECTION_TYPES, tokens }: Partial<RulesContext>,
): boolean {
  const own = tokens?.find((each) => each.issuer === issuer);
  if (own === undefined || !connectionTypes.includes(connectionType)) {
    return false;
  }
  return own.claims.every(({ isRequired, path, types }) => {
    const found = readSteps(claims, path);
    return found === undefined
      ? !isRequired
      : types.some((type) => hasType(found, type));
  });
}

function readSteps(claims: Json, path: readonly string[]): Json | undefined {
  let found: Json | undefined = claims;
  for (const step of path) {
    if (found === undefined || !isJsonObject(found)) return undefined;
    found = member(found, step);
  }
  return found;
}

Deno.test("a rule that is said to match never, or to refuse whoever matches, does not match, or refuses", () => {
  const said = { never: 0, refused: 0 };
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 4 }),
      fc.array(login, { minLength: 40, maxLength: 40 }),
      surroundings,
      (list, made, context) => {
        const { explain, warnings } = rulesOf(
          list.map((each, index) => ({ ...each, name: `${index}` })),
          context,
        );
        const logins = made.map((each) => {
          const one = loginOf(each);
          const { outcome, tried } = explain(...one);
          const taker = tried.at(-1)?.matched ? tried.length - 1 : undefined;
          return { outcome, taker, canCome: canCome(one, context), one };
        });
        for (const { isDead = false, path, problem } of warnings) {
          const isNever = problem.startsWith("can never match");
          if (!isNever && !problem.endsWith("whoever matches is refused")) {
            continue;
          }
          said[isNever ? "never" : "refused"]++;
          const wrong = logins.find(({ canCome, outcome, taker }) =>
            taker === path[0] && (canCome || isDead) &&
            (isNever || outcome.kind === "grant")
          );
          assert(
            wrong === undefined,
            `${path[0]} ${problem}: ${JSON.stringify(wrong?.one)}`,
          );
        }
      },
    ),
    { numRuns: 4_000 },
  );
  assert(said.never > 1_000 && said.refused > 300, JSON.stringify(said));
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
