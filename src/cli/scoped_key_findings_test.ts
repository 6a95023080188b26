import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../base/json.ts";
import type { AccountOptions } from "../nats/callout_service.ts";
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

Deno.test("check says nothing of scoped keys where there are none, or no account to look at", () => {
  const context = { uses: [], varz: {} };
  assertEquals(
    judgeScopedKeys({ ...ACCOUNT, scopedKeys: [] }, {}, context),
    [],
  );
  assertEquals(judgeScopedKeys(ACCOUNT, undefined, context), []);
});
