/**
 * What stands for a value of the identity in a subject: `${sub}`, `${issuer}`,
 * `${claims.NAME}`. Each becomes exactly one subject token, whatever the value
 * is, or the identity is refused. Only `${claims.NAME:path}` may become several,
 * and then of plain tokens alone.
 */
import { Buffer } from "node:buffer";
import type { Identity } from "../base/identity.ts";
import { SUB_BYTES_MAX, SUBJECT_PATH_TOKENS_MAX } from "../base/limits.ts";
import {
  type Rejected,
  rejected,
  type RejectionCode,
} from "../base/outcome.ts";
import {
  type ClaimReference,
  parseClaimReference,
  readClaim,
  readUnverified,
  UNVERIFIED,
} from "./claim_reference.ts";
import { Fault } from "./rule_fault.ts";
import { PLAIN_TOKEN_REGEXP, subjectToken } from "./subject_token.ts";

export type Placeholder =
  | { readonly kind: "sub"; readonly text: string }
  | { readonly kind: "issuer"; readonly text: string }
  | ClaimPlaceholder;

export type ClaimPlaceholder =
  | {
    readonly kind: "claim";
    /** As the operator wrote it, with `${` and `}`. */
    readonly text: string;
    readonly claim: ClaimReference;
  }
  | {
    readonly kind: "path";
    readonly text: string;
    readonly claim: ClaimReference;
    /** No token of the path may be this: it stands behind the path, and would end it early. */
    readonly end?: string | undefined;
  };

/** Labels of issuers, by issuer; at most one of several goes without. */
export type IssuerLabels = ReadonlyMap<string, string>;

const PATH_SUFFIX = ":path";
const CLAIM_PREFIX = "claims.";

const KNOWN =
  "there are ${sub}, ${issuer}, ${claims.NAME} and ${claims.NAME:path}";

/** @param inner What stands between `${` and `}`. */
export function parsePlaceholder(inner: string): Placeholder | Fault {
  const text = `\${${inner}}`;
  if (inner === "sub" || inner === "issuer") return { kind: inner, text };
  if (!inner.startsWith(CLAIM_PREFIX)) {
    return new Fault("has a ${...} that stands for nothing", KNOWN);
  }
  const isPath = inner.endsWith(PATH_SUFFIX);
  const name = inner.slice(
    CLAIM_PREFIX.length,
    isPath ? -PATH_SUFFIX.length : undefined,
  );
  const claim = parseClaimReference(name);
  if (claim instanceof Fault) return claim;
  const [first = "", ...further] = claim.steps;
  if (further.length === 0 && ["sub", "iss"].includes(first)) {
    return new Fault(
      `has ${text}, which two issuers may both give to somebody else`,
      "write ${sub}, which keeps the issuers apart, or ${issuer}",
    );
  }
  return { kind: isPath ? "path" : "claim", text, claim };
}

/** The token, or tokens, that it stands for with this identity. */
export function fillPlaceholder(
  placeholder: Placeholder,
  identity: Identity,
  labels: IssuerLabels,
): string | Rejected {
  const label = labels.get(identity.issuer);
  switch (placeholder.kind) {
    case "sub": {
      const fault = checkValue(identity.sub);
      return fault === undefined
        ? subjectToken(identity.sub, label)
        : unusable("sub_unusable_in_subject", placeholder, fault);
    }
    case "issuer":
      return label ?? unusable(
        "claim_unusable_in_subject",
        placeholder,
        "the issuer has no label",
      );
    default: {
      const { claim } = placeholder;
      const value = readClaim(identity, claim);
      const fault = readUnverified(identity, claim) === undefined
        ? checkClaim(placeholder, value)
        : UNVERIFIED;
      if (typeof value !== "string" || fault !== undefined) {
        return unusable("claim_unusable_in_subject", placeholder, fault);
      }
      return placeholder.kind === "path" ? value : subjectToken(value);
    }
  }
}

/** What keeps a claim with this value from standing there. */
export function checkClaim(
  placeholder: ClaimPlaceholder,
  value: unknown,
): string | undefined {
  const fault = checkValue(value);
  if (
    placeholder.kind === "claim" || fault !== undefined ||
    typeof value !== "string"
  ) return fault;
  const tokens = value.split(".");
  const tooMany = tokens.length > SUBJECT_PATH_TOKENS_MAX;
  if (tooMany || !tokens.every((token) => PLAIN_TOKEN_REGEXP.test(token))) {
    return `the claim is not 1 to ${SUBJECT_PATH_TOKENS_MAX} plain tokens with dots between them`;
  }
  const { end } = placeholder;
  return end !== undefined && tokens.includes(end)
    ? `the claim holds the token "${end}", which ends the path`
    : undefined;
}

/** What keeps a value from standing in a subject. */
function checkValue(value: unknown): string | undefined {
  if (value === undefined) return "the claim is not there";
  if (typeof value !== "string") return "the claim is not a string";
  if (value === "") return "the claim is empty";
  // A lone surrogate has no UTF-8 of its own: two of them would share a token.
  if (!value.isWellFormed()) return "the claim is not well-formed Unicode";
  if (Buffer.byteLength(value, "utf8") > SUB_BYTES_MAX) {
    return `the claim is longer than ${SUB_BYTES_MAX} bytes`;
  }
  return undefined;
}

function unusable(
  code: RejectionCode,
  { text }: Placeholder,
  fault = "",
): Rejected {
  return rejected(code, `Cannot fill ${text}: ${fault}`);
}
