/**
 * The form of API tokens: `nct_<id>.<secret>`. The first part names the token in
 * files, lists and logs; the second is 256 random bits. Nothing but a hash of the
 * whole is kept, so a file that is lost opens no door.
 *
 * A plain hash is enough because nobody can guess 256 bits (NIST SP 800-63B-4
 * section 3.1.2); a secret that a person made up is no API token.
 */
import { createHash, randomBytes } from "node:crypto";
import { Secret } from "../base/secret.ts";
import { decodeBase64url, encodeBase64url } from "../base/base64url.ts";

/** Marks a token as one of ours, for the router and for scanners of leaked secrets. */
export const API_TOKEN_PREFIX = "nct_";

/** 80 bits in base 32 behind the prefix: ids are no secret, and never meet by chance. */
export const API_TOKEN_ID_REGEXP = /^nct_[a-z2-7]{16}$/;

const API_TOKEN_REGEXP = /^(nct_[a-z2-7]{16})\.([A-Za-z0-9_-]{43})$/;

const SECRET_BYTES = 32;
const DIGEST_BYTES = 32;

/** The token's id, or undefined if the text has not the form of an API token. */
export function apiTokenId(text: string): string | undefined {
  const [, id, secret = ""] = API_TOKEN_REGEXP.exec(text) ?? [];
  return decodeBase64url(secret)?.length === SECRET_BYTES ? id : undefined;
}

/** What is kept of a token: SHA-256 of all of it. */
export function apiTokenDigest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

const EMPTY_DIGEST = encodeBase64url(apiTokenDigest(""));

/** The digest, or undefined if the text is none, or is that of nothing at all. */
export function decodeApiTokenDigest(text: string): Uint8Array | undefined {
  if (text === EMPTY_DIGEST) return undefined;
  const digest = decodeBase64url(text);
  return digest?.length === DIGEST_BYTES ? digest : undefined;
}

export interface NewApiToken {
  readonly id: string;
  /** To be shown once, to whoever asked for it. */
  readonly token: Secret;
  /** To be kept. */
  readonly digest: string;
}

export function createApiToken(): NewApiToken {
  const id = `${API_TOKEN_PREFIX}${createId()}`;
  const text = `${id}.${encodeBase64url(randomBytes(SECRET_BYTES))}`;
  return {
    id,
    token: new Secret(text),
    digest: encodeBase64url(apiTokenDigest(text)),
  };
}

const ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** One character for each byte: 256 is a multiple of 32, so all are as likely. */
function createId(): string {
  return Array.from(
    randomBytes(16),
    (byte) => ID_CHARACTERS.charAt(byte % ID_CHARACTERS.length),
  ).join("");
}
