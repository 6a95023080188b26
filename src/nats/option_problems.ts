/**
 * What is wrong with the options of the service, all of it at once and before
 * anything is connected: some of it would let it run, and harm (no queue group:
 * each instance answers each request), or try for ever.
 */
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import {
  BEARER_TOKEN_BYTES,
  BUDGET_MS_MAX,
  BUDGET_MS_MIN,
} from "../base/limits.ts";
import type { Secret } from "../base/secret.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import {
  type NkeyProblem,
  publicKeyProblem,
  seedProblem,
} from "../nats_jwt/nkey_problem.ts";
import { isPublicKey } from "../nats_jwt/public_key.ts";
import { isClosedAccount } from "../permissions/closed_account.ts";
import type {
  AccountOptions,
  CalloutServiceOptions,
} from "./service_options.ts";
import { credsProblem } from "./creds_problem.ts";
import { checkServers, type ReportOption } from "./server_address.ts";

export const QUEUE_GROUP_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;

const BOUNDS = [
  ["budgetMs", { min: BUDGET_MS_MIN, max: BUDGET_MS_MAX }],
  ["bearerTokenBytesMax", BEARER_TOKEN_BYTES],
] as const;

/** What is said of NATS, of AUTH and of the accounts. */
export type CheckedOptions = Pick<
  CalloutServiceOptions,
  | "nats"
  | "callout"
  | "accounts"
  | "issuerLabels"
  | "versionProblem"
  | "ruleWarnings"
>;

/** One text a problem: the option's path, what is wrong, what to do. */
export function optionProblems(options: CheckedOptions): readonly string[] {
  const problems: string[] = [];
  const report: ReportOption = (path, problem, remedy) =>
    problems.push(`${path} ${problem}: ${remedy}`);
  checkNats(options, report);
  checkCallout(options, report);
  checkAccounts(options, report);
  return problems;
}

/** One error that names them all. */
export function optionsError(problems: readonly string[]): TypeError {
  return new TypeError(["Cannot start the callout:", ...problems].join("\n  "));
}

function checkNats(
  { nats, callout }: CheckedOptions,
  report: ReportOption,
): void {
  checkServers("nats.servers", nats.servers, report);
  if (!QUEUE_GROUP_REGEXP.test(nats.queueGroup)) {
    report(
      "nats.queueGroup",
      "is none that NATS would share requests in",
      "give letters, digits, - and _, 64 at most",
    );
  }
  const { credentials, tls } = nats;
  if (credentials.kind === "creds") {
    checkCreds(credentials.creds, callout, report);
  } else {
    reportAny("nats.nkeySeed", seedProblem(credentials.seed, "user"), report);
  }
  if ((tls?.certFile === undefined) !== (tls?.keyFile === undefined)) {
    report(
      "nats.tls",
      "has one of certFile and keyFile",
      "give both, or neither",
    );
  }
}

function checkCreds(
  creds: Secret,
  { account }: CheckedOptions["callout"],
  report: ReportOption,
): void {
  const problem = credsProblem(
    creds.reveal(),
    isPublicKey(account, "account") ? account : undefined,
  );
  if (problem === undefined) return;
  report(
    "nats.creds",
    `is a text ${problem}`,
    "give the text of a creds file of the service's user in the account AUTH",
  );
}

function checkCallout(
  { callout, nats }: CheckedOptions,
  report: ReportOption,
): void {
  const { account, connectionTypes, signingKey, xkey } = callout;
  reportAny("callout.account", publicKeyProblem(account, "account"), report);
  const wrongSeed = seedProblem(signingKey, "account");
  reportAny("callout.signingKey", wrongSeed, report);
  if (
    nats.credentials.kind === "nkey" && wrongSeed === undefined &&
    publicKeyOf(signingKey) !== account
  ) {
    report(
      "callout.signingKey",
      "is not the seed of callout.account, and without an operator there is no other key",
      "give the seed of the issuer in auth_callout",
    );
  }
  if (xkey !== undefined) {
    reportAny("callout.xkey", seedProblem(xkey, "curve"), report);
  }
  callout.trustedServerIds.forEach((id, index) =>
    reportAny(
      `callout.trustedServers[${index}]`,
      publicKeyProblem(id, "server"),
      report,
    )
  );
  for (const [name, { min, max }] of BOUNDS) {
    const value = callout[name];
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    report(
      `callout.${name}`,
      "is out of bounds",
      `give a whole number from ${min} to ${max}`,
    );
  }
  for (const name of ["requestsInFlightMax", "requestsWaitingMax"] as const) {
    if (Number.isInteger(callout[name]) && callout[name] > 0) continue;
    report(
      `callout.${name}`,
      "is out of bounds",
      "give a whole number above 0",
    );
  }
  if (
    connectionTypes.length === 0 ||
    !connectionTypes.every((type) => CONNECTION_TYPES.includes(type))
  ) {
    report(
      "callout.connectionTypes",
      "has none, or one that there is not",
      `give some of ${CONNECTION_TYPES.join(", ")}`,
    );
  }
}

