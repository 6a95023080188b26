import { assert, assertEquals, assertRejects } from "@std/assert";
import { createCreds, createKey } from "../../tests/fixtures/config_scene.ts";
import { SILENT } from "../../tests/fixtures/library_scene.ts";
import { rejected } from "../base/outcome.ts";
import { Secret } from "../base/secret.ts";
import { startCalloutService } from "./callout_service.ts";
import type { ScopedKeyOptions } from "./service_options.ts";
import { type CheckedOptions, optionProblems } from "./option_problems.ts";

const callout = createKey("account");
const application = createKey("account");
const applicationSigning = createKey("account");
const other = createKey("account");

const { nats, ...GOOD }: CheckedOptions = {
  nats: {
    servers: ["nats://127.0.0.1:4222"],
    credentials: {
      kind: "creds",
      creds: new Secret(createCreds(callout.publicKey)),
    },
    queueGroup: "callout",
  },
  callout: {
    account: callout.publicKey,
    signingKey: new Secret(createKey("account").seed),
    xkey: new Secret(createKey("curve").seed),
    trustedServerIds: [createKey("server").publicKey],
    budgetMs: 4000,
    requestsInFlightMax: 1,
    requestsWaitingMax: 1,
    connectionTypes: ["nats"],
    bearerTokenBytesMax: 8192,
  },
  accounts: [{
    name: "APP",
    publicKey: application.publicKey,
    signingKey: new Secret(applicationSigning.seed),
  }],
};

/** The good options with some of `nats`, of `callout` or of the account changed. */
function inNats(changed: object): CheckedOptions {
  return { ...GOOD, nats: { ...nats, ...changed } };
}

function inCallout(changed: object): CheckedOptions {
  return { ...GOOD, nats, callout: { ...GOOD.callout, ...changed } };
}

function inAccounts(...changed: readonly object[]): CheckedOptions {
  const [account] = GOOD.accounts;
  assert(account !== undefined);
  return {
    ...GOOD,
    nats,
    accounts: changed.map((each) => ({ ...account, ...each })),
  };
}

/** With an account that is known by its name, and that seed of AUTH for all. */
function withoutOperator(
  changed: object = {},
  issuerSeed = callout.seed,
): CheckedOptions {
  const signingKey = new Secret(issuerSeed);
  return {
    ...inAccounts({ publicKey: undefined, signingKey, ...changed }),
    callout: { ...GOOD.callout, signingKey },
    nats: { ...nats, credentials: { kind: "nkey", seed } },
  };
}

function scopedKey(
  name: string,
  seed = createKey("account").seed,
): ScopedKeyOptions {
  return { name, signingKey: new Secret(seed) };
}

/** Of a kind that is needed nowhere here. */
const seed = new Secret(createKey("user").seed);

type Row = [why: string, options: CheckedOptions, problem: RegExp];

function outOfBounds(name: string, values: number[], bounds: string): Row[] {
  return [...values, 2000.5, NaN, Infinity].map((value) => [
    `${value} as ${name}`,
    inCallout({ [name]: value }),
    new RegExp(`^callout\\.${name} is out of bounds: .*${bounds}`),
  ]);
}

