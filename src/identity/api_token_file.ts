/**
 * The file of API tokens: whom each stands for, until when, and a hash of it. All
 * of it is checked when it is read; one entry that is wrong makes the whole file
 * unusable, because nobody can know what it was meant to say.
 */
import { decodeJsonObject, isJsonObject, JsonFault } from "../base/json.ts";
import { member } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { API_TOKENS_MAX, JSON_LIMITS } from "../base/limits.ts";
import { toEpochSeconds } from "../base/time.ts";
import type { EpochMs, EpochSeconds } from "../base/time.ts";
import { API_TOKEN_ID_REGEXP, decodeApiTokenDigest } from "./api_token.ts";
import { readName } from "./named_claims.ts";

/** One entry, as it stands in the file. */
export interface ApiTokenEntry {
  readonly "id": string;
  /** base64url of SHA-256 of the whole token. */
  readonly "sha256": string;
  readonly "sub": string;
  /** ISO 8601, in UTC. */
  readonly "created_at": string;
  readonly "expires_at": string;
  /** What rules can ask for. */
  readonly "claims"?: JsonObject;
  /** For people. */
  readonly "description"?: string;
  readonly "disabled"?: boolean;
}

export interface ApiTokenRecord {
  readonly entry: ApiTokenEntry;
  readonly digest: Uint8Array;
  readonly sub: string;
  readonly claims: JsonObject;
  readonly expiresAt: EpochSeconds;
  readonly disabled: boolean;
}

export type ApiTokenRecords = ReadonlyMap<string, ApiTokenRecord>;

/** Why a file of API tokens cannot be used: names the entry and the member. */
export class ApiTokenFileFault {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

const VERSION = 1;

const MEMBERS: readonly string[] = [
  "id",
  "sha256",
  "sub",
  "created_at",
  "expires_at",
  "claims",
  "description",
  "disabled",
];

/** Claims that say when and by whom something was issued: not for the file to invent. */
export const RESERVED_CLAIMS: readonly string[] = [
  "iss",
  "sub",
  "exp",
  "nbf",
  "iat",
];

export function parseApiTokenFile(
  text: string,
): ApiTokenRecords | ApiTokenFileFault {
  const file = decodeJsonObject(text, {
    ...JSON_LIMITS,
    membersMax: 64 * API_TOKENS_MAX,
  });
  if (file instanceof JsonFault) return new ApiTokenFileFault(file.problem);
  const entries = member(file, "tokens");
  if (member(file, "version") !== VERSION || !Array.isArray(entries)) {
    return new ApiTokenFileFault(
      `is not of version ${VERSION}, with an array "tokens"`,
    );
  }
  if (entries.length > API_TOKENS_MAX) {
    return new ApiTokenFileFault(`has more than ${API_TOKENS_MAX} tokens`);
  }
  const records = new Map<string, ApiTokenRecord>();
  const digests = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const record = parseEntry(entry);
    if (typeof record === "string") {
      return new ApiTokenFileFault(`tokens[${index}] ${record}`);
    }
    const { id, sha256 } = record.entry;
    if (records.has(id)) {
      return new ApiTokenFileFault(`tokens[${index}] has the "id" of another`);
    }
    if (digests.has(sha256)) {
      return new ApiTokenFileFault(
        `tokens[${index}] has the "sha256" of another`,
      );
    }
    records.set(id, record);
    digests.add(sha256);
  }
  return records;
}

export function formatApiTokenFile(entries: readonly ApiTokenEntry[]): string {
  const file = { "version": VERSION, "tokens": entries };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The entry, or what is wrong with it. */
function parseEntry(entry: Json): ApiTokenRecord | string {
  if (!isJsonObject(entry)) return "is not an object";
  for (const name of Object.keys(entry)) {
    if (!MEMBERS.includes(name)) return "has a member that is not known";
  }
  const id = member(entry, "id");
  if (typeof id !== "string" || !API_TOKEN_ID_REGEXP.test(id)) {
    return 'has no "id" of an API token';
  }
  const sha256 = member(entry, "sha256");
  const digest = typeof sha256 === "string"
    ? decodeApiTokenDigest(sha256)
    : undefined;
  if (typeof sha256 !== "string" || digest === undefined) {
    return 'has no "sha256" of an API token, in base64url';
  }
  const sub = readName(entry, "sub");
  if (sub.kind === "rejected") return 'has no usable "sub"';
  const createdAt = readTime(entry, "created_at");
  if (createdAt === undefined) return 'has no time in "created_at"';
  const expiresAt = readTime(entry, "expires_at");
  if (expiresAt === undefined) {
    return 'has no time in "expires_at", as in 2027-01-31T00:00:00Z';
  }
  const claims = member(entry, "claims") ?? {};
  if (!isJsonObject(claims)) return '"claims" is not an object';
  if (RESERVED_CLAIMS.some((name) => Object.hasOwn(claims, name))) {
    return `"claims" has one of ${RESERVED_CLAIMS.join(", ")}`;
  }
  const disabled = member(entry, "disabled") ?? false;
  if (typeof disabled !== "boolean") return '"disabled" is not true or false';
  const description = member(entry, "description");
  if (description !== undefined && typeof description !== "string") {
    return '"description" is not a string';
  }
  return {
    entry: {
      id,
      sha256,
      "sub": sub.text,
      "created_at": createdAt.text,
      "expires_at": expiresAt.text,
      ...(Object.keys(claims).length === 0 ? {} : { claims }),
      ...(description === undefined ? {} : { description }),
      ...(disabled ? { disabled } : {}),
    },
    digest,
    sub: sub.text,
    claims: { ...claims, "sub": sub.text },
    expiresAt: expiresAt.seconds,
    disabled,
  };
}

const TIME_REGEXP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** In UTC only: a time without a zone is another one on every machine. */
function readTime(
  entry: JsonObject,
  name: string,
): { readonly text: string; readonly seconds: EpochSeconds } | undefined {
  const text = member(entry, name);
  if (typeof text !== "string" || !TIME_REGEXP.test(text)) return undefined;
  const time = Date.parse(text) as EpochMs;
  if (Number.isNaN(time)) return undefined;
  return { text, seconds: toEpochSeconds(time) };
}
