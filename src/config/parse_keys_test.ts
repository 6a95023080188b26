import {
  assertRefused,
  createCreds,
  createKey,
  FILES,
  formatCreds,
  KEYS,
  type Scene,
  TEXT,
  VARIABLES,
  withLine,
} from "../../tests/fixtures/config_scene.ts";

/** The same with another character in the middle: the checksum is wrong. */
function damage(seed: string): string {
  return `${seed.slice(0, 30)}${seed[30] === "A" ? "B" : "A"}${seed.slice(31)}`;
}

/** The scene with an account before the one that it has. */
function besideApp(name: string, publicKey: string): Partial<Scene> {
  const account = {
    name,
    "public_key": publicKey,
    "signing_key": createKey("account").seed,
  };
  const accounts = `accounts:\n  - ${JSON.stringify(account)}`;
  return {
    text: `${
      TEXT.replace("accounts:", accounts)
    }\npermissions: { account: APP }`,
  };
}

const wrong: [
  why: string,
  changed: Partial<Scene>,
  path: string,
  problem: RegExp,
][] = [
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
    "a name of two accounts",
    besideApp("APP", createKey("account").publicKey),
    "accounts[1]",
    /has the name or the public key of an account before it/,
  ],
  [
    "a key of two accounts",
    besideApp("OTHER", KEYS.application.publicKey),
    "accounts[1]",
    /has the name or the public key of an account before it/,
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
];

for (const [why, changed, path, problem] of wrong) {
  Deno.test(`parseConfig() refuses ${why}`, () => {
    assertRefused(changed, path, problem);
  });
}
