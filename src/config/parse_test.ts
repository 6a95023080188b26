import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  createCreds,
  createKey,
  FILES,
  formatCreds,
  KEYS,
  parseScene,
  type Scene,
  TEXT,
  VARIABLES,
} from "../../tests/fixtures/config_scene.ts";
import {
  ConfigError,
  type ConfigIssue,
  formatConfigError,
} from "./config_error.ts";

function issuesOf(changed: Partial<Scene>): readonly ConfigIssue[] {
  return assertThrows(() => parseScene(changed), ConfigError).issues;
}

function withLine(after: string, line: string): Partial<Scene> {
  assert(TEXT.includes(after), after);
  return { text: TEXT.replace(after, `${after}\n${line}`) };
}

/** The same with another character in the middle: the checksum is wrong. */
function damage(seed: string): string {
  return `${seed.slice(0, 30)}${seed[30] === "A" ? "B" : "A"}${seed.slice(31)}`;
}

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

const wrong: [
  why: string,
  changed: Partial<Scene>,
  path: string,
  problem: RegExp,
][] = [
  [
    "K8 a setting that is misspelt",
    withLine("callout:", "  budget_mss: 1000"),
    "callout.budget_mss",
    /^is no setting$/,
  ],
  [
    "K8 a section that is misspelt",
    { text: `${TEXT}\nmonitorin: {}` },
    "monitorin",
    /no setting/,
  ],
  [
    "K8 a setting of an entry that is misspelt",
    withLine(
      "  - issuer: https://issuer.example",
      "    jwksurl: https://x.example",
    ),
    "issuers[0].jwksurl",
    /no setting/,
  ],
  [
    "a number out of bounds",
    withLine("callout:", "  budget_ms: 99"),
    "callout.budget_ms",
    /^must be from 100 to 10000$/,
  ],
  [
    "a number out of bounds from the environment",
    {
      ...withLine("callout:", "  budget_ms: ${BUDGET_MS}"),
      variables: { ...VARIABLES, BUDGET_MS: "10001" },
    },
    "callout.budget_ms",
    /^must be from 100 to 10000$/,
  ],
  [
    "a fraction",
    withLine("callout:", "  budget_ms: 1000.5"),
    "callout.budget_ms",
    /^must be a whole number$/,
  ],
  [
    "text for a number",
    withLine("callout:", "  budget_ms: 4s"),
    "callout.budget_ms",
    /^must be a whole number$/,
  ],
  [
    "text for a switch",
    withLine("callout:", "  allow_plaintext: yes"),
    "callout.allow_plaintext",
    /^must be true or false$/,
  ],
  [
    "a list for a section",
    {
      text: TEXT.replace(
        "nats:\n  creds_file: callout.creds",
        "nats: [callout.creds]",
      ),
    },
    "nats",
    /^must be a section/,
  ],
  [
    "a number for text",
    withLine("nats:", "  queue_group: 7"),
    "nats.queue_group",
    /^must be text$/,
  ],
  [
    "a choice that is none",
    { text: `${TEXT}\nlog: { format: xml }` },
    "log.format",
    /^must be one of auto, json, text$/,
  ],
  [
    "I1 no queue group",
    withLine("nats:", '  queue_group: "a b"'),
    "nats.queue_group",
    /must be/,
  ],
  [
    "no server",
    withLine("nats:", "  servers: []"),
    "nats.servers",
    /names no server/,
  ],
  [
    "a server by http",
    withLine("nats:", "  servers: http://x:80"),
    "nats.servers[0]",
    /nats:\/\/ or tls:/,
  ],
  [
    "a server with a password",
    withLine("nats:", "  servers: nats://canary:canary@x:4222"),
    "nats.servers[0]",
    /user or a password/,
  ],
  [
    "servers with and without TLS",
    withLine("nats:", "  servers: tls://a:4222, nats://b:4222"),
    "nats.servers",
    /mixes/,
  ],
  [
    "a certificate without its key",
    withLine("nats:", "  tls: { cert_file: issuer.jwks.json }"),
    "nats.tls.key_file",
    /come together/,
  ],
  [
    "an account that is none",
    {
      variables: {
        ...VARIABLES,
        CALLOUT_ACCOUNT_KEY: createKey("user").publicKey,
      },
    },
    "callout.account",
    /begins with A, and is the public key of a user/,
  ],
  [
    "a seed for a public key",
    {
      variables: { ...VARIABLES, NATS_ACCOUNT_KEY: createKey("account").seed },
    },
    "accounts[0].public_key",
    /begins with A, and is the seed of an account/,
  ],
  [
    "a public key for a seed",
    {
      variables: {
        ...VARIABLES,
        NATS_ACCOUNT_SECRET: KEYS.application.publicKey,
      },
    },
    "accounts[0].signing_key",
    /begins with SA, and holds the public key of an account/,
  ],
  [
    "a user's seed for the xkey",
    { variables: { ...VARIABLES, CALLOUT_XKEY: createKey("user").seed } },
    "callout.xkey",
    /begins with SX, and holds the seed of a user/,
  ],
  [
    "a damaged seed",
    {
      files: {
        ...FILES,
        "callout.signing_key": damage(KEYS.signing.seed),
      },
    },
    "callout.signing_key_file",
    /begins with SA, and holds/,
  ],
  [
    "a missing xkey",
    { variables: { ...VARIABLES, CALLOUT_XKEY: "" } },
    "callout.xkey or callout.xkey_file",
    /^is missing$/,
  ],
  [
    "a variable that is not set",
    { variables: { ...VARIABLES, NATS_ACCOUNT_KEY: "" } },
    "accounts[0].public_key",
    /^is missing$/,
  ],
  [
    "a server id that is none",
    withLine("callout:", `  trusted_servers: [${KEYS.callout.publicKey}]`),
    "callout.trusted_servers[0]",
    /begins with N/,
  ],
  [
    "I22 a connection type that is none",
    withLine("callout:", "  connection_types: [nats, tcp]"),
    "callout.connection_types[1]",
    /^must be one of nats, websocket, mqtt, leafnode$/,
  ],
  [
    "I22 no connection type",
    withLine("callout:", "  connection_types: []"),
    "callout.connection_types",
    /must have an entry/,
  ],
  [
    "creds of another account",
    {
      files: {
        ...FILES,
        "callout.creds": createCreds(KEYS.application.publicKey),
      },
    },
    "nats.creds_file",
    /in another account/,
  ],
  [
    "creds whose parts do not belong together",
    {
      files: {
        ...FILES,
        "callout.creds": formatCreds(
          /^ey\S+$/m.exec(FILES["callout.creds"] ?? "")?.[0] ?? "",
          createKey("user").seed,
        ),
      },
    },
    "nats.creds_file",
    /for another seed/,
  ],
  [
    "creds that are none",
    { files: { ...FILES, "callout.creds": KEYS.signing.seed } },
    "nats.creds_file",
    /without a NATS user JWT/,
  ],
  [
    "H10 the account SYS",
    { text: TEXT.replace("name: APP", "name: sys") },
    "accounts[0].name",
    /account of NATS/,
  ],
  [
    "H10 the account AUTH",
    { text: TEXT.replace("name: APP", "name: AUTH") },
    "accounts[0].name",
    /account of NATS/,
  ],
  [
    "H10 the key of the account AUTH",
    { variables: { ...VARIABLES, NATS_ACCOUNT_KEY: KEYS.callout.publicKey } },
    "accounts[0].public_key",
    /is the account AUTH itself/,
  ],
  [
    "H10 an account for users that is not listed",
    { text: `${TEXT}\npermissions: { account: OTHER }` },
    "permissions.account",
    /no account/,
  ],
  [
    "an address that is a name",
    { text: `${TEXT}\nmonitoring: { listen: "example.com:80" }` },
    "monitoring.listen",
    /address and a port/,
  ],
  [
    "an address without a port",
    { text: `${TEXT}\nmonitoring: { listen: 127.0.0.1 }` },
    "monitoring.listen",
    /address and a port/,
  ],
  [
    "a reference that names no variable",
    withLine("nats:", "  servers: nats://${1}:4222"),
    "nats.servers",
    /does not name a variable/,
  ],
];

for (const [why, changed, path, problem] of wrong) {
  Deno.test(`parseConfig() refuses ${why}`, () => {
    const issues = issuesOf(changed);
    assertEquals(issues.map((issue) => issue.path), [path]);
    const [issue] = issues;
    assert(problem.test(issue?.problem ?? ""), issue?.problem);
    assert((issue?.remedy ?? "") !== "");
  });
}

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
  assertEquals(config.nats.servers, [
    "tls://a.example:4222",
    "tls://[::1]:4333",
  ]);
  assertEquals(config.nats.tls, {});
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
