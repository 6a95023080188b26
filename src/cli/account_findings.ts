/**
 * Judges the account AUTH, the sentinel in it and the keys that sign: is AUTH
 * closed, and are the keys the ones that we hold?
 *
 * @see github.com/nats-io/jwt v2, `account_claims.go`
 */
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import type { Config } from "../config/config.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import {
  type Finding,
  list,
  number,
  object,
  type SetupDocuments,
  text,
  texts,
  verdict,
} from "./finding.ts";

const UNLIMITED = -1;

export function judgeCalloutAccount(
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
  // Without storage JetStream is off, whatever the number of streams may be.
  const hasJetStream = ["mem_storage", "disk_storage"]
    .some((name) => number(limits, name) !== 0) ||
    Object.keys(object(limits, "tiered_limits")).length > 0;
  return [
    verdict({
      good: !hasJetStream,
      bad: "wrong",
      where: `${where}, JetStream`,
      what: hasJetStream ? "on" : "off",
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

export function judgeSigningKey(
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
