import { assert, assertEquals, assertThrows } from "@std/assert";
import { createTestClocks } from "../../tests/fixtures/asked_server.ts";
import { parseScene, VARIABLES } from "../../tests/fixtures/config_scene.ts";
import { FACTS, identity } from "../../tests/fixtures/rules_scene.ts";
import { ALL_TOKENS } from "../../tests/fixtures/token_settings.ts";
import { createAuthenticator } from "../identity/authenticator.ts";
import { ConfigError } from "./config_error.ts";
import { parseRules } from "./parse_rules.ts";
import type { PlacedSource, TokenSource } from "./token_sources.ts";

const DEFAULT_FILE = await Deno.readTextFile(
  new URL("../../config/callout.yaml", import.meta.url),
);

function parse(
  text: string,
  variables: Readonly<Record<string, string>> = {},
): ReturnType<typeof parseRules> {
  const set = new Map(Object.entries(variables));
  return parseRules(text, {
    source: "callout.yaml",
    lookup: (name) => set.get(name),
  });
}

Deno.test("parseRules() needs no keys, no files and no variables", () => {
  const { connectionTypes, permissions, rules, sources } = parse(DEFAULT_FILE);
  assertEquals([sources, permissions.account], [[], "APP"]);
  assertEquals(connectionTypes, ["nats", "websocket", "mqtt"]);
  assertEquals(rules.permit(identity(), FACTS).kind, "grant");
});

Deno.test("parseRules() knows the issuers and their labels", () => {
  const { rules, sources } = parse(`
accounts: [{ name: APP, public_key: nonsense }]
issuers:
  - { issuer: https://id.example, label: first, jwks_file: not/there }
  - { issuer: https://second.example, algorithms: [nonsense] }
rules: [{ name: a, when: { issuer: https://third.example }, refuse: true }, { name: b, grant: { publish: "\${sub}.x" } }]
`);
  assertEquals(sources.map(({ issuer }) => issuer), [
    "https://id.example",
    "https://second.example",
  ]);
  const outcome = rules.permit(identity(), FACTS);
  assertEquals(outcome.kind === "grant" && outcome.name, "first=alice");
});

Deno.test("parseRules() knows the sources of tokens that the whole configuration has", () => {
  const authenticator = createAuthenticator(
    parseScene(ALL_TOKENS).config,
    createTestClocks().dependencies,
  );
  const { sources } = parse(ALL_TOKENS.text, VARIABLES);
  const names = (
    all: readonly Pick<TokenSource, "issuer" | "credential">[],
  ): readonly string[] =>
    all.map(({ issuer, credential }) => `${credential} of ${issuer}`).sort();
  assertEquals(names(sources), names(authenticator.status()));
  authenticator.stop();
  const cluster: PlacedSource = {
    issuer: "https://cluster.example",
    credential: "kubernetes",
    path: "kubernetes[0]",
    label: "k8s",
    clockToleranceSeconds: 30,
    lifetimeSecondsMax: 86_400,
    namespaces: ["shop"],
  };
  assertEquals(
    sources.find(({ credential }) => credential === "kubernetes"),
    cluster,
  );
});

Deno.test("parseRules() says what is wrong with rules, and with nothing else", () => {
  const error = assertThrows(
    () =>
      parse(`
nonsense: 1
nats: { servers: 7 }
accounts: [{ name: APP }]
rules: [{ name: a, grant: { publish: a..b } }, { name: b, gratn: {} }]
`),
    ConfigError,
  );
  assert(error.issues.length >= 2);
  assertEquals(
    error.issues.filter(({ path }) => !path.startsWith("rules[")),
    [],
  );
});

Deno.test("parseRules() says what keeps the file from being read", () => {
  const error = assertThrows(() => parse("rules: [\n"), ConfigError);
  assert(error.issues.length > 0);
});
