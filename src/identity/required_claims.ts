/**
 * Claims that must be there with the type that rules rely on: a `groups` that
 * is a string is no list of groups, even if it contains the right letters.
 */
import { isJsonObject, member } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { type ClaimType, hasType } from "../base/known_claims.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";

/** A claim that must be there, and be of a type. */
export interface RequiredClaim {
  /**
   * Names from the outside in, each literal: `["realm_access", "roles"]` is a
   * member of a member, `["https://example.com/roles"]` is one name with dots.
   */
  readonly path: readonly string[];
  readonly type: ClaimType;
}

export function checkRequiredClaims(
  claims: JsonObject,
  required: readonly RequiredClaim[],
): Rejected | undefined {
  for (const { path, type } of required) {
    const value = valueAt(claims, path);
    if (value === undefined) {
      return rejected("claim_missing", `Claim ${show(path)} is missing`);
    }
    if (!hasType(value, type)) {
      return rejected(
        "claim_invalid",
        `Claim ${show(path)} is not of the type "${type}"`,
      );
    }
  }
  return undefined;
}

/** Own members only, at every step: `constructor` is a claim like any other. */
function valueAt(
  claims: JsonObject,
  path: readonly string[],
): Json | undefined {
  let value: Json | undefined = claims;
  for (const name of path) {
    if (!isJsonObject(value)) return undefined;
    value = member(value, name);
  }
  return value;
}

function show(path: readonly string[]): string {
  return path.map((name) => JSON.stringify(name)).join(" in ");
}
