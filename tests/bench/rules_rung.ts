/**
 * Rules: what a decision costs when the rule that matches is the last of many.
 */
import { assert } from "@std/assert";
import type { Identity } from "../../src/base/identity.ts";
import type { EpochMs, EpochSeconds } from "../../src/base/time.ts";
import type { LoginFacts } from "../../src/permissions/grant.ts";
import { RulesFault } from "../../src/permissions/rule_fault.ts";
import type {
  GrantOptions,
  RuleOptions,
} from "../../src/permissions/rule_options.ts";
import {
  createRules,
  DEFAULT_RULES,
  type Rules,
} from "../../src/permissions/rules.ts";
import { atMost, type Bench, type Rung, type RungOutcome } from "./bench.ts";
import { costOf, costsInTurns } from "./timing.ts";

export const rulesRung: Rung = {
  name: "rules",
  summary: "permit(): one rule, and the last of 200",
  run: measure,
};

const ISSUER = "https://id.example";
const RULES = 200;
/** Calls in one measured operation: the clock and the loop around them cost too. */
const CALLS = 200;
const WARM_UP = 100;
const MICROSECONDS = 1000;

const GRANT: GrantOptions = {
  publish: ["users.${sub}.>", "tenants.${claims.tenant}.${sub}.>"],
  subscribe: ["users.${sub}.>", "news.*", "tenants.${claims.tenant}.>"],
  preset: [{ "kv_read": "settings" }],
};

/** Rules that ask different things, none of which the login meets, and one that it does. */
const MIXED: readonly RuleOptions[] = [
  ...Array.from({ length: RULES - 1 }, (_, index): RuleOptions => ({
    name: `rule_${index}`,
    when: [
      { issuer: ISSUER, claims: { groups: { contains: `group_${index}` } } },
      {
        claims: {
          "/realm_access/roles": {
            "contains_one_of": [`a_${index}`, `b_${index}`],
          },
        },
      },
      { claims: { scope: { "scope_contains": `scope_${index}` } } },
      { source: ["10.0.0.0/8", "2001:db8::/32"], kind: "jwt" } as const,
    ][index % 4] ?? {},
    grant: GRANT,
  })),
  { name: "last", when: { claims: { sub: "present" } }, grant: GRANT },
];

const HOURS: readonly RuleOptions[] = [{
  name: "hours",
  grant: {
    ...GRANT,
    only: {
      hours: { from: "00:00", to: "24:00", "time_zone": "Europe/Berlin" },
    },
  },
}];

const IDENTITY: Identity = {
  kind: "identity",
  credential: "jwt",
  issuer: ISSUER,
  sub: "alice@example.com",
  claims: {
    iss: ISSUER,
    sub: "alice@example.com",
    tenant: "acme",
    scope: "openid profile email read",
    groups: Array.from({ length: 20 }, (_, index) => `team_${index}`),
    "realm_access": { roles: ["user", "viewer", "editor"] },
  },
  expiresAt: 2_000_000_000 as EpochSeconds,
};

const FACTS: LoginFacts = {
  connectionType: "nats",
  host: "192.0.2.7",
  now: 1_800_000_000_000 as EpochMs,
};

function rulesOf(options: readonly RuleOptions[]): Rules {
  const rules = createRules(options, {
    account: "APP",
    accounts: [{ name: "APP" }],
    sessionSecondsMax: 3600,
    issuerLabels: new Map(),
    tokens: [{ issuer: ISSUER, credential: "jwt", claims: [] }],
  });
  assert(!(rules instanceof RulesFault));
  return rules;
}

async function measure({ scale }: Bench): Promise<RungOutcome> {
  const cases = [
    { name: "without rules (users.<sub>.>)", options: DEFAULT_RULES },
    { name: `${RULES} rules, the last matches`, options: MIXED },
    { name: "one rule with hours", options: HOURS },
  ];
  const costs = await costsInTurns(
    cases.map(({ options }) => {
      const { permit } = rulesOf(options);
      assert(permit(IDENTITY, FACTS).kind === "grant");
      // What compiles the code would be measured too.
      for (let round = 0; round < WARM_UP; round++) permitOften(permit);
      return () => costOf(() => permitOften(permit), scale.operationMs);
    }),
    scale.rounds,
  );
  const perCall = costs.map((cost) => cost / CALLS * MICROSECONDS);
  return {
    tables: [{
      title: "Rules, µs of CPU",
      columns: ["", "permit()"],
      rows: cases.map(({ name }, index) => [name, perCall[index] ?? NaN]),
    }],
    findings: [{
      what: `permit() with ${RULES} rules, the match in the last`,
      value: perCall[1] ?? NaN,
      unit: "µs CPU",
      must: atMost(20),
    }],
  };
}

function permitOften(permit: Rules["permit"]): void {
  for (let call = 0; call < CALLS; call++) permit(IDENTITY, FACTS);
}
