/**
 * The conditions of a rule, one file for all of them: what each asks of the
 * identity or the connection. A value of another type than expected never meets
 * a condition.
 */
import type { ConnectionType } from "../base/connection_type.ts";
import type { CredentialKind, Identity } from "../base/identity.ts";
import type { Json } from "../base/json.ts";
import {
  type Address,
  type AddressRange,
  isInRange,
  parseAddress,
} from "./address_range.ts";
import {
  type ClaimReference,
  isOnly,
  readClaim,
  readUnverified,
  UNVERIFIED,
} from "./claim_reference.ts";
import type { LoginFacts } from "./grant.ts";

/** What a claim can be compared with. */
export type Scalar = string | number | boolean;

export type ClaimTest =
  | { readonly kind: "present" | "absent" }
  | { readonly kind: "equals" | "contains"; readonly value: Scalar }
  | {
    readonly kind: "one of" | "contains one of";
    readonly values: readonly Scalar[];
  }
  | { readonly kind: "scope contains"; readonly scope: string };

export type Condition =
  | { readonly kind: "issuer"; readonly issuers: readonly string[] }
  | { readonly kind: "kind"; readonly kinds: readonly CredentialKind[] }
  | { readonly kind: "connection"; readonly types: readonly ConnectionType[] }
  | {
    readonly kind: "source";
    readonly ranges: readonly AddressRange[];
    /** As the operator wrote them. */
    readonly text: string;
  }
  | {
    readonly kind: "claim";
    readonly claim: ClaimReference;
    readonly test: ClaimTest;
  };

/** One login: who it is, and how connected. */
export interface Login {
  readonly identity: Identity;
  readonly facts: LoginFacts;
  /** The host, if it is an address. */
  readonly address: Address | undefined;
}

export function toLogin(identity: Identity, facts: LoginFacts): Login {
  return { identity, facts, address: parseAddress(facts.host) };
}

/**
 * @param refuses Whether the condition is of a rule that refuses: that takes an
 *   `email` that is not verified as there and as not there, a grant as neither.
 */
export function holds(
  condition: Condition,
  login: Login,
  refuses: boolean,
): boolean {
  switch (condition.kind) {
    case "issuer":
      return condition.issuers.includes(login.identity.issuer);
    case "kind":
      return condition.kinds.includes(login.identity.credential);
    case "connection":
      return condition.types.includes(login.facts.connectionType);
    case "source":
      return isFrom(condition.ranges, login.address);
    default: {
      const { claim, test } = condition;
      const unverified = readUnverified(login.identity, claim);
      if (unverified === undefined) {
        return passes(test, readClaim(login.identity, claim));
      }
      return refuses && (passes(test, undefined) || passes(test, unverified));
    }
  }
}

export function isFrom(
  ranges: readonly AddressRange[],
  address: Address | undefined,
): boolean {
  if (address === undefined) return false;
  return ranges.some((range) => isInRange(address, range));
}

/** Whether a claim with this value meets the test; undefined: it is not there. */
export function passes(test: ClaimTest, value: Json | undefined): boolean {
  switch (test.kind) {
    case "present":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "equals":
      return value === test.value;
    case "one of":
      return isScalar(value) && test.values.includes(value);
    // A string is not a list: `ops` must not be found in `devops`.
    case "contains":
      return Array.isArray(value) && value.includes(test.value);
    case "contains one of":
      return Array.isArray(value) &&
        test.values.some((wanted) => value.includes(wanted));
    default:
      return holdsScope(value, test.scope);
  }
}

/**
 * The least that a claim can be to pass the test: what all of these pass, every
 * claim does that passes it. More elements of a list, or more words of a scope,
 * never fail a test that fewer pass. For `present` there is no such thing.
 */
export function samplesOf(test: ClaimTest): readonly (Json | undefined)[] {
  switch (test.kind) {
    case "absent":
    case "present":
      return [undefined];
    case "equals":
      return [test.value];
    case "one of":
      return test.values;
    case "contains":
      return [[test.value]];
    case "contains one of":
      return test.values.map((value) => [value]);
    default:
      return [test.scope, [test.scope]];
  }
}

/** Scopes as RFC 6749 section 3.3 writes them, or the array that some issuers make of them. */
function holdsScope(value: Json | undefined, scope: string): boolean {
  if (Array.isArray(value)) return value.includes(scope);
  if (typeof value !== "string") return false;
  // Most rules fail here, without the list being made.
  return value.includes(scope) && value.split(" ").includes(scope);
}

function isScalar(value: Json | undefined): value is Scalar {
  return typeof value === "string" || typeof value === "number" ||
    typeof value === "boolean";
}

export function isAboutIssuer(condition: Condition): boolean {
  return condition.kind === "issuer" ||
    condition.kind === "claim" && isOnly(condition.claim, "iss");
}

/** The condition in words. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case "issuer":
      return `issuer is ${condition.issuers.join(" or ")}`;
    case "kind":
      return `kind is ${condition.kinds.join(" or ")}`;
    case "connection":
      return `connection is ${condition.types.join(" or ")}`;
    case "source":
      return `source is in ${condition.text}`;
    default:
      return `claim ${quote(condition.claim.text)} ${
        describeTest(condition.test)
      }`;
  }
}

function describeTest(test: ClaimTest): string {
  switch (test.kind) {
    case "present":
    case "absent":
      return `is ${test.kind}`;
    case "equals":
      return `equals ${quote(test.value)}`;
    case "one of":
      return `is one of ${test.values.map(quote).join(", ")}`;
    case "contains":
      return `contains ${quote(test.value)}`;
    case "contains one of":
      return `contains one of ${test.values.map(quote).join(", ")}`;
    default:
      return `contains the scope ${quote(test.scope)}`;
  }
}

/** What the login has instead, without the claim's value: that may be personal. */
export function describeActual(condition: Condition, login: Login): string {
  const { facts, identity } = login;
  switch (condition.kind) {
    case "issuer":
      return `it is ${identity.issuer}`;
    case "kind":
      return `it is ${identity.credential}`;
    case "connection":
      return `it is ${facts.connectionType}`;
    case "source":
      return login.address === undefined
        ? "the host is no address"
        : `it is ${facts.host}`;
    default:
      return readUnverified(identity, condition.claim) === undefined
        ? describeValue(readClaim(identity, condition.claim))
        : UNVERIFIED;
  }
}

function describeValue(value: Json | undefined): string {
  if (value === undefined) return "there is none";
  if (value === null) return "it is null";
  if (Array.isArray(value)) return `it is a list of ${value.length}`;
  return typeof value === "object"
    ? "it is an object"
    : `it is a ${typeof value}`;
}

function quote(value: Scalar): string {
  return JSON.stringify(value);
}
