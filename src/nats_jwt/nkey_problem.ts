/**
 * What is wrong with the text of a seed or a public nkey, for whoever set it:
 * what should be there, and what kind of key is there instead. The value itself
 * is never shown, since what stands in the wrong place is often a seed.
 */
import type { Secret } from "../base/secret.ts";
import { decodeSeed, SEED_PREFIX } from "./nkeys.ts";
import { isPublicKey, type NkeyRole } from "./public_key.ts";

export interface NkeyProblem {
  /** Continues the sentence that the setting's name begins. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;
}

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

const PUBLIC_PREFIX: Readonly<Record<NkeyRole, string>> = {
  account: "A",
  curve: "X",
  operator: "O",
  server: "N",
  user: "U",
};

/** Undefined if it is a whole seed of that role. */
export function seedProblem(
  seed: Secret,
  role: NkeyRole,
): NkeyProblem | undefined {
  try {
    decodeSeed(seed, role);
    return undefined;
  } catch {
    // Its message is for programmers; this one is for who wrote the setting.
    const expected = `a seed that begins with ${SEED_PREFIX[role]}`;
    return {
      problem: `must hold ${expected}, and holds ${
        describeNkey(seed.reveal())
      }`,
      remedy: `put ${expected} there`,
    };
  }
}

/** Undefined if it is a public nkey of that role. */
export function publicKeyProblem(
  text: string,
  role: NkeyRole,
): NkeyProblem | undefined {
  if (isPublicKey(text, role)) return undefined;
  const expected = `a public key that begins with ${PUBLIC_PREFIX[role]}`;
  const found = describeNkey(text);
  return {
    problem: `must be ${expected}, and is ${found}`,
    remedy: found.startsWith("the seed")
      ? `put ${expected} there: seeds are secret, and this is not a place for one`
      : `put ${expected} there`,
  };
}

/** What a text is, without a character of it. */
function describeNkey(text: string): string {
  if (!NKEY_REGEXP.test(text)) return "something else";
  const known = PREFIXES.find(([prefix]) => text.startsWith(prefix));
  if (known === undefined) return "something else";
  return `${known[1]}, or looks like one`;
}
