import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  createKey,
  issuesOf,
  parseScene,
  TEXT,
} from "../../tests/fixtures/config_scene.ts";
import { FACTS, identity, listed } from "../../tests/fixtures/rules_scene.ts";
import { ALL_TOKENS } from "../../tests/fixtures/token_settings.ts";
import type { Identity } from "../base/identity.ts";
import { API_TOKENS_DEFAULTS } from "../identity/api_tokens.ts";
import type { Grant } from "../permissions/grant.ts";

const ISSUER = "https://issuer.example";

function alice(claims: Identity["claims"] = {}): Identity {
  return identity({ issuer: ISSUER, claims });
}

function grantFrom(text: string, claims: Identity["claims"] = {}): Grant {
  const { config } = parseScene({ text: `${TEXT}\n${text}` });
  const outcome = config.rules.permit(alice(claims), FACTS);
  assert(outcome.kind === "grant", JSON.stringify(outcome));
  return outcome;
}

Deno.test("H5 without rules everybody has a subtree of their own", () => {
  const { publish, subscribe } = listed(grantFrom(""));
  assertEquals([publish.allow, subscribe.allow], [["users.alice.>"], [
    "users.alice.>",
  ]]);
});

Deno.test("parseConfig() reads every part of the language", () => {
  const grant = grantFrom(
    `
rules:
  - name: nobody
    when: { issuer: [${ISSUER}], kind: [webhook], connection: mqtt, source: 10.0.0.0/8 }
    refuse: true
  - name: operators
    when:
      issuer: ${ISSUER}
      claims:
        groups: { contains: ops }
        level: { one_of: [1, 2, "3"] }
        /realm/roles: { contains_one_of: [a, b] }
        scope: { scope_contains: read }
        employee: { equals: true }
        team: present
        leaver: absent
    grant:
      account: APP
      publish: { allow: ["ops.\${claims.team}.>"], deny: ops.secret }
      subscribe: [news.*, jobs.> workers]
      inbox: private
      preset: [request_reply, { kv_read: settings }, { jetstream_consumer: { stream: ORDERS, durable: "\${sub}" } }]
      allow_responses: { max: 3, ttl: 10s }
      session: 8h
      only: { connections: [nats], sources: 192.0.2.0/24, hours: { days: [mon], from: "08:00", to: "18:00", time_zone: Europe/Berlin } }
`,
    {
      groups: ["ops"],
      level: 2,
      realm: { roles: ["b"] },
      scope: "write read",
      employee: true,
      team: "red",
    },
  );
  const { publish, responses, subscribe } = listed(grant);
  assertEquals(grant.rule, "operators");
  assertEquals(publish.allow[0], "ops.red.>");
  assertEquals(publish.deny, ["ops.secret"]);
  assertEquals(subscribe, {
    allow: ["news.*", "jobs.> workers", "users.alice._INBOX.>"],
    deny: ["news.*.>"],
  });
  assertEquals(responses, { messagesMax: 3, seconds: 10 });
  assertEquals(grant.sessionSecondsMax, 28_800);
  assertEquals(grant.endsBy, Date.parse("2026-03-02T17:00:00Z") / 1000);
});

Deno.test("variables in capitals are filled in rules too, placeholders are left to the login", () => {
  const { config } = parseScene({
    text:
      `${TEXT}\nrules:\n  - { name: a, grant: { publish: "\${CALLOUT_ACCOUNT_KEY}.\${sub}.\${claims.x}.\${MISSING:-y}" } }`,
  });
  const outcome = config.rules.permit(alice({ x: "z" }), FACTS);
  assert(outcome.kind === "grant");
  assertMatch(
    listed(outcome).publish.allow.join(),
    /^A[A-Z2-7]{55}\.alice\.z\.y$/,
  );
});

Deno.test("a scoped key has a name and a seed in the account, and rules use it by that name", () => {
  const { seed } = createKey("account");
  const account = `    signing_key: \${NATS_ACCOUNT_SECRET}`;
  const text = TEXT.replace(
    account,
    `${account}\n    scoped_keys: [{ name: devices, signing_key: ${seed} }]`,
  );
  const { config } = parseScene({
    text:
      `${text}\nrules:\n  - { name: a, grant: { scoped_key: devices, tags: { site: "\${claims.site}" } } }`,
  });
  const outcome = config.rules.permit(alice({ site: "*" }), FACTS);
  assert(outcome.kind === "grant" && outcome.permissions.kind === "scoped");
  assertEquals(outcome.permissions, {
    kind: "scoped",
    key: "devices",
    tags: ["site:=Kg"],
  });
  assertEquals(config.accounts[0]?.scopedKeys?.map(({ name }) => name), [
    "devices",
  ]);
});

Deno.test("an empty text is a value like others to compare a claim with", () => {
  const text =
    `${TEXT}\nrules: [{ name: a, when: { claims: { x: { equals: "" } } }, grant: { publish: a } }]`;
  const { config } = parseScene({ text });
  assertEquals(config.rules.permit(alice({ x: "" }), FACTS).kind, "grant");
  assertEquals(config.rules.permit(alice({ x: "y" }), FACTS).kind, "rejected");
});

