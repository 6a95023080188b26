import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  issuesOf,
  KEYS,
  parseScene,
  TEXT,
  VARIABLES,
  withLine,
} from "../../tests/fixtures/config_scene.ts";
import { ConfigError, formatConfigError } from "./config_error.ts";

Deno.test("parseConfig() takes a configuration that is right", () => {
  const { config, warnings } = parseScene();
  assertEquals(warnings, []);
  assertEquals(config.nats.servers, ["nats://127.0.0.1:4222"]);
  assertEquals(config.nats.queueGroup, "nats-auth-callout");
  assertEquals(config.nats.tls, undefined);
  assertEquals(config.callout.account, KEYS.callout.publicKey);
  assertEquals(config.callout.signingKey.reveal(), KEYS.signing.seed);
  assertEquals(config.callout.xkey?.reveal(), KEYS.xkey.seed);
  assertEquals(config.callout.budgetMs, 4000);
  assertEquals(
    config.accounts.map(({ name, publicKey }) => [name, publicKey]),
    [
      ["APP", KEYS.application.publicKey],
    ],
  );
  assertEquals(
    config.issuers.map(({ issuer, algorithms, audiences }) => ({
      issuer,
      algorithms,
      audiences,
    })),
    [{
      issuer: "https://issuer.example",
      algorithms: ["RS256", "ES256", "EdDSA"],
      audiences: ["nats"],
    }],
  );
  assertEquals(config.permissions.account, "APP");
  assertEquals(config.monitoring, { hostname: "127.0.0.1", port: 8080 });
  assertEquals(config.log, { format: "auto", level: "info" });
});

Deno.test("parseConfig() says what a misspelt name may mean", () => {
  const [issue] = issuesOf(withLine("callout:", "  budgetMs: 1000"));
  assertEquals(issue?.remedy, "did you mean budget_ms?");
});

Deno.test("K8 parseConfig() reports all problems at once", () => {
  const issues = issuesOf({
    text: `
nats: { servers: "http://x", queue_grup: a }
callout: { account: A, budget_ms: 5, signing_key_file: nowhere, xkey_file: nowhere }
accounts: [{ name: SYS, signing_key: SU }]
issuers: [{ issuer: "https://a.example", algorithms: [none], jwks_url: "http://a.example" }]
monitoring: { listen: ":1" }
log: { level: loud }
`,
  });
  assertEquals(issues.map(({ path }) => path).sort(), [
    "accounts[0].name",
    "accounts[0].public_key",
    "accounts[0].signing_key",
    "callout.account",
    "callout.budget_ms",
    "callout.signing_key_file",
    "callout.xkey_file",
    "issuers[0].algorithms",
    "issuers[0].jwks_url",
    "log.level",
    "monitoring.listen",
    "nats.creds_file",
    "nats.queue_grup",
    "nats.servers[0]",
  ]);
});

Deno.test("parseConfig() runs without an xkey only when told so, and says it", () => {
  const { text = "" } = withLine("callout:", "  allow_plaintext: true");
  const without = parseScene({
    text: text.replace("  xkey: ${CALLOUT_XKEY:-}", "  xkey_file: nowhere"),
  });
  assertEquals(without.config.callout.xkey, undefined);
  assertEquals(without.warnings.map(({ code }) => code), [
    "callout_plaintext_allowed",
  ]);
  const present = parseScene({ text });
  assertEquals(present.config.callout.xkey?.reveal(), KEYS.xkey.seed);
  assertEquals(present.warnings, []);
});

