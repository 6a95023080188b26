/**
 * Judges the sentinel, a user that nats-server takes every client for until the
 * callout has answered. Its JWT is no secret.
 */
import { type JsonObject, member } from "../base/json.ts";
import type { EpochMs } from "../base/time.ts";
import {
  type Finding,
  number,
  object,
  text,
  texts,
  verdict,
} from "./finding.ts";

interface SentinelContext {
  /** Public key of AUTH. */
  readonly calloutAccount: string;
  /** Undefined if they are not known. */
  readonly authUsers: readonly string[] | undefined;
  readonly now: EpochMs;
}

export function judgeSentinel(
  claims: JsonObject,
  { authUsers, calloutAccount, now }: SentinelContext,
): readonly Finding[] {
  const nats = object(claims, "nats");
  const deniesAll = ["pub", "sub"].every((side) =>
    texts(object(nats, side), "deny").includes(">")
  );
  const account = text(nats, "issuer_account") || text(claims, "iss");
  return [
    verdict({
      good: account === calloutAccount,
      bad: "wrong",
      where: "sentinel, account",
      what: "AUTH",
      instead: "another than callout.account",
      remedy:
        "name the file with the sentinel of AUTH, or compare callout.account",
    }),
    verdict({
      good: deniesAll,
      bad: "wrong",
      where: "sentinel, permissions",
      what: "everything denied, both ways",
      instead: "not everything is denied: whoever is not called out may use it",
      remedy: "nsc edit user --account AUTH sentinel --deny-pubsub '>'",
    }),
    verdict({
      good: member(nats, "bearer_token") === true,
      bad: "wrong",
      where: "sentinel, bearer",
      what: "usable without a seed",
      instead: "needs a seed: nats-server cannot hand it out",
      remedy: "nsc edit user --account AUTH sentinel --bearer",
    }),
    judgeTimes(claims, now),
    ...(authUsers === undefined ? [] : [verdict({
      good: !authUsers.includes(text(claims, "sub")),
      bad: "wrong",
      where: "sentinel, auth_users",
      what: "is not among them",
      instead: "is among them: its clients are never called out",
      remedy:
        "nsc edit authcallout --account AUTH --rm-auth-user <its public key>",
    })]),
  ];
}

/** By a sentinel whose time it is not, nats-server refuses everybody, and asks nobody. */
function judgeTimes(claims: JsonObject, now: EpochMs): Finding {
  const beginsAt = number(claims, "nbf") * 1000;
  const endsAt = number(claims, "exp") * 1000;
  const isEarly = beginsAt > now;
  return verdict({
    good: !isEarly && endsAt === 0,
    bad: isEarly || endsAt <= now ? "wrong" : "doubtful",
    where: "sentinel, expiry",
    what: "never",
    instead: isEarly
      ? `begins at ${timeText(beginsAt)}: until then nobody gets in`
      : endsAt <= now
      ? `ended at ${timeText(endsAt)}: since then nobody gets in`
      : `ends at ${timeText(endsAt)}: from then on nobody gets in`,
    remedy:
      "nsc edit user --account AUTH sentinel --start 0 --expiry 0, and give the new JWT to nats-server as its default_sentinel",
  });
}

/** Of a number that somebody else wrote, which may be no time at all. */
function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "no time" : date.toISOString();
}
