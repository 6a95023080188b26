/**
 * Judges the sentinel, a user that nats-server takes every client for until the
 * callout has answered. Its JWT is no secret.
 */
import { type JsonObject, member } from "../base/json.ts";
import { type Finding, object, text, texts, verdict } from "./finding.ts";

interface SentinelContext {
  /** Public key of AUTH. */
  readonly calloutAccount: string;
  /** Undefined if they are not known. */
  readonly authUsers: readonly string[] | undefined;
}

export function judgeSentinel(
  claims: JsonObject,
  { authUsers, calloutAccount }: SentinelContext,
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
