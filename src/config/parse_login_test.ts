import { assert, assertEquals, assertThrows } from "@std/assert";
import { FACTS, identity } from "../../tests/fixtures/rules_scene.ts";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import type { LoginConfig } from "./config.ts";
import { parseLogin } from "./parse_login.ts";
import { FileFault } from "./text_file.ts";

const DEFAULT_FILE = await Deno.readTextFile(
  new URL("../../config/callout.yaml", import.meta.url),
);

function parse(
  text: string,
  variables: Readonly<Record<string, string>> = {},
): LoginConfig {
  const set = new Map(Object.entries(variables));
  return parseLogin(text, {
    source: "callout.yaml",
    lookup: (name) => set.get(name),
    readFile: () => new FileFault("missing", "does not exist", "make it"),
  });
}

function issuesOf(
  text: string,
  variables?: Readonly<Record<string, string>>,
): readonly ConfigIssue[] {
  return assertThrows(() => parse(text, variables), ConfigError).issues;
}

Deno.test("parseLogin() needs nothing of NATS and no keys that sign", () => {
  const { callout, issuers, rules } = parse(DEFAULT_FILE, {
    OIDC_ISSUER: "https://id.example",
    NATS_URL: "nonsense",
  });
  assertEquals(issuers.map(({ issuer }) => issuer), ["https://id.example"]);
  assertEquals(callout.connectionTypes, ["nats", "websocket", "mqtt"]);
  assertEquals(callout.bearerTokenBytesMax, 8192);
  assertEquals(rules.permit(identity(), FACTS).kind, "grant");
});

Deno.test("parseLogin() knows what the issuers' required claims make certain", () => {
  const { rules } = parse(`${APP}issuers:
  - { issuer: https://id.example, required_claims: { groups: strings } }
rules: [{ name: a, grant: { publish: "a.\${claims.groups}.\${sub}" } }]
`);
  assertEquals(
    rules.warnings.map(({ problem }) => problem.split(",")[0]),
    ["holds ${claims.groups}"],
  );
});

const ISSUER = "issuers: [{ issuer: https://id.example }]\n";
const APP = "accounts: [{ name: APP }]\n";

const wrong: readonly [why: string, text: string, path: string][] = [
  ["no issuer", APP, "issuers or development_issuer.jwks_file"],
  [
    "an issuer without a secret",
    `${APP}issuers: [{ issuer: https://id.example, shared_secrets: [{ secret: "\${SECRET}" }] }]`,
    "issuers[0].shared_secrets[0].secret",
  ],
  [
    "a rule of an issuer that is not there",
    `${APP}${ISSUER}rules: [{ name: a, when: { issuer: https://x }, refuse: true }]`,
    "rules[0].when.issuer",
  ],
  ["a section that is none", `${APP}${ISSUER}rule: []`, "rule"],
  [
    "a connection that is none",
    `${APP}${ISSUER}callout: { connection_types: [quic] }`,
    "callout.connection_types[0]",
  ],
  [
    "A4 tokens that are longer than any that is read",
    `${APP}${ISSUER}callout: { bearer_token_bytes_max: 20000 }`,
    "callout.bearer_token_bytes_max",
  ],
  ["no account", `${ISSUER}accounts: []`, "accounts"],
  ["an account without a name", `${ISSUER}accounts: [{}]`, "accounts"],
];

for (const [why, text, path] of wrong) {
  Deno.test(`parseLogin() refuses ${why}`, () => {
    const issues = issuesOf(text);
    assert(issues.some((issue) => issue.path === path), JSON.stringify(issues));
  });
}
