import { assert, assertEquals, assertMatch } from "@std/assert";
import type { KnownClaim } from "../base/known_claims.ts";
import {
  CONTEXT,
  ISSUER,
  rulesOf,
  SECOND_ISSUER,
  tokensOf,
} from "../../tests/fixtures/rules_scene.ts";
import type { RuleOptions, WhenOptions } from "./rule_options.ts";

const GRANT = { publish: "a" };

/** Two issuers may both say it. */
const CHOSEN_CLAIM =
  /^0\.grant goes by claim .*https:\/\/id\.example, https:\/\/second\.example lets choose/;

const CHOSEN: readonly [why: string, when: WhenOptions, warnings: number][] = [
  ["sub", { claims: { sub: { equals: "admin" } } }, 1],
  ["a claim", { claims: { groups: { contains: "ops" } } }, 1],
  ["a claim that is there", { claims: { admin: "present" } }, 1],
  ["a claim, of any of two kinds", {
    kind: ["jwt", "api_token"],
    claims: { groups: { contains: "ops" } },
  }, 1],
  ["a claim of one issuer", {
    issuer: ISSUER,
    claims: { groups: { contains: "ops" } },
  }, 0],
  ["a claim of the only issuer of a kind", {
    kind: "api_token",
    claims: { sub: { equals: "admin" } },
  }, 0],
  ["a claim and the iss", {
    claims: { iss: { equals: ISSUER }, groups: { contains: "ops" } },
  }, 0],
  ["what everybody has", { claims: { sub: "present" } }, 0],
  ["a claim that is not there", { claims: { suspended: "absent" } }, 0],
];

type Row = [why: string, rules: readonly RuleOptions[], warnings: RegExp[]];

const surprises: Row[] = [
  ["nothing", [{
    name: "a",
    when: { kind: "jwt" },
    grant: { publish: "users.${sub}.>" },
  }], []],
  ["a rule behind one that matches everybody", [{ name: "all", grant: GRANT }, {
    name: "late",
    when: { kind: "jwt" },
    grant: GRANT,
  }], [/^1 can never match: rule all/]],
  ["everything", [{ name: "a", grant: { publish: ">", subscribe: ">" } }], [
    /^0\.grant\.publish allows everything/,
    /^0\.grant\.subscribe allows everything/,
  ]],
  ["a value in the first place", [{
    name: "a",
    grant: { publish: "${sub}.>" },
  }], [/^0\.grant\.publish begins with a value/]],
  ["C18 a claim of any issuer", [{
    name: "a",
    grant: { publish: "t.${claims.team}.>" },
  }], [/^0\.grant fills t\.\$\{claims\.team\}\.> from a claim/]],
  ["C18 a claim of one issuer", [{
    name: "a",
    when: { issuer: ISSUER },
    grant: { publish: "t.${claims.team}.>" },
  }], []],
  ["C18 a claim beside the sub", [{
    name: "a",
    grant: { publish: "t.${claims.team}.${sub}" },
  }], []],
  ["C18 a tag from a claim of any issuer", [{
    name: "a",
    grant: { "scoped_key": "devices", tags: { site: "${claims.site}" } },
  }], [/^0\.grant fills \$\{claims\.site\} from a claim/]],
  ...CHOSEN.map(([why, when, warnings]) =>
    [
      `C18 a shared subject by ${why}`,
      [{ name: "a", when, grant: { publish: ["users.${sub}.>", "ops.>"] } }],
      warnings === 0 ? [] : [CHOSEN_CLAIM],
    ] satisfies Row
  ),
  ["C18 what is a user's own, by a claim", [{
    name: "a",
    when: { claims: { groups: { contains: "staff" } } },
    grant: { preset: "mqtt_sessions", inbox: "private" },
  }], []],
  ["C18 a scoped key by a claim", [{
    name: "a",
    when: { claims: { scope: { "scope_contains": "device" } } },
    grant: { "scoped_key": "devices" },
  }], [CHOSEN_CLAIM]],
  ["C18 a preset by a claim", [{
    name: "a",
    when: { claims: { groups: { contains: "ops" } } },
    grant: { preset: "jetstream_admin" },
  }], [CHOSEN_CLAIM]],
  ["C18 a refusal by a claim", [{
    name: "a",
    when: { claims: { suspended: { equals: true } } },
    refuse: true,
  }], []],
  ["a range, and only a part of it", [{
    name: "a",
    when: { source: ["10.0.0.0/8", "::1"] },
    grant: { ...GRANT, only: { sources: ["10.1.0.0/16", "::2"] } },
  }], []],
  ["a scoped key", [{ name: "a", grant: { "scoped_key": "devices" } }], []],
];

for (const [why, rules, expected] of surprises) {
  Deno.test(`${why}: createRules() warns of ${expected.length}`, () => {
    const found = rulesOf(rules).warnings.map(({ path, problem }) =>
      `${path.join(".")} ${problem}`
    );
    assertEquals(found.length, expected.length, found.join("; "));
    for (const [index, regexp] of expected.entries()) {
      assertMatch(found[index] ?? "", regexp);
    }
  });
}

Deno.test("C18 a claim is enough where there is one issuer", () => {
  const rules = rulesOf([{
    name: "a",
    grant: { publish: "t.${claims.team}.>" },
  }], { ...CONTEXT, tokens: tokensOf([ISSUER, "jwt"]) });
  assertEquals(rules.warnings, []);
});

