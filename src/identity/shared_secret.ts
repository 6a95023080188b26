/**
 * Secrets that an issuer shares with us for HS256, HS384 and HS512. They never
 * meet the keys of an issuer that signs: the two have no store in common.
 *
 * A secret is read once and kept as a key of the runtime, which prints nothing.
 */
import { Buffer } from "node:buffer";
import { createSecretKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { Secret } from "../base/secret.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import { createHmacKey } from "./verification_key.ts";
import type { VerificationKey } from "./verification_key.ts";
import type { CandidateKeys } from "./key_set.ts";
import { isPublished } from "./published_secret.ts";
import { secretWeakness } from "./weak_secret.ts";

/** How the secret's bytes are written down. There is no guessing. */
export type SecretEncoding = "base64" | "base64url" | "hex" | "utf8";

/** A secret that was read by {@linkcode parseSharedSecret}. */
export interface SharedSecret {
  /** Chosen for tokens that name it; tried for those that name none. */
  readonly kid?: string;
  readonly encoding: SecretEncoding;
  readonly byteLength: number;
  readonly keyObject: KeyObject;
}

/** A secret as it is written down. */
export interface SharedSecretSource {
  readonly text: Secret;
  readonly encoding: SecretEncoding;
  readonly kid?: string;
  /** Published secrets, one a line, of which it must be none. */
  readonly published?: string;
}

const FORM_REGEXP: Readonly<Record<SecretEncoding, RegExp>> = {
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  base64url: /^[A-Za-z0-9_-]+$/,
  hex: /^(?:[0-9A-Fa-f]{2})+$/,
  utf8: /^\S+(?: \S+)*$/,
};

/**
 * Reads a secret. One line break at the end is not part of it, because editors
 * and `echo` put one into files; any other white space around it is a mistake.
 *
 * @throws {SyntaxError} If it is not of that encoding, or could be guessed.
 */
export function parseSharedSecret(source: SharedSecretSource): SharedSecret {
  const { encoding, kid } = source;
  const text = source.text.reveal().replace(/\r?\n$/, "");
  if (!FORM_REGEXP[encoding].test(text)) {
    throw new SyntaxError(`Cannot use shared secret: it is not ${encoding}`);
  }
  const bytes = Buffer.from(text, encoding);
  const weakness = isPublished(bytes, source.published)
    ? "has been published"
    : secretWeakness(bytes);
  if (weakness !== undefined) {
    throw new SyntaxError(
      `Cannot use shared secret: it ${weakness}; make one with "openssl rand -base64 48"`,
    );
  }
  return {
    ...(kid === undefined ? {} : { kid }),
    encoding,
    byteLength: bytes.length,
    keyObject: createSecretKey(bytes),
  };
}

/** The secrets of one issuer: at most two, the current one and one to rotate with. */
export class SharedSecrets {
  readonly #keys: readonly VerificationKey[];

  constructor(
    secrets: readonly SharedSecret[],
    algorithms: readonly JwsAlgorithm[],
  ) {
    this.#keys = secrets.map(({ kid, keyObject }) =>
      createHmacKey({ kid, algorithms: new Set(algorithms), keyObject })
    );
  }

  /** The secret that the token names; those without a name for a name that none has. */
  find(kid: string | undefined): CandidateKeys | Rejected {
    const named = this.#keys.filter((key) => key.kid === kid);
    const keys = kid === undefined
      ? this.#keys
      : named.length > 0
      ? named
      : this.#keys.filter((key) => key.kid === undefined);
    return keys.length > 0
      ? { kind: "candidate keys", keys }
      : rejected("key_unknown", 'No shared secret has the name in "kid"');
  }
}
