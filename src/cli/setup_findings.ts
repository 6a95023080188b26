/**
 * Judges how NATS is set up, from what its monitoring says: is the account AUTH
 * closed, are the keys the ones that we hold, do times and sizes fit. Pure: the
 * documents are handed in.
 *
 * @see nats-server `monitor.go`, Varz and AccountInfo
 */
import type { EpochMs } from "../base/time.ts";
import { BEARER_TOKEN_BYTES_MAX } from "../base/limits.ts";
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import type { Config } from "../config/config.ts";

/** What is found out about one thing. */
export interface Finding {
  /** `good`, to be looked at, or wrong: with `wrong`, clients are refused or not safe. */
  readonly verdict: "good" | "doubtful" | "wrong";
  /** Where: a setting of NATS or of the service. */
  readonly where: string;
  readonly what: string;
  /** How to mend it. */
  readonly remedy?: string;
}

export interface SetupDocuments {
  /** Claims of the account AUTH, as the server has them; undefined if it has none. */
  readonly calloutAccount: JsonObject | undefined;
  /** Claims of each application account, by name. */
  readonly accounts: ReadonlyMap<string, JsonObject | undefined>;
  readonly varz: JsonObject;
  /** Public nkey of the service's own user. */
  readonly calloutUser: string;
  readonly now: EpochMs;
}

/** The oldest server that hands out a default sentinel. */
const SERVER_VERSION_MIN = [2, 11, 2];

/** Two clocks further apart than that make tokens and user JWTs look wrong. */
const SKEW_MS_MAX = 2_000;

/** A CONNECT line holds the token and some 300 bytes more. */
const CONNECT_OVERHEAD_BYTES = 512;

const UNLIMITED = -1;

export function judgeSetup(
  config: Config,
  documents: SetupDocuments,
): readonly Finding[] {
  // Without an operator accounts have no claims: they stand in a file that is read by eye.
  if (config.nats.credentials.kind === "nkey") {
    return judgeServer(config, documents);
  }
  return [
    ...judgeServer(config, documents),
    ...judgeCalloutAccount(config, documents),
    ...config.accounts.flatMap((account) => {
      const claims = documents.accounts.get(account.name);
      const { publicKey: key } = decodeSeed(account.signingKey, "account");
      return judgeSigningKey(`account ${account.name}`, claims, key);
    }),
  ];
}

function judgeServer(
  config: Config,
  { varz, now }: SetupDocuments,
): readonly Finding[] {
  const version = text(varz, "version");
  const timeoutMs = number(varz, "auth_timeout") * 1000;
  const line = number(varz, "max_control_line");
  const skew = Math.abs(Date.parse(text(varz, "now")) - now);
  return [
    verdict({
      good: isAtLeast(version, SERVER_VERSION_MIN),
      bad: "wrong",
      where: "nats-server",
      what: `version ${version}`,
      remedy: `use ${
        SERVER_VERSION_MIN.join(".")
      } or newer: older ones have no default_sentinel`,
    }),
    verdict({
      good: skew <= SKEW_MS_MAX,
      bad: "wrong",
      where: "clock",
      what: `${
        (skew / 1000).toFixed(1)
      } s between the server's and this machine's`,
      remedy: "keep both with NTP",
    }),
    verdict({
      good: timeoutMs > config.callout.budgetMs,
      bad: "doubtful",
      where: "authorization.timeout",
      what: `${
        timeoutMs / 1000
      } s, callout.budget_ms is ${config.callout.budgetMs}`,
      remedy:
        "raise the server's timeout to 5 s, or lower callout.budget_ms below it",
    }),
    verdict({
      good: line >= BEARER_TOKEN_BYTES_MAX + CONNECT_OVERHEAD_BYTES,
      bad: "doubtful",
      where: "max_control_line",
      what: `${line} bytes: tokens up to about ${
        line - CONNECT_OVERHEAD_BYTES
      } get in`,
      remedy: `raise it to ${
        2 * BEARER_TOKEN_BYTES_MAX
      } if your tokens can be longer`,
    }),
  ];
}

function judgeCalloutAccount(
  config: Config,
  { calloutAccount: claims, calloutUser }: SetupDocuments,
): readonly Finding[] {
  const where = "account AUTH";
  if (claims === undefined) {
    return [
      notInUse(
        where,
        "is the service running? if it is, compare callout.account, and push: nsc push -A",
      ),
    ];
  }
  const nats = object(claims, "nats");
  const authorization = object(nats, "authorization");
  const limits = object(nats, "limits");
  const users = texts(authorization, "auth_users");
  const allowed = texts(authorization, "allowed_accounts");
  const { publicKey: signer } = decodeSeed(
    config.callout.signingKey,
    "account",
  );
  return [
    verdict({
      good: users.includes(calloutUser),
      bad: "wrong",
      where: `${where}, auth_users`,
      what: "the service's own user",
      remedy:
        "nsc edit authcallout --account AUTH --auth-user <its public key>",
    }),
    verdict({
      good: users.length <= 1,
      bad: "doubtful",
      where: `${where}, auth_users`,
      what: `${users.length} users, who are never called out`,
      remedy: "leave only the service's own",
    }),
    judgeXkey(config, text(authorization, "xkey")),
    ...judgeSigningKey(where, claims, signer),
    ...config.accounts.map(({ name, publicKey }) =>
      verdict({
        good: publicKey !== undefined &&
          (allowed.includes(publicKey) || allowed.includes("*")),
        bad: "wrong",
        where: `${where}, allowed_accounts`,
        what: `the account ${name}`,
        remedy: `nsc edit authcallout --account AUTH --allowed-account ${
          publicKey ?? name
        }`,
      })
    ),
    ...judgeClosed(where, nats, limits),
  ];
}

