/**
 * Claims that say who somebody is and for whom a token was made: read alike from
 * JWTs that are verified and from answers of those who are asked.
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { SUB_BYTES_MAX } from "../base/limits.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";

/** For whom an issuer's tokens may be. */
export interface TokenRecipients {
  /** `aud` must name one of these. */
  readonly audiences: readonly string[];
  /** If given, `azp` and `client_id` must be among these. */
  readonly clientIds?: readonly string[];
}

const UTF8 = new TextEncoder();

/** A member that names somebody: the name, or why it names nobody. */
export function readName(
  claims: JsonObject,
  name: string,
): { readonly kind: "name"; readonly text: string } | Rejected {
  const text = member(claims, name);
  if (text === undefined) {
    return rejected("claim_missing", `Claim "${name}" is missing`);
  }
  if (typeof text !== "string") return invalid(name, "is not a string");
  if (text === "") return invalid(name, "is empty");
  if (!text.isWellFormed()) return invalid(name, "has a lone surrogate");
  if (UTF8.encode(text).length > SUB_BYTES_MAX) {
    return invalid(name, `is longer than ${SUB_BYTES_MAX} bytes`);
  }
  return { kind: "name", text };
}

/** A string, or an array of strings, that must hold one of those configured. */
export function checkAudience(
  claims: JsonObject,
  audiences: readonly string[],
): Rejected | undefined {
  const aud = member(claims, "aud");
  if (aud === undefined) {
    return rejected("claim_missing", 'Claim "aud" is missing');
  }
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!named.every((each) => typeof each === "string")) {
    return invalid("aud", "is not a string or an array of strings");
  }
  return audiences.some((audience) => named.includes(audience))
    ? undefined
    : rejected(
      "audience_mismatch",
      'Claim "aud" names none of the configured audiences',
    );
}

/** The OAuth client that the token was issued to, by whichever of the names it has, where only some are welcome. */
export function checkOauthClient(
  claims: JsonObject,
  names: readonly string[],
  clientIds: readonly string[] | undefined,
): Rejected | undefined {
  if (clientIds === undefined) return undefined;
  const given = names.filter((name) => Object.hasOwn(claims, name));
  if (given.length === 0) {
    const expected = names.map((name) => `"${name}"`).join(" or ");
    return rejected("claim_missing", `Claim ${expected} is missing`);
  }
  for (const name of given) {
    const oauthClientId = claims[name];
    if (typeof oauthClientId !== "string") {
      return invalid(name, "is not a string");
    }
    if (!clientIds.includes(oauthClientId)) {
      return rejected(
        "oauth_client_not_allowed",
        `Claim "${name}" is none of the configured clients`,
      );
    }
  }
  return undefined;
}

/** Bound to a key that only its sender has; we could not ask for the proof (RFC 7800 section 3.1). */
export function checkUnbound(claims: JsonObject): Rejected | undefined {
  return Object.hasOwn(claims, "cnf")
    ? rejected(
      "sender_constrained_token",
      'Claim "cnf" binds the token to a key, which cannot be checked here',
    )
    : undefined;
}

function invalid(name: string, problem: string): Rejected {
  return rejected("claim_invalid", `Claim "${name}" ${problem}`);
}
