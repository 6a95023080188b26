/**
 * Which claim a rule means. A name is taken literally, whatever characters it
 * has: one with a dot or a URL is never a path. A path into nested claims starts
 * with `/` (JSON Pointer, RFC 6901).
 */
import type { Identity } from "../base/identity.ts";
import { isJsonObject, type Json, member } from "../base/json.ts";
import { Fault } from "./rule_fault.ts";

export interface ClaimReference {
  /** As the operator wrote it. */
  readonly text: string;
  /** One name, or several that lead inwards. */
  readonly steps: readonly string[];
}

const CLAIM_CHARS_MAX = 256;

/** `~` stands for itself as `~0`, `/` as `~1`. */
const STRAY_ESCAPE_REGEXP = /~(?![01])/;

export function parseClaimReference(text: string): ClaimReference | Fault {
  if (text === "") {
    return new Fault("names no claim", "write the claim's name");
  }
  if (text.length > CLAIM_CHARS_MAX || !text.isWellFormed()) {
    return new Fault(
      "is no name of a claim",
      `claims' names have ${CLAIM_CHARS_MAX} characters at most`,
    );
  }
  if (!text.startsWith("/")) return { text, steps: [text] };
  if (STRAY_ESCAPE_REGEXP.test(text)) {
    return new Fault(
      "has a ~ that is neither ~0 nor ~1",
      "in a path, write ~ as ~0, and a / that is part of a name as ~1",
    );
  }
  const steps = text.slice(1).split("/").map((step) =>
    step.replaceAll("~1", "/").replaceAll("~0", "~")
  );
  return { text, steps };
}

/** Whether it means the claim of that name itself, and nothing in another one. */
export function isOnly({ steps }: ClaimReference, name: string): boolean {
  return steps.length === 1 && steps[0] === name;
}

/** Whether both mean the same claim, however they are written. */
export function isSameClaim(
  { steps }: ClaimReference,
  other: ClaimReference,
): boolean {
  return steps.length === other.steps.length &&
    steps.every((step, index) => step === other.steps[index]);
}

/** A step that leads into a list. */
export const INDEX_REGEXP = /^(?:0|[1-9]\d{0,5})$/;

/**
 * The claim's value, undefined if there is none. `sub` and `iss` are those of the
 * identity, which every kind of credential has. An `email` that is not verified,
 * and what is in it, is none: at many issuers everybody can write somebody else's
 * there.
 */
export function readClaim(
  identity: Identity,
  claim: ClaimReference,
): Json | undefined {
  if (isOnly(claim, "sub")) return identity.sub;
  if (isOnly(claim, "iss")) return identity.issuer;
  return isUnverified(identity, claim) ? undefined : follow(identity, claim);
}

/** Why an `email` does not count, in words. */
export const UNVERIFIED = 'it is not verified: "email_verified" is not true';

/** The claim's value if it is an `email` that does not count. */
export function readUnverified(
  identity: Identity,
  claim: ClaimReference,
): Json | undefined {
  return isUnverified(identity, claim) ? follow(identity, claim) : undefined;
}

/** The literal `true` alone (OpenID Connect Core section 5.1). */
function isUnverified(
  { claims }: Identity,
  { steps }: ClaimReference,
): boolean {
  return steps[0] === "email" && member(claims, "email_verified") !== true;
}

function follow(
  { claims }: Identity,
  { steps }: ClaimReference,
): Json | undefined {
  let value: Json | undefined = claims;
  for (const step of steps) {
    if (isJsonObject(value)) value = member(value, step);
    else if (Array.isArray(value) && INDEX_REGEXP.test(step)) {
      value = value[Number(step)];
    } else return undefined;
  }
  return value;
}
