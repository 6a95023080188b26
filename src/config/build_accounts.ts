/**
 * The accounts that users may be placed in: their keys, and that none of them is
 * one in which a user could harm everybody.
 */
import type { Secret } from "../base/secret.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import type { Checking } from "./checking.ts";
import type {
  AccountOptions,
  ScopedKeyOptions,
} from "../nats/service_options.ts";
import { isClosedAccount } from "../permissions/closed_account.ts";
import type { AccountSettings } from "./schema.ts";
import { checkPublicKey, readSeed } from "./seeds.ts";

export function buildAccounts(
  settings: readonly AccountSettings[],
  calloutAccount: string | undefined,
  checking: Checking,
): readonly AccountOptions[] {
  checkList(
    settings,
    "list the account that users are placed in, with its keys",
    checking,
  );
  return settings.flatMap((entry, index) =>
    buildAccount(entry, `accounts[${index}]`, calloutAccount, checking) ?? []
  );
}

/** Of two with one name, rules would mean the one and the user JWT be of the other. */
function checkList(
  settings: readonly AccountSettings[],
  remedy: string,
  checking: Checking,
): void {
  if (settings.length === 0) checking.reportMissing(["accounts"], remedy);
  settings.forEach(({ name, public_key: key }, index) => {
    const before = settings.slice(0, index);
    if (
      !before.some((other) =>
        name !== undefined && other.name === name ||
        key !== undefined && other.public_key === key
      )
    ) return;
    checking.report(
      `accounts[${index}]`,
      "has the name or the public key of an account before it",
      "remove one of the two",
    );
  });
}

/**
 * Accounts of the server's configuration: known by name, and the one issuer of
 * `auth_callout` signs for all of them.
 */
export function buildNamedAccounts(
  settings: readonly AccountSettings[],
  issuerSeed: Secret | undefined,
  checking: Checking,
): readonly AccountOptions[] {
  checkList(settings, "name the account that users are placed in", checking);
  return settings.flatMap((entry, index) => {
    const path = `accounts[${index}]`;
    checkName(entry.name, `${path}.name`, checking);
    if (
      entry.public_key !== undefined || entry.signing_key !== undefined ||
      entry.signing_key_file !== undefined || entry.scoped_keys.length > 0
    ) {
      checking.report(
        path,
        "has keys, which mode server_configuration has no use for",
        "leave the name alone: the issuer of auth_callout signs for all accounts",
      );
    }
    return entry.name === undefined || issuerSeed === undefined
      ? []
      : [{ name: entry.name, signingKey: issuerSeed }];
  });
}

function buildAccount(
  settings: AccountSettings,
  path: string,
  calloutAccount: string | undefined,
  checking: Checking,
): AccountOptions | undefined {
  const { name, public_key: key } = settings;
  checkName(name, `${path}.name`, checking);
  const publicKey = key === undefined
    ? undefined
    : checkPublicKey(checking, `${path}.public_key`, key, "account");
  if (key === undefined) {
    checking.reportMissing(
      [`${path}.public_key`],
      "set it to the public key (A...) of the account that users are placed in",
    );
  }
  if (publicKey !== undefined && publicKey === calloutAccount) {
    checking.report(
      `${path}.public_key`,
      "is the account AUTH itself: users in it could read everybody's tokens",
      "set it to the key of the application's account",
    );
  }
  const signingKey = readSeed(checking, {
    path: `${path}.signing_key`,
    value: settings.signing_key,
    file: settings.signing_key_file,
    role: "account",
    remedy:
      "set one to the seed (SA...) of the account's signing key, or to a file with it",
  });
  const scopedKeys = buildScopedKeys(settings, path, checking);
  if (
    name === undefined || publicKey === undefined || signingKey === undefined
  ) return undefined;
  const plain = [publicKey, decodeSeed(signingKey, "account").publicKey];
  checkScopedKeys(scopedKeys, plain, path, checking);
  return { name, publicKey, signingKey, scopedKeys };
}

function buildScopedKeys(
  settings: AccountSettings,
  path: string,
  checking: Checking,
): readonly ScopedKeyOptions[] {
  const keys: ScopedKeyOptions[] = [];
  settings.scoped_keys.forEach((entry, index) => {
    const at = `${path}.scoped_keys[${index}]`;
    const { name } = entry;
    if (name === undefined) {
      checking.reportMissing(
        [`${at}.name`],
        "set it to what rules call the key",
      );
    } else if (keys.some((other) => other.name === name)) {
      checking.report(
        `${at}.name`,
        "is the name of a key before it",
        "give each its own",
      );
    }
    const signingKey = readSeed(checking, {
      path: `${at}.signing_key`,
      value: entry.signing_key,
      file: entry.signing_key_file,
      role: "account",
      remedy:
        "set one to the seed (SA...) of the scoped signing key, or to a file with it",
    });
    if (name !== undefined && signingKey !== undefined) {
      keys.push({ name, signingKey });
    }
  });
  return keys;
}

/**
 * A user JWT of a scoped key holds no permissions. Signed by a key that is not
 * scoped it would allow everything.
 */
function checkScopedKeys(
  keys: readonly ScopedKeyOptions[],
  plain: readonly string[],
  path: string,
  checking: Checking,
): void {
  keys.forEach(({ signingKey }, index) => {
    const { publicKey } = decodeSeed(signingKey, "account");
    if (!plain.includes(publicKey)) return;
    checking.report(
      `${path}.scoped_keys[${index}]`,
      "is the account's own key, which is not scoped: its users would be allowed everything",
      "set it to the seed of a signing key with a role: nsc edit signing-key --role",
    );
  });
}

function checkName(
  name: string | undefined,
  path: string,
  checking: Checking,
): void {
  if (name === undefined) {
    checking.reportMissing([path], "set it to the account's name");
    return;
  }
  if (!isClosedAccount(name)) return;
  checking.report(
    path,
    "is an account of NATS itself: no user may be placed there",
    "set it to the name of the application's account",
  );
}
