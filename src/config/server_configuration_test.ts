import { assert, assertEquals } from "@std/assert";
import {
  createKey,
  issuesOf,
  parseScene,
} from "../../tests/fixtures/config_scene.ts";

const issuer = createKey("account");
const user = createKey("user");

/** Settings that are right for accounts in the server's own configuration. */
const SETTINGS = {
  nats: { mode: "server_configuration", nkey_seed: user.seed },
  callout: {
    account: issuer.publicKey,
    signing_key: issuer.seed,
    xkey: createKey("curve").seed,
  },
  accounts: [{ name: "APP" }] as object[],
  issuers: [{ issuer: "https://id.example.com" }],
};

function text(changed: object): string {
  return JSON.stringify({ ...SETTINGS, ...changed });
}

Deno.test("I14 mode server_configuration: the issuer signs for accounts that are known by name", () => {
  const { config } = parseScene({ text: text({}) });
  const [account] = config.accounts;
  assertEquals([account?.name, account?.publicKey], ["APP", undefined]);
  assertEquals(account?.signingKey.reveal(), issuer.seed);
  assertEquals(config.nats.credentials.kind, "nkey");
});

const wrong: [why: string, changed: object, path: string][] = [
  ["another signing key than the issuer's", {
    callout: { ...SETTINGS.callout, signing_key: createKey("account").seed },
  }, "callout.signing_key"],
  ["an account with keys", {
    accounts: [{ name: "APP", public_key: createKey("account").publicKey }],
  }, "accounts[0]"],
  [
    "H10 the account AUTH",
    { accounts: [{ name: "AUTH" }] },
    "accounts[0].name",
  ],
  [
    "two accounts of one name",
    { accounts: [{ name: "APP" }, { name: "APP" }] },
    "accounts[1]",
  ],
  ["no account", { accounts: [] }, "accounts"],
  ["an account twice", {
    accounts: [{ name: "APP" }, { name: "OTHER" }, { name: "APP" }],
  }, "accounts[2]"],
  ["no user", { nats: { mode: "server_configuration" } }, "nats.nkey_seed"],
  ["an account's seed for the user's", {
    nats: { mode: "server_configuration", nkey_seed: issuer.seed },
  }, "nats.nkey_seed"],
  [
    "a mode that is none",
    { nats: { ...SETTINGS.nats, mode: "cluster" } },
    "nats.mode",
  ],
];

for (const [why, changed, path] of wrong) {
  Deno.test(`K8 mode server_configuration refuses ${why}`, () => {
    const issues = issuesOf({ text: text(changed) });
    assert(
      issues.some((issue) => issue.path.startsWith(path)),
      JSON.stringify(issues),
    );
    assert(!JSON.stringify(issues).includes(issuer.seed));
  });
}
