/**
 * Whatever a login brings, rules decide: nothing is thrown, nothing invalid is
 * granted, and what is explained is what is decided.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import { CREDENTIAL_KINDS, type Identity } from "../base/identity.ts";
import type { EpochMs, EpochSeconds } from "../base/time.ts";
import { anyText } from "../../tests/fixtures/hostile_texts.ts";
import {
  CONTEXT,
  ISSUER,
  rulesOf,
  whenOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { Grant, LoginFacts } from "./grant.ts";
import type {
  ClaimOptions,
  GrantOptions,
  RuleOptions,
} from "./rule_options.ts";
import { isValidSubject, splitQueue } from "./subject.ts";

const CLAIMS = ["sub", "iss", "a", "b", "a.b", "/a/b", "/b/0", "__proto__"];

const SCALARS: readonly (string | number | boolean)[] = ["x", "", 1, true];
const scalar = fc.constantFrom(...SCALARS);
const condition = fc.oneof(
  fc.constantFrom<ClaimOptions>("present", "absent"),
  scalar.map((equals): ClaimOptions => ({ equals })),
  scalar.map((contains): ClaimOptions => ({ contains })),
  fc.array(scalar, { minLength: 1 }).map((list): ClaimOptions => ({
    "one_of": list,
  })),
  fc.constantFrom<ClaimOptions>({ "scope_contains": "x" }),
);
const when: fc.Arbitrary<RuleOptions["when"]> = fc.record({
  claims: fc.dictionary(fc.constantFrom(...CLAIMS), condition, { maxKeys: 2 }),
  issuer: fc.constantFrom(undefined, ISSUER),
  kind: fc.constantFrom(undefined, "jwt" as const),
  source: fc.constantFrom(undefined, "10.0.0.0/8", "::/0"),
}).map(whenOf);

const GRANTS: readonly GrantOptions[] = [
  { publish: "users.${sub}.>", subscribe: ["news.*", "t.${claims.a}.*"] },
  { publish: "t.${claims./a/b:path}.x.${sub}", inbox: "private" },
  { preset: { "kv_write": "b" }, "allow_responses": true, session: "1h" },
  { "scoped_key": "devices", tags: { site: "${claims.b}" } },
  { publish: "a", only: { connections: "nats", sources: "0.0.0.0/0" } },
  {
    subscribe: "i.${issuer}.> q",
    only: { hours: { from: "22:00", to: "06:00" } },
  },
];

const rules = fc.array(
  // Half of them match everybody, so that grants are seen too.
  fc.tuple(
    fc.option(when, { nil: undefined, freq: 1 }),
    fc.constantFrom(undefined, ...GRANTS),
  ),
  { minLength: 1, maxLength: 4 },
).map((list) =>
  list.map(([when, grant], index): RuleOptions => ({
    name: `rule_${index}`,
    when,
    grant,
    refuse: grant === undefined,
  }))
);

const claim = fc.oneof(
  anyText(),
  fc.constantFrom("x", "x y", "a.b"),
  fc.jsonValue(),
);
const identities: fc.Arbitrary<Identity> = fc.record({
  credential: fc.constantFrom(...CREDENTIAL_KINDS),
  issuer: fc.constantFrom(
    ISSUER,
    "https://second.example",
    "https://else.example",
  ),
  sub: fc.oneof(anyText(), fc.constantFrom("", "\ud800", "a".repeat(300))),
  claims: fc.dictionary(
    fc.constantFrom("a", "b", "a.b", "sub", "__proto__"),
    claim,
  )
    .map((claims): Identity["claims"] => JSON.parse(JSON.stringify(claims))),
}).map((parts) => ({
  ...parts,
  kind: "identity",
  expiresAt: 2_000_000_000 as EpochSeconds,
}));

const logins: fc.Arbitrary<LoginFacts> = fc.record({
  connectionType: fc.constantFrom(...CONNECTION_TYPES),
  host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
  now: fc.integer({ min: 0, max: 4_000_000_000_000 }).map((now) =>
    now as EpochMs
  ),
});

function subjectsOf({ permissions }: Grant): readonly string[] {
  if (permissions.kind === "scoped") return [];
  const { publish, subscribe } = permissions;
  return [publish, subscribe].flatMap(({ allow, deny }) => [...allow, ...deny]);
}

Deno.test("H5 H6 H9 whatever a login brings, permit() decides, and grants what is valid alone", () => {
  let granted = 0;
  fc.assert(
    fc.property(rules, identities, logins, (options, identity, facts) => {
      const { explain, permit } = rulesOf(options, CONTEXT);
      const outcome = permit(identity, facts);
      assertEquals(explain(identity, facts).outcome, outcome);
      if (outcome.kind !== "grant") return;
      granted++;
      assert(/^[A-Za-z0-9=-][A-Za-z0-9_=-]*$/.test(outcome.name));
      if (outcome.permissions.kind === "listed") {
        const { publish, subscribe } = outcome.permissions;
        // To NATS, a side with a deny alone is everything but, and one with nothing is everything.
        for (const { allow, deny } of [publish, subscribe]) {
          assert(allow.length > 0 || deny.length === 0);
        }
        assert(publish.allow.length + subscribe.allow.length > 0);
      }
      for (const entry of subjectsOf(outcome)) {
        const { queue, subject } = splitQueue(entry);
        assert(isValidSubject(subject), entry);
        assert(/^[$A-Za-z0-9_=.*>-]+$/.test(subject), entry);
        assert(queue === undefined || queue === "q");
      }
      if (outcome.permissions.kind === "scoped") {
        for (const tag of outcome.permissions.tags) {
          assert(/^site:[A-Za-z0-9_=-]+$/.test(tag), tag);
        }
      }
    }),
    { numRuns: 5000 },
  );
  assert(granted > 300, `${granted}`);
});
