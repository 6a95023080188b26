import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import type { AccountOptions } from "../nats/service_options.ts";
import { createSeed, decodeSeed } from "../nats_jwt/nkeys.ts";
import type { ScopedKeyUse } from "../permissions/compile_scoped.ts";
import type { Finding } from "./finding.ts";
import { judgeScopedKeys } from "./scoped_key_findings.ts";

const SEED = createSeed("account");
const { publicKey: KEY } = decodeSeed(SEED, "account");
const ACCOUNT: AccountOptions = {
  name: "APP",
  publicKey: "A",
  signingKey: createSeed("account"),
  scopedKeys: [{ name: "devices", signingKey: SEED }],
};
const USE: ScopedKeyUse = {
  rule: "devices",
  account: "APP",
  key: "devices",
  tags: ["site"],
  connections: ["nats", "mqtt"],
};

interface Scene {
  readonly uses?: readonly ScopedKeyUse[];
  readonly varz?: JsonObject;
}

function judge(
  keys: JsonObject[string],
  { uses = [USE], varz = { version: "2.15.2" } }: Scene = {},
): readonly Finding[] {
  return judgeScopedKeys(ACCOUNT, { "nats": { "signing_keys": keys } }, {
    uses,
    varz,
  });
}

function judgeTemplate(
  template: JsonObject,
  scene: Scene = {},
): readonly string[] {
  return judge([{ kind: "user_scope", key: KEY, template }], scene)
    .filter(({ verdict }) => verdict !== "good")
    .map(({ verdict, what }) => `${verdict}: ${what}`);
}

const rows: [why: string, keys: JsonObject[string]][] = [
  ["is a plain signing key", [KEY]],
  ["is of a kind to come", [{ kind: "other_scope", key: KEY }]],
  ["is not known", [{ kind: "user_scope", key: "A" }]],
  ["is in no list", "none"],
];

for (const [why, keys] of rows) {
  Deno.test(`H5 H8 check finds wrong a scoped key that ${why}`, () => {
    assertEquals(judge(keys).map(({ verdict }) => verdict), ["wrong"]);
  });
}

const PUBLISH = "wrong: its template says what its users may publish";
const SUBSCRIBE = "wrong: its template says what its users may subscribe";
const BOTH = {
  "pub": { "allow": ["devices.{{name()}}.>", "sites.{{tag(site)}}.>"] },
  "sub": { "allow": ["devices.{{name()}}.>"] },
};
const templates: [
  why: string,
  template: JsonObject,
  findings: readonly string[],
][] = [
  ["speaks of both sides", BOTH, []],
  ["denies one of them", { ...BOTH, "sub": { "deny": [">"] } }, []],
  ["is empty", {}, [PUBLISH, SUBSCRIBE]],
  ["has empty lists", {
    "pub": { "allow": [], "deny": [] },
    "sub": { "allow": [] },
  }, [PUBLISH, SUBSCRIBE]],
  ["speaks of subscribing alone", { "sub": BOTH.sub }, [PUBLISH]],
  ["speaks of publishing alone", { "pub": BOTH.pub }, [SUBSCRIBE]],
  ["denies a part alone", { ...BOTH, "pub": { "deny": ["a.>"] } }, [PUBLISH]],
  ["allows everything", { "pub": { "allow": [">"] }, "sub": BOTH.sub }, [
    "doubtful: its template allows to publish >",
  ]],
  ["has an open end", {
    ...BOTH,
    "sub": { "allow": ["sites.{{tag(site)}}.*"] },
  }, [
    "doubtful: its template allows to subscribe to sites.{{tag(site)}}.*, by which NATS lets in all that is deeper",
  ]],
  ["has an end that is closed", {
    ...BOTH,
    "sub": { "allow": ["news.*"], "deny": ["news.*.>"] },
  }, []],
  ["has an end that cannot be closed", {
    ...BOTH,
    "sub": { "allow": ["news.*", "news.{{name()}}.>"] },
  }, [
    "doubtful: its template allows news.* beside news.{{name()}}.>, which NATS cannot keep apart",
  ]],
  ["has a subject that cannot be read", {
    ...BOTH,
    "sub": { "allow": ["news-{{name()}}.*", "a.*"], "deny": ["a.*.>", "b*"] },
  }, [
    "unknown: not checked: its template's news-{{name()}}.* has a {{...}} that is only a part of a token",
    "unknown: not checked: its template's b* has a wildcard that is only a part of a token",
  ]],
  ["asks for a tag that no rule sets", {
    ...BOTH,
    "pub": { "allow": ["t.{{ Tag(Team) }}.>", "s.{{tag(site)}}"] },
  }, [
    "doubtful: its template asks for the tag team, which rule devices does not set",
  ]],
];

for (const [why, template, findings] of templates) {
  Deno.test(`H5 H8 H9 check looks at a scoped key whose template ${why}`, () => {
    assertEquals(judgeTemplate(template), findings);
  });
}