function judgeXkey(config: Config, xkey: string): Finding {
  const own = config.callout.xkey;
  return verdict({
    good: own !== undefined && decodeSeed(own, "curve").publicKey === xkey,
    bad: own === undefined && xkey === "" ? "doubtful" : "wrong",
    where: "account AUTH, xkey",
    what: own === undefined
      ? "requests are not sealed"
      : "the public key of callout.xkey",
    remedy:
      "nsc edit authcallout --account AUTH --curve generate, and give the seed to the service",
  });
}

/** What else is in the account could read requests, or forge them (a republish and an import deliver). */
function judgeClosed(
  where: string,
  nats: JsonObject,
  limits: JsonObject,
): readonly Finding[] {
  const hasJetStream = ["mem_storage", "disk_storage", "streams"]
    .some((name) => number(limits, name) !== 0);
  return [
    verdict({
      good: !hasJetStream,
      bad: "wrong",
      where: `${where}, JetStream`,
      what: "off",
      remedy:
        "nsc edit account AUTH --js-disable: a stream's republish can forge requests",
    }),
    verdict({
      good: list(nats, "imports").length + list(nats, "exports").length === 0,
      bad: "wrong",
      where: `${where}, imports and exports`,
      what: "none",
      remedy:
        "remove them: an import can forge requests, an export can show them",
    }),
    verdict({
      good: number(limits, "conn") === UNLIMITED,
      bad: "doubtful",
      where: `${where}, connections`,
      what: "unlimited",
      remedy:
        "nsc edit account AUTH --conns -1: connects in progress count, and a storm would lock the service out",
    }),
    verdict({
      good: member(limits, "disallow_bearer") !== true,
      bad: "wrong",
      where: `${where}, bearer users`,
      what: "allowed, which the sentinel needs",
      remedy: "nsc edit account AUTH --disallow-bearer=false",
    }),
  ];
}

/** A server loads an account when somebody first uses it. */
function notInUse(where: string, remedy: string): Finding {
  return {
    verdict: "doubtful",
    where,
    what: "nobody has used it at this server yet, so it cannot be looked at",
    remedy,
  };
}

function judgeSigningKey(
  where: string,
  claims: JsonObject | undefined,
  publicKey: string,
): readonly Finding[] {
  if (claims === undefined) {
    return [
      notInUse(
        where,
        "connect a client once; if it is refused, push: nsc push -A",
      ),
    ];
  }
  const known = list(object(claims, "nats"), "signing_keys")
    .map((entry) => isJsonObject(entry) ? member(entry, "key") : entry);
  return [verdict({
    good: known.includes(publicKey),
    bad: "wrong",
    where: `${where}, signing_keys`,
    what: "the key that the service signs with",
    remedy:
      "add it with nsc edit account --sk and push, or export the current one",
  })];
}

/** Judges the sentinel, whose JWT is no secret. */
export function judgeSentinel(
  claims: JsonObject,
  authUsers: readonly string[],
): readonly Finding[] {
  const nats = object(claims, "nats");
  const deniesAll = ["pub", "sub"].every((side) =>
    texts(object(nats, side), "deny").includes(">")
  );
  return [
    verdict({
      good: deniesAll,
      bad: "wrong",
      where: "sentinel, permissions",
      what: "everything denied, both ways",
      remedy: "nsc edit user --account AUTH sentinel --deny-pubsub '>'",
    }),
    verdict({
      good: member(nats, "bearer_token") === true,
      bad: "wrong",
      where: "sentinel, bearer",
      what: "usable without a seed",
      remedy: "nsc edit user --account AUTH sentinel --bearer",
    }),
    verdict({
      good: !authUsers.includes(text(claims, "sub")),
      bad: "wrong",
      where: "sentinel, auth_users",
      what: "is not among them: it would never be called out",
      remedy:
        "nsc edit authcallout --account AUTH --rm-auth-user <its public key>",
    }),
  ];
}

interface Question extends Omit<Finding, "verdict"> {
  readonly good: boolean;
  readonly bad: "doubtful" | "wrong";
  readonly remedy: string;
}

function verdict({ good, bad, where, what, remedy }: Question): Finding {
  return good
    ? { verdict: "good", where, what }
    : { verdict: bad, where, what, remedy };
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, part] of least.entries()) {
    const actual = parts[index] ?? 0;
    if (actual !== part) return actual > part;
  }
  return true;
}

function object(of: JsonObject, name: string): JsonObject {
  const value = member(of, name);
  return isJsonObject(value) ? value : {};
}

function list(of: JsonObject, name: string): readonly unknown[] {
  const value = member(of, name);
  return Array.isArray(value) ? value : [];
}

function texts(of: JsonObject, name: string): readonly string[] {
  return list(of, name).filter((entry) => typeof entry === "string");
}

function text(of: JsonObject, name: string): string {
  const value = member(of, name);
  return typeof value === "string" ? value : "";
}

function number(of: JsonObject, name: string): number {
  const value = member(of, name);
  return typeof value === "number" ? value : 0;
}