const wrong: Row[] = [
  [
    "I1 no queue group",
    inNats({ queueGroup: "" }),
    /^nats\.queueGroup is none/,
  ],
  [
    "I1 a queue group with a space",
    inNats({ queueGroup: "a b" }),
    /^nats\.queueGroup is none/,
  ],
  [
    "I1 a queue group with a wildcard",
    inNats({ queueGroup: "a.*" }),
    /^nats\.queueGroup is none/,
  ],
  ["no server", inNats({ servers: [] }), /^nats\.servers names no server/],
  [
    "a server with a password",
    inNats({ servers: ["nats://canary:canary@127.0.0.1:4222"] }),
    /^nats\.servers\[0\] holds a user or a password/,
  ],
  [
    "a server of another scheme",
    inNats({ servers: [...nats.servers, "wss://127.0.0.1:443"] }),
    /^nats\.servers\[1\] must begin with nats:\/\/ or tls:\/\//,
  ],
  [
    "servers with and without TLS",
    inNats({ servers: [...nats.servers, "tls://127.0.0.1:4222"] }),
    /^nats\.servers mixes/,
  ],
  [
    "creds that are none",
    inNats({ credentials: { kind: "creds", creds: new Secret("canary") } }),
    /^nats\.creds is a text without a NATS user JWT/,
  ],
  [
    "creds of a user in another account",
    inNats({
      credentials: {
        kind: "creds",
        creds: new Secret(createCreds(other.publicKey)),
      },
    }),
    /^nats\.creds is a text with the creds of a user in another account/,
  ],
  [
    "an nkey of an account",
    {
      ...withoutOperator(),
      nats: {
        ...nats,
        credentials: { kind: "nkey", seed: new Secret(other.seed) },
      },
    },
    /^nats\.nkeySeed must hold a seed that begins with SU, and holds the seed of an account/,
  ],
  [
    "another signing key than the issuer's where there is no operator",
    withoutOperator({}, other.seed),
    /^callout\.signingKey is not the seed of callout\.account/,
  ],
  [
    "a client certificate without its key",
    inNats({ tls: { certFile: "client.pem" } }),
    /^nats\.tls has one of/,
  ],
  [
    "an account AUTH that is none",
    inCallout({ account: "oops" }),
    /^callout\.account must be a public key that begins with A/,
  ],
  [
    "a signing key of a user",
    inCallout({ signingKey: seed }),
    /^callout\.signingKey must hold a seed that begins with SA, and holds the seed of a user/,
  ],
  [
    "an xkey of a user",
    inCallout({ xkey: seed }),
    /^callout\.xkey must hold a seed that begins with SX/,
  ],
  [
    "a trusted server that is an account",
    inCallout({ trustedServerIds: [callout.publicKey] }),
    /^callout\.trustedServers\[0\] must be a public key that begins with N/,
  ],
  ...outOfBounds("requestsInFlightMax", [0, -1], "above 0"),
  ...outOfBounds("requestsWaitingMax", [0, -1], "above 0"),
  ...outOfBounds("budgetMs", [0, 99, 10_001, 1e9], "100 to 10000"),
  ...outOfBounds("bearerTokenBytesMax", [0, 1023, 16_385], "1024 to 16384"),
  [
    "I22 no connection type",
    inCallout({ connectionTypes: [] }),
    /^callout\.connectionTypes has none/,
  ],
  [
    "I22 a connection type that is none",
    inCallout({ connectionTypes: ["nats", "tcp"] }),
    /^callout\.connectionTypes has none, or one/,
  ],
  ["no account", inAccounts(), /^accounts is empty/],
  [
    "an account without a name",
    inAccounts({ name: "" }),
    /^accounts\[0\]\.name is empty/,
  ],
  [
    "H10 the system account",
    inAccounts({ name: "$SYS" }),
    /^accounts\[0\]\.name is an account of NATS itself/,
  ],
  ...[
    { publicKey: other.publicKey },
    { signingKey: new Secret(applicationSigning.seed) },
    { scopedKeys: [scopedKey("devices")] },
  ].map((keys): Row => [
    `${Object.keys(keys)} of an account that is known by its name`,
    withoutOperator(keys),
    /^accounts\[0\] has keys, which a NATS without an operator/,
  ]),
  [
    "an account without a public key",
    inAccounts({ publicKey: undefined }),
    /^accounts\[0\]\.publicKey must be a public key that begins with A/,
  ],
  [
    "an account whose public key is a seed",
    inAccounts({ publicKey: application.seed }),
    /^accounts\[0\]\.publicKey must be .* is the seed of an account/,
  ],
  [
    "an account whose seed is another's kind",
    inAccounts({ signingKey: seed }),
    /^accounts\[0\]\.signingKey must hold a seed that begins with SA/,
  ],
  [
    "H10 the account AUTH",
    inAccounts({ publicKey: callout.publicKey }),
    /^accounts\[0\]\.publicKey is the account AUTH itself/,
  ],
  [
    "a scoped key that is none",
    inAccounts({ scopedKeys: [{ name: "devices", signingKey: seed }] }),
    /^accounts\[0\]\.scopedKeys\[0\]\.signingKey must hold a seed that begins with SA/,
  ],
  ...[application, applicationSigning].map((
    key,
  ): Row => [
    "H8 the account's own key as a scoped one",
    inAccounts({ scopedKeys: [scopedKey("devices", key.seed)] }),
    /^accounts\[0\]\.scopedKeys\[0\]\.signingKey is the account's own key/,
  ]),
  [
    "two scoped keys of one name",
    inAccounts({ scopedKeys: [scopedKey("devices"), scopedKey("devices")] }),
    /^accounts\[0\]\.scopedKeys\[1\] has the name of a key before it/,
  ],
  [
    "two accounts of one name",
    inAccounts({}, { publicKey: other.publicKey }),
    /^accounts\[1\] has the name or the public key of an account before it/,
  ],
  [
    "one account twice",
    inAccounts({}, { name: "OTHER" }),
    /^accounts\[1\] has the name or the public key of an account before it/,
  ],
];

for (const [why, options, problem] of wrong) {
  Deno.test(`${why}: optionProblems() names it, and nothing else`, () => {
    const problems = optionProblems(options);
    assertEquals(problems.length, 1, problems.join("\n"));
    assert(problem.test(problems[0] ?? ""), problems[0]);
    assert(!problems.join().includes("canary"), problems[0]);
    assert(!problems.join().includes(seed.reveal()), problems[0]);
  });
}

Deno.test("optionProblems() finds nothing wrong with what is right", () => {
  assertEquals(optionProblems({ ...GOOD, nats }), []);
  assertEquals(optionProblems(withoutOperator()), []);
  assertEquals(
    optionProblems(inAccounts({}, {
      name: "OTHER",
      publicKey: other.publicKey,
    })),
    [],
  );
});

Deno.test("I1 startCalloutService() refuses to run without a queue group", async () => {
  await assertRejects(
    () =>
      startCalloutService({
        ...inNats({ queueGroup: "" }),
        authenticate: () => rejected("bearer_token_inactive", "Nobody"),
        permit: () => rejected("no_rule_matches", "Nothing"),
        log: SILENT,
      }, AbortSignal.timeout(1000)),
    TypeError,
    "nats.queueGroup",
  );
});