Deno.test("check asks for tags of the rules with that key alone", () => {
  const others = [{ ...USE, account: "OTHER", tags: [] }, {
    ...USE,
    key: "others",
    tags: [],
  }];
  assertEquals(judgeTemplate(BOTH, { uses: [USE, ...others] }), []);
});

Deno.test("H6 check finds a template that the server does not keep", () => {
  const template = {
    ...BOTH,
    "sub": {
      "allow": ["a.{{name()}}.*.*"],
      "deny": ["a.{{name()}}.*.*.>"],
    },
  };
  const scenes: [varz: JsonObject, found: number][] = [
    [{ version: "2.12.6" }, 1],
    [{ version: "2.12.6", mqtt: { port: 1883 } }, 2],
    [{ version: "2.12.7" }, 0],
    [{ version: "2.12.13", mqtt: { port: 1883 } }, 1],
  ];
  for (const [varz, count] of scenes) {
    const found = judgeTemplate(template, { varz });
    assertEquals(found.length, count, JSON.stringify(varz));
    assert(found.every((text) => text.startsWith("wrong: nats-server 2.12.")));
    for (const text of found) assertStringIncludes(text, "a.{{name()}}.*.*.>");
  }
});

Deno.test("check asks of a template for MQTT clients only what they need who can have it", () => {
  const template = {
    ...BOTH,
    "sub": { "allow": ["news.*"], "deny": ["news.*.>"] },
  };
  const varz = { version: "2.12.13", mqtt: { port: 1883 } };
  const rows: [connections: ScopedKeyUse["connections"][], found: number][] = [
    [[["nats", "mqtt"]], 1],
    [[["nats"], ["mqtt"]], 1],
    [[["nats", "websocket", "leafnode"]], 0],
    [[], 0],
  ];
  for (const [uses, count] of rows) {
    const found = judgeTemplate(template, {
      uses: uses.map((connections) => ({ ...USE, connections })),
      varz,
    });
    assertEquals(found.length, count, JSON.stringify(uses));
  }
  // Nobody may subscribe to anything.
  const nothing = { ...BOTH, "sub": { "deny": [">"] } };
  assertEquals(judgeTemplate(nothing, { varz }), []);
  const everythingBut = { ...BOTH, "sub": { "deny": ["a.>"] } };
  assertEquals(judgeTemplate(everythingBut, { varz }).length, 2);
});

const LEAF = {
  varz: { version: "2.14.5", leaf: { port: 7422 } },
  uses: [{ ...USE, connections: ["nats", "leafnode"] }],
} as const;
const LEAF_BOTH = {
  "pub": { "allow": ["a.>"], "deny": ["$MQTT.>"] },
  "sub": { "allow": ["a.>"], "deny": ["$MQTT.>"] },
};
const leafRows: [
  why: string,
  template: JsonObject,
  scene: Scene,
  sides: readonly string[],
][] = [
  ["denies $MQTT.>", LEAF_BOTH, LEAF, []],
  ["denies nothing", { "pub": { "allow": ["a.>"] }, "sub": BOTH.sub }, LEAF, [
    "publish",
    "subscribe",
  ]],
  [
    "denies a part",
    {
      ...LEAF_BOTH,
      "pub": { "allow": ["a.>"], "deny": ["$MQTT.sub.>"] },
    },
    LEAF,
    ["publish"],
  ],
  ["denies all", { ...LEAF_BOTH, "sub": { "deny": [">"] } }, LEAF, []],
  [
    "allows all of it",
    {
      ...LEAF_BOTH,
      "sub": { "allow": ["$MQTT.>", "a.>"] },
    },
    LEAF,
    [],
  ],
  ["is no leaf node's", BOTH, { ...LEAF, uses: [USE] }, []],
  ["is on a server without leaf nodes", BOTH, {
    ...LEAF,
    varz: { version: "2.14.5" },
  }, []],
  ["is on a server by which leaf nodes are refused", BOTH, {
    ...LEAF,
    varz: { ...LEAF.varz, version: "2.11.15" },
  }, []],
  ["is on a newer server", BOTH, {
    ...LEAF,
    varz: { ...LEAF.varz, version: "2.15.0" },
  }, []],
];

for (const [why, template, scene, sides] of leafRows) {
  Deno.test(`H5 check looks at a template of leaf nodes that ${why}`, () => {
    assertEquals(
      judgeTemplate(template, scene),
      sides.map((side) =>
        `wrong: nats-server 2.14.5 lets leaf nodes ${side} to $MQTT.>, whatever its template allows`
      ),
    );
  });
}

Deno.test("check says nothing of scoped keys where there are none, or no account to look at", () => {
  const context = { uses: [], varz: {} };
  assertEquals(
    judgeScopedKeys({ ...ACCOUNT, scopedKeys: [] }, {}, context),
    [],
  );
  assertEquals(judgeScopedKeys(ACCOUNT, undefined, context), []);
});
