/**
 * Judges the scoped signing keys of an account. A user JWT that one of them signs
 * holds no permissions: were the key not scoped, its users would be allowed
 * everything.
 *
 * @see github.com/nats-io/jwt v2, `account_claims.go` UserScope
 */
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import type { AccountOptions } from "../nats/callout_service.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import { type Finding, list, object, verdict } from "./finding.ts";

/** @param claims Of the account, as the server has them; undefined if nobody has used it yet, which is said elsewhere. */
export function judgeScopedKeys(
  { name, scopedKeys = [] }: AccountOptions,
  claims: JsonObject | undefined,
): readonly Finding[] {
  if (claims === undefined) return [];
  const scopes = list(object(claims, "nats"), "signing_keys")
    .filter(isJsonObject)
    .filter((scope) => member(scope, "kind") === "user_scope")
    .map((scope) => member(scope, "key"));
  return scopedKeys.map((key) =>
    verdict({
      good: scopes.includes(decodeSeed(key.signingKey, "account").publicKey),
      bad: "wrong",
      where: `account ${name}, scoped key ${key.name}`,
      what: "has a template, which says what its users may do",
      remedy:
        "nsc edit signing-key --role, and push: without a template its users may do everything in the account, or are refused if the server does not know the key",
    })
  );
}
