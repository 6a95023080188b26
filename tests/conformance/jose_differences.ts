/**
 * Where we refuse a token that `jose` admits: by what of the token each of our
 * codes is explained, and why jose does not mind. Whatever else we refuse alone is
 * a mistake.
 */
import { Buffer } from "node:buffer";
import { NOW_SECONDS } from "../fixtures/jwt_scene.ts";

/** A token, and what was written into it. */
export interface WrittenToken {
  readonly token: string;
  readonly headerText: string;
  readonly payloadText: string;
}

type Members = Readonly<Record<string, unknown>>;

/** Whether it has something that may cause the code. */
type Cause = (
  header: Members,
  claims: Members,
  written: WrittenToken,
) => boolean;

const TOLERANCE_SECONDS = 30;
const LIFETIME_SECONDS_MAX = 3_600;

const CAUSES: Readonly<Record<string, Cause>> = {
  // jose takes white space, unused bits, doubled names, byte order marks, zip, cty and any kid.
  "bearer_token_malformed": (header, _claims, { token, payloadText }) =>
    !isCanonical(token) || !isPlain(payloadText) ||
    ["zip", "b64", "crit"].some((name) => name in header) ||
    "cty" in header && /jwt$/i.test(String(header["cty"])) ||
    ["cty", "kid", "typ"].some((name) =>
      name in header && typeof header[name] !== "string"
    ),
  // jose checks that sub is there, not that it names somebody; of aud, that ours is in it.
  "claim_invalid": (_header, { sub, aud }) =>
    typeof sub !== "string" || sub === "" ||
    Array.isArray(aud) && aud.some((each) => typeof each !== "string"),
  // jose reads iat only if an age is asked for.
  "bearer_token_not_yet_valid": (_header, { iat }) =>
    typeof iat === "number" && iat > NOW_SECONDS + TOLERANCE_SECONDS,
  // jose knows no longest lifetime.
  "bearer_token_lifetime_too_long": (_header, { exp, iat }) =>
    typeof exp === "number" &&
    (typeof iat === "number" && exp - iat > LIFETIME_SECONDS_MAX ||
      exp - NOW_SECONDS > LIFETIME_SECONDS_MAX + TOLERANCE_SECONDS),
  // jose takes any typ unless one is asked for, and ID tokens.
  "token_type_not_accepted": ({ typ }, claims) =>
    typ !== undefined && typ !== "JWT" && typ !== "at+jwt" ||
    "nonce" in claims || "typ" in claims,
  // jose leaves cnf to the caller.
  "sender_constrained_token": (_header, claims) => "cnf" in claims,
};

/** Whether the token has something by which we, and not jose, refuse it with that code. */
export function isExplained(code: string, written: WrittenToken): boolean {
  const { headerText, payloadText } = written;
  const cause = Object.hasOwn(CAUSES, code) ? CAUSES[code] : undefined;
  return cause !== undefined &&
    cause(readMembers(headerText), readMembers(payloadText), written);
}

/** Each part as its bytes are written, and nothing around it. */
function isCanonical(token: string): boolean {
  const parts = token.split(".");
  return parts.length === 3 &&
    parts.every((part) =>
      Buffer.from(part, "base64url").toString("base64url") === part
    );
}

/** JSON that says the same to every reader, with spaces around it perhaps. */
function isPlain(text: string): boolean {
  return JSON.stringify(readMembers(text)) ===
      text.replaceAll(/^ +| +$/g, "") &&
    !/\\ud[89a-f]/.test(text);
}

function readMembers(text: string): Members {
  return JSON.parse(text.replace(/^\ufeff/, ""));
}