Deno.test("H5 parseConfig() refuses the account's own key as a scoped one: it would allow everything", () => {
  const account = `    signing_key: \${NATS_ACCOUNT_SECRET}`;
  const issues = issuesOf({
    text: TEXT.replace(
      account,
      `${account}\n    scoped_keys: [{ name: devices, signing_key: "\${NATS_ACCOUNT_SECRET}" }]`,
    ),
  });
  assertEquals(issues.map(({ path }) => path), ["accounts[0].scoped_keys[0]"]);
});

Deno.test("parseConfig() warns of rules that surprise", () => {
  const { warnings } = parseScene({
    text:
      `${TEXT}\nrules: [{ name: a, grant: { publish: ">" } }, { name: b, grant: { publish: a } }]`,
  });
  assertEquals(
    warnings.map(({ code, isWrong, setting }) => [code, setting, isWrong]),
    [
      ["rule_surprising", "rules[0].grant.publish", undefined],
      ["rule_surprising", "rules[1]", true],
    ],
  );
});

Deno.test("parseConfig() warns of values that the issuer's required claims keep from being filled", () => {
  const { warnings } = parseScene({
    text: `${
      TEXT.replace(
        `issuer: ${ISSUER}`,
        `issuer: ${ISSUER}\n    required_claims: { groups: strings }`,
      )
    }
rules:
  - { name: a, grant: { publish: "a.\${claims.groups}.\${sub}" } }
`,
  });
  assertEquals(warnings.map(({ detail }) => detail), [
    `Rule a holds \${claims.groups}, and claim "groups" is a list of strings in tokens of ${ISSUER}: whoever matches is refused`,
  ]);
});

Deno.test("with several accounts each rule names one, or permissions.account does", () => {
  const { publicKey, seed } = [createKey("account"), createKey("account")]
    .reduce((one, other) => ({ publicKey: one.publicKey, seed: other.seed }));
  const text = TEXT.replace(
    "issuers:",
    `  - { name: OTHER, public_key: ${publicKey}, signing_key: ${seed} }\nissuers:`,
  );
  const { config } = parseScene({
    text:
      `${text}\nrules: [{ name: a, grant: { account: OTHER, publish: a } }]`,
  });
  const outcome = config.rules.permit(alice(), FACTS);
  assertEquals(outcome.kind === "grant" && outcome.account, "OTHER");
  const issues = issuesOf({
    text: `${text}\nrules: [{ name: a, grant: { publish: a } }]`,
  });
  assertEquals(issues.map(({ path }) => path), ["rules[0].grant.account"]);
});

Deno.test("G4 account and permissions of an API token are what a rule says of its claims, and are judged at load", () => {
  const { publicKey } = createKey("account");
  const { seed } = createKey("account");
  const text = `${
    TEXT.replace(
      "issuers:",
      `  - { name: PLANT, public_key: ${publicKey}, signing_key: ${seed} }\nissuers:`,
    )
  }
api_tokens: { file: api-tokens.json, label: api }
rules:
  - name: north
    when: { kind: api_token, claims: { site: { equals: north } } }
    grant: { account: PLANT, publish: "north.\${sub}.>" }
  - { name: others, grant: { account: APP, publish: "users.\${sub}.>" } }
`;
  const scene = { ...ALL_TOKENS, text };
  const { permit } = parseScene(scene).config.rules;
  const token: Partial<Identity> = {
    credential: "api_token",
    issuer: API_TOKENS_DEFAULTS.issuer,
    sub: "sensor-17",
  };
  for (
    const [claims, account, subject] of [
      [{ site: "north" }, "PLANT", "north.api=sensor-17.>"],
      [{ site: "south" }, "APP", "users.api=sensor-17.>"],
    ] as const
  ) {
    const outcome = permit(identity({ ...token, claims }), FACTS);
    assert(outcome.kind === "grant");
    assertEquals(outcome.account, account);
    assertEquals(listed(outcome).publish.allow, [subject]);
  }
  assertEquals(
    issuesOf({
      ...scene,
      text: text.replace("account: PLANT,", "account: PLNT,"),
    })
      .map(({ path }) => path),
    ["rules[0].grant.account"],
  );
});

Deno.test("the example of config/callout.yaml is right", async () => {
  const file = await Deno.readTextFile(
    new URL("../../config/callout.yaml", import.meta.url),
  );
  const lines = file.split("\n");
  const start = lines.indexOf("# rules:");
  const end = lines.findIndex((line, index) =>
    index > start && !line.startsWith("#")
  );
  const rules = lines.slice(start, end).map((line) => line.slice(2)).join("\n")
    .replaceAll("https://id.example.com", ISSUER);
  const account = `    signing_key: \${NATS_ACCOUNT_SECRET}`;
  const text = TEXT.replace(
    account,
    `${account}\n    scoped_keys: [{ name: devices, signing_key: ${
      createKey("account").seed
    } }]`,
  );
  const { config, warnings } = parseScene({ text: `${text}\n${rules}` });
  assertEquals(warnings, []);
  const outcome = config.rules.permit(alice(), FACTS);
  assertEquals(outcome.kind === "grant" && outcome.rule, "everyone");
});