Deno.test("parseConfig() takes lists, numbers and switches from the environment", () => {
  const { config } = parseScene({
    text: TEXT.replace(
      "callout:",
      "callout:\n  budget_ms: ${A}\n  allow_plaintext: ${B}\n  connection_types: ${C}\n  requests_waiting_max: ${D:-}",
    ).replace("nats:", "nats:\n  servers: ${E}"),
    variables: {
      ...VARIABLES,
      A: "1500",
      B: "true",
      C: "nats, mqtt",
      E: "tls://a.example,tls://[::1]:4333",
    },
  });
  assertEquals(config.callout.budgetMs, 1500);
  assertEquals(config.callout.connectionTypes, ["nats", "mqtt"]);
  assertEquals(config.callout.requestsWaitingMax, 10_000);
  assertEquals(config.callout.bearerTokenBytesMax, 8192);
  assertEquals(config.nats.servers, [
    "tls://a.example:4222",
    "tls://[::1]:4333",
  ]);
});

Deno.test("parseConfig() says that nothing is configured, and the two ways on", () => {
  const error = assertThrows(
    () => parseScene({ variables: {}, files: {} }),
    ConfigError,
  );
  const text = formatConfigError(error);
  assertFalse(
    text.includes("Nothing is configured"),
    "the file names an issuer",
  );
  const secret = assertThrows(
    () =>
      parseScene({
        text:
          "issuers: [{ issuer: a, shared_secrets: [{ secret: '${SHOP_SECRET}', encoding: hex }] }]",
        variables: {},
      }),
    ConfigError,
  );
  assertFalse(
    formatConfigError(secret).includes("Nothing is configured"),
    "a secret of the issuer that is named is not set",
  );
  const nothing = assertThrows(
    () =>
      parseScene({
        text: "callout: { account: '${CALLOUT_ACCOUNT_KEY}' }",
        variables: {},
      }),
    ConfigError,
  );
  const said = formatConfigError(nothing);
  for (
    const part of [
      "Nothing is configured here yet",
      "docker compose up",
      "deno task dev",
      "CALLOUT_ACCOUNT_KEY",
      "OIDC_ISSUER",
      "OIDC_JWKS_URL",
      "DEV_ISSUER_JWKS_FILE",
    ]
  ) assert(said.includes(part), `${part} in ${said}`);
});

Deno.test("J1 E5 parseConfig() shows nothing that stands in a wrong place", () => {
  const canary = "SUACANARY";
  const texts = [
    `${canary}: 1`,
    `callout: { ${canary}: x }`,
    `callout:\n  signing_key:\n    ${canary}: x`,
    `callout: { account: ${canary}, signing_key: ${canary}, xkey: ${canary}, budget_ms: ${canary} }`,
    `callout: [${canary}]`,
    `accounts: ${canary}`,
    `accounts: [${canary}]`,
    `nats: { servers: "nats://u:${canary}@h", queue_group: "${canary} ", creds_file: [${canary}] }`,
    `log: { level: ${canary}, format: ${canary} }`,
    `monitoring: { listen: ${canary} }`,
    `permissions: { account: ${canary} }`,
    `issuers: [{ issuer: a, algorithms: [${canary}], jwks_url: ${canary}, label: ${canary} }]`,
    `issuers: [{ issuer: a, shared_secrets: [{ secret: ${canary}, encoding: ${canary} }] }]`,
    `issuers: [{ issuer: a, shared_secrets: [{ secret: ${canary}, encoding: hex }] }]`,
    `a: "${canary}`,
    `a: *${canary}`,
    `a: &${canary} 1`,
    `a: !${canary} 1`,
    `${canary}: 1\n${canary}: 2`,
    `\${${canary}`,
  ];
  for (const text of texts) {
    const error = assertThrows(() => parseScene({ text }), ConfigError);
    const said = `${formatConfigError(error)} ${error.message} ${
      Deno.inspect(error)
    }`;
    assertFalse(said.includes(canary), said);
  }
});

Deno.test("J1 E5 parseConfig() puts nothing secret into a configuration that is printed", () => {
  const { config } = parseScene();
  const printed = [
    Deno.inspect(config, { depth: 20, showHidden: true }),
    JSON.stringify(config),
  ].join();
  const secrets = [
    KEYS.signing.seed,
    KEYS.xkey.seed,
    KEYS.applicationSigning.seed,
    "BEGIN",
  ];
  for (const secret of secrets) assertFalse(printed.includes(secret));
});
