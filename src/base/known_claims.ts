/**
 * Whose tokens there are, and what is certain of their claims before one has come:
 * those who judge the tokens say it, those who read the claims rely on it.
 */
import type { CredentialKind } from "./identity.ts";
import { isJsonObject, type Json } from "./json.ts";
import { unreachable } from "./assert.ts";

/** What a claim's value must be. */
export type ClaimType =
  | "string"
  | "number"
  | "boolean"
  /** A list of strings, empty or not. */
  | "strings"
  | "object";

export const CLAIM_TYPES = [
  "string",
  "number",
  "boolean",
  "strings",
  "object",
] as const satisfies readonly ClaimType[];

export function hasType(value: Json | undefined, type: ClaimType): boolean {
  switch (type) {
    case "strings":
      return Array.isArray(value) &&
        value.every((element) => typeof element === "string");
    case "object":
      return value !== undefined && isJsonObject(value);
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      return unreachable(type);
  }
}

/** A claim of which something is certain. */
export interface KnownClaim {
  /** Names from the outside in, each literal. */
  readonly path: readonly string[];
  /** It is of one of these wherever it is; of none where it never is. */
  readonly types: readonly ClaimType[];
  /** It is one of these, if these alone are let in. */
  readonly values?: readonly string[];
  /** Whether it is in every token. */
  readonly isRequired: boolean;
  /** The issuer's setting that says so, unless the kind of token does. */
  readonly setting?: "required_claims" | "namespaces";
}

/** The tokens of one issuer of one kind. */
export interface IssuerTokens {
  readonly issuer: string;
  readonly credential: CredentialKind;
  /** What is certain of their claims. */
  readonly claims: readonly KnownClaim[];
}
