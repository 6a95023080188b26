/**
 * Seeds and public nkeys in the settings: of the right role and whole. What is
 * wrong is named by the setting; the value itself is never shown, since what
 * stands in the wrong place is often a seed.
 */
import { Secret } from "../base/secret.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import { isPublicKey } from "../nats_jwt/public_key.ts";
import type { Checking } from "./checking.ts";

type Role = "account" | "curve" | "server" | "user";

/** A seed has 58 characters; files of `nsc` hold nothing else. */
const SEED_FILE_BYTES_MAX = 1024;

/** What nkeys begin with (nkeys `strkey.go`). */
const PREFIXES: readonly (readonly [prefix: string, meaning: string])[] = [
  ["SA", "the seed of an account"],
  ["SC", "the seed of a cluster"],
  ["SN", "the seed of a server"],
  ["SO", "the seed of an operator"],
  ["SU", "the seed of a user"],
  ["SX", "the seed of a curve key"],
  ["A", "the public key of an account"],
  ["N", "the public key of a server"],
  ["O", "the public key of an operator"],
  ["U", "the public key of a user"],
  ["X", "a public curve key"],
];

const NKEY_REGEXP = /^[A-Z2-7]{56,58}$/;

const SEED_PREFIX: Readonly<Record<Role, string>> = {
  account: "SA",
  curve: "SX",
  server: "SN",
  user: "SU",
};

const PUBLIC_PREFIX: Readonly<Record<Role, string>> = {
  account: "A",
  curve: "X",
  server: "N",
  user: "U",
};

/** A setting that holds a seed and one that names a file with it. */
export interface SeedSetting {
  readonly path: string;
  readonly value: string | undefined;
  readonly file: string | undefined;
  readonly role: Role;
  /** What to set, if neither is. */
  readonly remedy: string;
  readonly optional?: boolean;
}

/** The seed, from the setting or else from the file. Undefined if there is no good one. */
export function readSeed(
  checking: Checking,
  setting: SeedSetting,
): Secret | undefined {
  const { path, value, file, role, remedy } = setting;
  const filePath = `${path}_file`;
  if (value !== undefined) return checkSeed(checking, path, value, role);
  if (file === undefined) {
    if (setting.optional !== true) {
      checking.reportMissing([path, filePath], remedy);
    }
    return undefined;
  }
  const request = { path: file, secret: true, bytesMax: SEED_FILE_BYTES_MAX };
  const text = setting.optional === true
    ? checking.readFileIfThere(filePath, request)
    : checking.readFile(filePath, request);
  return text === undefined
    ? undefined
    : checkSeed(checking, filePath, text, role);
}

/** White space around a seed is no part of it: a line end, mostly. */
export function checkSeed(
  checking: Checking,
  path: string,
  text: string,
  role: Role,
): Secret | undefined {
  const seed = new Secret(text.trim());
  try {
    decodeSeed(seed, role);
    return seed;
  } catch {
    // Its message is for programmers; this one is for who wrote the setting.
    const expected = `a seed that begins with ${SEED_PREFIX[role]}`;
    checking.report(
      path,
      `must hold ${expected}, and holds ${describeNkey(seed.reveal())}`,
      `put ${expected} there`,
    );
    return undefined;
  }
}

export function checkPublicKey(
  checking: Checking,
  path: string,
  text: string,
  role: Role,
): string | undefined {
  if (isPublicKey(text, role)) return text;
  const expected = `a public key that begins with ${PUBLIC_PREFIX[role]}`;
  const found = describeNkey(text);
  checking.report(
    path,
    `must be ${expected}, and is ${found}`,
    found.startsWith("the seed")
      ? `put ${expected} there; a seed is secret and belongs to signing_key or xkey`
      : `put ${expected} there`,
  );
  return undefined;
}

/** What a text is, without a character of it. */
function describeNkey(text: string): string {
  if (!NKEY_REGEXP.test(text)) return "something else";
  const known = PREFIXES.find(([prefix]) => text.startsWith(prefix));
  if (known === undefined) return "something else";
  return `${known[1]}, or looks like one`;
}