Deno.test("C18 of many issuers that let choose a claim a few are named", () => {
  const issuers = Array.from(
    { length: 40 },
    (_, at) => `https://${at}.example`,
  );
  const [warning] = rulesOf([{
    name: "a",
    when: { claims: { groups: { contains: "ops" } } },
    grant: { publish: "ops.>" },
  }], {
    tokens: tokensOf(...issuers.map((issuer) => [issuer, "jwt"] as const)),
  }).warnings;
  const named = `any of ${issuers.slice(0, 5).join(", ")} and others lets`;
  assert(warning?.problem.includes(named), warning?.problem);
});

Deno.test("C18 what every token has is nothing that an issuer lets choose", () => {
  const said = (exp: KnownClaim): boolean =>
    rulesOf([{
      name: "a",
      when: { claims: { exp: "present" } },
      grant: { publish: "ops.>" },
    }], {
      tokens: [
        { issuer: ISSUER, credential: "jwt", claims: [exp] },
        { issuer: SECOND_ISSUER, credential: "jwt", claims: [exp] },
      ],
    }).warnings.some(({ problem }) => problem.startsWith("goes by claim"));
  const exp: KnownClaim = {
    path: ["exp"],
    types: ["number"],
    isRequired: true,
  };
  assert(!said(exp));
  assert(said({ ...exp, isRequired: false }));
});

Deno.test("C18 tags may keep issuers apart", () => {
  const rules = rulesOf([{
    name: "a",
    grant: {
      "scoped_key": "devices",
      tags: { site: "${issuer}", color: "red" },
    },
  }], {
    issuerLabels: new Map([[ISSUER, "first"], [SECOND_ISSUER, "second"]]),
  });
  assertEquals(rules.warnings, []);
});

/** Of the last rule: its only warning. */
const dead: [why: string, rules: readonly RuleOptions[], isDead: boolean][] = [
  ["a refusal behind a rule for everybody", [
    { name: "everyone", grant: GRANT },
    {
      name: "suspended",
      when: { claims: { suspended: { equals: true } } },
      refuse: true,
    },
  ], true],
  ["a rule for all kinds that are configured, behind one for each", [
    { name: "known", when: { kind: ["jwt", "api_token"] }, grant: GRANT },
    { name: "everyone", grant: GRANT },
  ], false],
  ["a rule behind one for the configured kinds and one for everybody", [
    { name: "known", when: { kind: ["jwt", "api_token"] }, grant: GRANT },
    { name: "mqtt", when: { connection: "mqtt" }, grant: GRANT },
    { name: "more", when: { connection: "mqtt" }, refuse: true },
  ], true],
  ["a claim that is two things", [{
    name: "a",
    when: { claims: { team: "absent", "/team": "present" } },
    grant: GRANT,
  }], true],
  ["a kind of token that is not configured", [{
    name: "a",
    when: { kind: "kubernetes" },
    grant: GRANT,
  }], false],
  ["a kind of connection that is not configured", [{
    name: "a",
    when: { connection: "leafnode" },
    grant: GRANT,
  }], false],
  ["connections of when and of only", [{
    name: "a",
    when: { connection: "nats" },
    grant: { ...GRANT, only: { connections: "mqtt" } },
  }], true],
  ["sources of when and of only", [{
    name: "a",
    when: { source: ["10.0.0.0/8", "::1"] },
    grant: { ...GRANT, only: { sources: ["192.168.0.0/16", "::2"] } },
  }], true],
  ["only a kind of connection that is not configured", [{
    name: "a",
    grant: { ...GRANT, only: { connections: "leafnode" } },
  }], false],
  ["a claim that is no text", [{
    name: "a",
    when: { issuer: ISSUER, claims: { team: "absent" } },
    grant: { publish: "t.${claims.team}.>" },
  }], true],
  ["an issuer without a label", [{
    name: "a",
    when: { issuer: ISSUER },
    grant: { publish: "t.${issuer}.>" },
  }], false],
  ["a subject that is wide", [{ name: "a", grant: { publish: ">" } }], false],
];

for (const [why, rules, isDead] of dead) {
  Deno.test(`${why}: createRules() ${isDead ? "calls" : "does not call"} the rule dead`, () => {
    const { warnings } = rulesOf(rules, {
      ...CONTEXT,
      connectionTypes: ["nats", "websocket", "mqtt"],
    });
    const found = warnings.at(-1);
    assertEquals(found?.path[0], rules.length - 1, JSON.stringify(warnings));
    assertEquals(found?.isDead ?? false, isDead, found?.problem);
  });
}

Deno.test("a rule does not give way for those of an issuer whom a rule before both has taken", () => {
  const claims = (name: string) => ({ claims: { [name]: "present" } } as const);
  const own = (name: string) => ({ publish: `${name}.\${sub}.>` });
  const rules: RuleOptions[] = [
    { name: "a", when: { issuer: ISSUER, ...claims("a") }, grant: own("a") },
    { name: "b", when: { issuer: ISSUER, ...claims("b") }, grant: own("b") },
    { name: "c", when: claims("a"), grant: own("c") },
  ];
  assertEquals(
    rulesOf(rules).warnings.map(({ path: [index], problem }) =>
      `${index} ${problem.split(":")[0]}`
    ).filter((text) => text.includes("gives way")),
    ["1 gives way to rule a"],
  );
});