function checkAccounts(
  { accounts, callout, nats }: CheckedOptions,
  report: ReportOption,
): void {
  if (accounts.length === 0) {
    report("accounts", "is empty", "name the account that users are placed in");
  }
  accounts.forEach((account, index) => {
    const path = `accounts[${index}]`;
    const { name } = account;
    if (name === "") report(`${path}.name`, "is empty", "give one");
    if (isClosedAccount(name)) {
      report(
        `${path}.name`,
        "is an account of NATS itself: no user may be placed there",
        "give the name of the application's account",
      );
    }
    if (nats.credentials.kind === "nkey") {
      checkNamedAccount(account, callout, path, report);
    } else {
      checkKeys(account, callout, path, report);
    }
    const others = accounts.slice(0, index);
    if (others.some((other) => isSame(other, account))) {
      report(
        path,
        "has the name or the public key of an account before it",
        "remove one of the two",
      );
    }
  });
}

/** Known by its name, as AUTH is: the one issuer of `auth_callout` signs for all. */
function checkNamedAccount(
  { publicKey, scopedKeys = [], signingKey }: AccountOptions,
  callout: CheckedOptions["callout"],
  path: string,
  report: ReportOption,
): void {
  if (
    publicKey === undefined && scopedKeys.length === 0 &&
    signingKey.reveal() === callout.signingKey.reveal()
  ) return;
  report(
    path,
    "has keys, which a NATS without an operator has no use for",
    "leave the name alone: the issuer of auth_callout signs for all accounts",
  );
}

function checkKeys(
  account: AccountOptions,
  callout: CheckedOptions["callout"],
  path: string,
  report: ReportOption,
): void {
  const { publicKey = "", signingKey } = account;
  reportAny(
    `${path}.publicKey`,
    publicKeyProblem(publicKey, "account"),
    report,
  );
  if (publicKey === callout.account) {
    report(
      `${path}.publicKey`,
      "is the account AUTH itself: users in it could read everybody's tokens",
      "give the key of the application's account",
    );
  }
  reportAny(`${path}.signingKey`, seedProblem(signingKey, "account"), report);
  checkScopedKeys(account, path, report);
}

/**
 * A user JWT of a scoped key holds no permissions: signed by the account's own
 * key it would allow everything.
 */
function checkScopedKeys(
  { publicKey, scopedKeys = [], signingKey }: AccountOptions,
  path: string,
  report: ReportOption,
): void {
  const own = [publicKey, publicKeyOf(signingKey)];
  scopedKeys.forEach((key, index) => {
    const at = `${path}.scopedKeys[${index}]`;
    if (scopedKeys.slice(0, index).some(({ name }) => name === key.name)) {
      report(at, "has the name of a key before it", "give each its own");
    }
    const wrong = seedProblem(key.signingKey, "account");
    reportAny(`${at}.signingKey`, wrong, report);
    if (wrong === undefined && own.includes(publicKeyOf(key.signingKey))) {
      report(
        `${at}.signingKey`,
        "is the account's own key, which is not scoped: its users would be allowed everything",
        "give the seed of a signing key with a role: nsc edit signing-key --role",
      );
    }
  });
}

function publicKeyOf(seed: Secret): string | undefined {
  return seedProblem(seed, "account") === undefined
    ? decodeSeed(seed, "account").publicKey
    : undefined;
}

function isSame(one: AccountOptions, other: AccountOptions): boolean {
  return one.name === other.name ||
    (one.publicKey !== undefined && one.publicKey === other.publicKey);
}

function reportAny(
  path: string,
  wrong: NkeyProblem | undefined,
  report: ReportOption,
): void {
  if (wrong !== undefined) report(path, wrong.problem, wrong.remedy);
}
