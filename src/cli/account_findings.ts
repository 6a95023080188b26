/**
 * Judges accounts of an operator: is AUTH closed, and are the keys that the server
 * knows the ones that we hold?
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
  unknown,
  verdict,
} from "./finding.ts";

const UNLIMITED = -1;

export function judgeCalloutAccount(
  config: Config,
  documents: SetupDocuments,
): readonly Finding[] {
  const { calloutAccount: detail, calloutUser } = documents;
  const where = "account AUTH";
  if (detail === undefined) {
    return [
      notInUse(
        where,
        "is the service running? if it is, compare callout.account, and push: nsc push -A",
      ),
    ];
  }
  const claims = object(detail, "decoded_jwt");
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
      what: "the service's own user is among them",
      instead: "the service's own user is not among them",
      remedy:
        "nsc edit authcallout --account AUTH --auth-user <its public key>",
    }),
    verdict({
      good: users.length <= 1,
      bad: "doubtful",
      where: `${where}, auth_users`,
      what: "nobody else is among them",
      instead:
        `${users.length} users, who are never called out and may be let in`,
      remedy: "leave only the service's own",
    }),
    judgeXkey(config, text(authorization, "xkey")),
    judgeSigningKey(where, claims, signer),
    ...config.accounts.map(({ name, publicKey }) =>
      verdict({
        good: publicKey !== undefined &&
          (allowed.includes(publicKey) || allowed.includes("*")),
        bad: "wrong",
        where: `${where}, allowed_accounts`,
        what: `the account ${name} is among them`,
        instead: `the account ${name} is not among them`,
        remedy: `nsc edit authcallout --account AUTH --allowed-account ${
          publicKey ?? name
        }`,
      })
    ),
    ...judgeClosed(where, nats, limits),
    judgeOthers(documents),
  ];
}

function judgeXkey(config: Config, xkey: string): Finding {
  const own = config.callout.xkey;
  const isPlain = own === undefined && xkey === "";
  return verdict({
    good: own !== undefined && decodeSeed(own, "curve").publicKey === xkey,
    bad: isPlain ? "doubtful" : "wrong",
    where: "account AUTH, xkey",
    what: "the public key of callout.xkey: requests are sealed",
    instead: isPlain
      ? "none: requests are not sealed"
      : xkey === ""
      ? "none, but callout.xkey is set: the service drops what is not sealed"
      : "not the public key of callout.xkey: the service cannot open requests",
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
    judgeJetStream(hasJetStream, "nsc edit account AUTH --js-disable"),
    judgeShares(list(nats, "imports").length, list(nats, "exports").length),
    verdict({
      good: number(limits, "conn") === UNLIMITED,
      bad: "doubtful",
      where: `${where}, connections`,
      what: "unlimited",
      instead: `${
        number(limits, "conn")
      } at most: those in progress count, and a storm would lock the service out`,
      remedy: "nsc edit account AUTH --conns -1",
    }),
    verdict({
      good: member(limits, "disallow_bearer") !== true,
      bad: "wrong",
      where: `${where}, bearer users`,
      what: "allowed, which the sentinel needs",
      instead: "not allowed: the sentinel lets nobody be called out",
      remedy: "nsc edit account AUTH --disallow-bearer=false",
    }),
  ];
}

export function judgeJetStream(isOn: boolean, remedy: string): Finding {
  return verdict({
    good: !isOn,
    bad: "wrong",
    where: "account AUTH, JetStream",
    what: "off",
    instead: "on: a stream's republish can forge requests",
    remedy,
  });
}

export function judgeShares(imports: number, exports: number): Finding {
  return verdict({
    good: imports + exports === 0,
    bad: "wrong",
    where: "account AUTH, imports and exports",
    what: "none",
    instead:
      `${imports} and ${exports}: an import can forge requests, an export can show them`,
    remedy: "remove them",
  });
}

/** A server loads an account when somebody first uses it. */
function notInUse(where: string, remedy: string): Finding {
  return unknown(where, "nobody has used it at this server yet", remedy);
}

/** The key that signs user JWTs of an application account. */
export function judgeApplicationKey(
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
  const isScoped = list(object(claims, "nats"), "signing_keys")
    .some((entry) => isJsonObject(entry) && member(entry, "key") === publicKey);
  return [
    judgeSigningKey(where, claims, publicKey),
    ...(isScoped
      ? [
        {
          verdict: "wrong",
          where: `${where}, signing_key`,
          what:
            "is a scoped signing key: NATS refuses every user JWT of it that holds permissions",
          remedy:
            "set it to a plain one (nsc edit account --sk generate), and name this one in scoped_keys",
        } as const,
      ]
      : []),
  ];
}

function judgeSigningKey(
  where: string,
  claims: JsonObject,
  publicKey: string,
): Finding {
  const known = list(object(claims, "nats"), "signing_keys")
    .map((entry) => isJsonObject(entry) ? member(entry, "key") : entry);
  return verdict({
    good: known.includes(publicKey),
    bad: "wrong",
    where: `${where}, signing_keys`,
    what: "the key that the service signs with is among them",
    instead: "the key that the service signs with is not among them",
    remedy:
      "add it with nsc edit account --sk and push, or export the current one",
  });
}

/** Whoever else is connected to AUTH may subscribe to the requests, tokens and all. */
export function judgeOthers(
  { calloutConnections, calloutUser, varz, varzTime }: SetupDocuments,
): Finding {
  // Clients that are just being called out are in AUTH as well, for a moment.
  const moment = number(varz, "auth_timeout") * 1000;
  const others = calloutConnections.filter((each) =>
    text(each, "authorized_user") !== calloutUser &&
    Date.parse(text(each, "start")) + moment < varzTime.to
  );
  return verdict({
    good: others.length === 0,
    bad: "wrong",
    where: "account AUTH, connections of others",
    what: others.length === 0
      ? "none at this server"
      : `${others.length} at this server, for instance cid ${
        number(others[0] ?? {}, "cid")
      }`,
    remedy:
      "see whose they are in /connz?auth=1, and remove the users: whoever subscribes there can read requests",
  });
}
