import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  CONTEXT,
  faultsOf,
  tokensOf,
} from "../../tests/fixtures/rules_scene.ts";
import { RulesFault } from "./rule_fault.ts";
import type { RuleOptions } from "./rule_options.ts";
import { createRules } from "./rules.ts";

const GRANT = { publish: "a" };
const faults: [why: string, rules: readonly RuleOptions[], problem: RegExp][] =
  [
    ["no rules", [], /^ must be 1 to 1000 rules$/],
    [
      "a rule without a name",
      [{ name: "", grant: GRANT }],
      /^0\.name is no name$/,
    ],
    [
      "a name with a line end",
      [{ name: "a\nb", grant: GRANT }],
      /^0\.name is no name$/,
    ],
    ["a name twice", [{ name: "a", grant: GRANT, when: { kind: "jwt" } }, {
      name: "a",
      grant: GRANT,
    }], /^1\.name is the name of an earlier rule$/],
    ["giving way to a later rule", [
      { name: "a", grant: GRANT, when: { kind: "jwt" }, "gives_way_to": "b" },
      { name: "b", grant: GRANT },
    ], /^0\.gives_way_to names no earlier rule$/],
    ["giving way to itself, among others", [
      { name: "a", grant: GRANT, when: { kind: "jwt" } },
      { name: "b", grant: GRANT, "gives_way_to": ["a", "b"] },
    ], /^1\.gives_way_to\.1 names no earlier rule$/],
    [
      "a rule that says nothing",
      [{ name: "a" }],
      /^0 has not exactly one of grant and refuse$/,
    ],
    [
      "a rule that says both",
      [{ name: "a", grant: GRANT, refuse: true }],
      /^0 has not exactly one/,
    ],
    ["C1 an issuer that is not configured", [{
      name: "a",
      when: { issuer: "https://ID.example" },
      grant: GRANT,
    }], /^0\.when\.issuer names an issuer that is not configured$/],
    ["an empty list of issuers", [{
      name: "a",
      when: { issuer: [] },
      grant: GRANT,
    }], /^0\.when\.issuer is an empty list$/],
    ["an empty list of kinds", [{
      name: "a",
      when: { kind: [] },
      grant: GRANT,
    }], /^0\.when\.kind is an empty list$/],
    ["an empty list of connections", [{
      name: "a",
      when: { connection: [] },
      grant: GRANT,
    }], /^0\.when\.connection is an empty list$/],
    ["an empty list of sources", [{
      name: "a",
      when: { source: [] },
      grant: GRANT,
    }], /^0\.when\.source is an empty list$/],
    ["a source that is none", [{
      name: "a",
      when: { source: "10.0.0.0/99" },
      grant: GRANT,
    }], /^0\.when\.source is no range/],
    ["a source that is none, among others", [{
      name: "a",
      when: { source: ["10.0.0.0/8", "10.0.0.0/99"] },
      grant: GRANT,
    }], /^0\.when\.source\.1 is no range/],
    [
      "a when that asks nothing",
      [{ name: "a", when: {}, grant: GRANT }],
      /^0\.when holds no condition$/,
    ],
    ["claims of which none is named", [{
      name: "a",
      when: { issuer: undefined, claims: {} },
      grant: GRANT,
    }], /^0\.when\.claims holds no condition$/],
    ["a claim that is asked nothing", [{
      name: "a",
      when: { claims: { x: {} } },
      grant: GRANT,
    }], /^0\.when\.claims\.x asks nothing/],
    ["a claim without a name", [{
      name: "a",
      when: { claims: { "": "present" } },
      grant: GRANT,
    }], /^0\.when\.claims\. names no claim$/],
    ["a claim that is one of none", [{
      name: "a",
      when: { claims: { x: { "one_of": [] } } },
      grant: GRANT,
    }], /is an empty list$/],
    ["C14 two scopes in one", [{
      name: "a",
      when: { claims: { x: { "scope_contains": "a b" } } },
      grant: GRANT,
    }], /asks for a scope that cannot be one$/],
  ];

for (const [why, rules, problem] of faults) {
  Deno.test(`createRules() refuses ${why}`, () => {
    const found = faultsOf(rules);
    assertEquals(found.length, 1, found.join("; "));
    assertMatch(found.join(), problem);
  });
}

Deno.test("H16 createRules() refuses a connection type that it does not know", () => {
  const rule = JSON.parse(
    '{"name":"a","when":{"connection":"quic"},"grant":{"publish":"a","only":{"connections":["STANDARD"]}}}',
  );
  assertEquals(faultsOf([rule]), [
    "0.when.connection has a word that it does not know",
    "0.grant.only.connections.0 has a word that it does not know",
  ]);
});

Deno.test("K8 createRules() tells of each entry of a list that is wrong", () => {
  const when = JSON.parse(
    '{"issuer":["https://id.example","https://a.example","https://b.example"],"kind":["a","b"],"source":["10.0.0.0/33","10.0.0.1/8","10.0.0.0/8","fe80::1%eth0"]}',
  );
  assertEquals(
    faultsOf([{ name: "a", when, grant: GRANT }]).map((text) =>
      text.split(" ")[0]
    ),
    [
      "issuer.1",
      "issuer.2",
      "kind.0",
      "kind.1",
      "source.0",
      "source.1",
      "source.3",
    ]
      .map((place) => `0.when.${place}`),
  );
});

const ISSUERS = Array.from(
  { length: 12 },
  (_, index) => `https://${index}.example`,
);
const unknownIssuers: [
  wanted: string,
  configured: readonly string[],
  remedy: string,
][] = [
  [
    "https://c.example",
    ["https://a.example", "https://b.example"],
    "write it exactly as it is configured: https://a.example, https://b.example",
  ],
  [
    "https://B.example/",
    ["https://a.example", "https://b.example"],
    "write it exactly as it is configured: https://b.example",
  ],
  [
    "https://c.example",
    ISSUERS,
    `write it exactly as it is configured: ${
      ISSUERS.slice(0, 5).join(", ")
    } and others`,
  ],
  ["https://c.example", [], "configure it: there is none"],
];

for (const [wanted, configured, remedy] of unknownIssuers) {
  Deno.test(`createRules() names what issuer ${wanted} may be of ${configured.length}`, () => {
    const tokens = tokensOf(
      ...configured.map((issuer) => [issuer, "jwt"] as const),
    );
    const rules = createRules(
      [{ name: "a", when: { issuer: wanted }, grant: GRANT }],
      { ...CONTEXT, tokens },
    );
    assert(rules instanceof RulesFault);
    assertEquals(rules.issues.map((issue) => issue.remedy), [remedy]);
  });
}

Deno.test("K8 createRules() tells all that is wrong at once", () => {
  const found = faultsOf([
    {
      name: "a b",
      grant: {
        account: "NONE",
        publish: ["x..y", "ok", "*x"],
        session: "long",
      },
    },
    { name: "b", when: { issuer: "none", source: "x" }, grant: {} },
  ]);
  assertEquals(
    found.map((text) => text.split(" ")[0]),
    [
      "0.name",
      "0.grant.account",
      "0.grant.session",
      "0.grant.publish.0",
      "0.grant.publish.2",
      "0.grant",
      "1.when.issuer",
      "1.when.source",
      "1.grant",
    ].filter((path) => path !== "0.grant"),
  );
});
