/**
 * The development issuer: an Ed25519 key pair in a folder, whose JWKS the
 * service reads like any other issuer's. Never used outside of development.
 */
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from "jose";
import { Secret } from "../base/secret.ts";
import { systemClock, toEpochSeconds } from "../base/time.ts";
import { messageOf } from "./command.ts";
import { exists } from "./files.ts";

/** `iss` of its tokens. */
export const DEVELOPMENT_ISSUER = "urn:nats-auth-callout:development";
/** `aud` of its tokens, unless asked otherwise. */
export const DEVELOPMENT_AUDIENCE = "nats";

export interface TokenIssuer {
  /** Where the service finds the public key. */
  readonly jwksFile: string;
  mint(options: TokenOptions): Promise<Secret>;
}

export interface TokenOptions {
  readonly sub: string;
  readonly ttlSeconds: number;
  /** For tests: how long ago it was issued. */
  readonly ageSeconds?: number;
  readonly audience?: string;
  /** Further claims; they do not replace those that the issuer sets. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The issuer's key cannot be used; the message names the file and the way out. */
export class TokenIssuerError extends Error {
  override readonly name = "TokenIssuerError";
}

const ALGORITHM = "EdDSA";
/** Bits of the file's mode that let others than the owner in. */
const OTHERS = 0o077;

/**
 * Opens the issuer in a folder.
 *
 * @throws {TokenIssuerError} If there is none, or its key is open to others.
 */
export async function openTokenIssuer(folder: string): Promise<TokenIssuer> {
  const privateKey = await readPrivateKey(folder);
  const { kty, crv, x, kid } = privateKey;
  const publicKey = { kty, crv, x, kid, alg: ALGORITHM, use: "sig" };
  const jwksFile = `${folder}/jwks.json`;
  // Always: a creation that was cut short may have left the private key alone.
  await writeWhole(
    jwksFile,
    JSON.stringify({ keys: [publicKey] }, null, 2),
    0o644,
  );
  const signer = await importJWK(privateKey, ALGORITHM);

  return {
    jwksFile,
    async mint(options): Promise<Secret> {
      const issuedAt = toEpochSeconds(systemClock()) -
        (options.ageSeconds ?? 0);
      const jwt = await new SignJWT({ ...options.claims })
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid: kid ?? "" })
        .setIssuer(DEVELOPMENT_ISSUER)
        .setSubject(options.sub)
        .setAudience(options.audience ?? DEVELOPMENT_AUDIENCE)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + options.ttlSeconds)
        .setJti(crypto.randomUUID())
        .sign(signer);
      return new Secret(jwt);
    },
  };
}

/**
 * Opens the issuer in a folder; creates it if there is none. Two at the same
 * time end up with the same key.
 */
export async function createTokenIssuer(folder: string): Promise<TokenIssuer> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  if (!await exists(privateKeyFile(folder))) {
    const pair = await generateKeyPair(ALGORITHM, { extractable: true });
    const privateKey = await exportJWK(pair.privateKey);
    const kid = await calculateJwkThumbprint(privateKey);
    const text = JSON.stringify({ ...privateKey, kid, alg: ALGORITHM });
    await writeUnlessThere(privateKeyFile(folder), text);
  }
  return await openTokenIssuer(folder);
}

function privateKeyFile(folder: string): string {
  return `${folder}/private.jwk`;
}

async function readPrivateKey(folder: string): Promise<JWK> {
  const file = privateKeyFile(folder);
  let text: string;
  try {
    const { mode } = await Deno.stat(file);
    if (((mode ?? 0) & OTHERS) !== 0) {
      throw new TokenIssuerError(
        `Cannot use ${file}: others may read it. Close it with: chmod 600 ${file}`,
      );
    }
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof TokenIssuerError) throw error;
    throw new TokenIssuerError(
      error instanceof Deno.errors.NotFound
        ? `There is no development issuer in ${folder}: \`deno task dev\` creates it, and so does \`deno task token --init\``
        : `Cannot read ${file}: ${messageOf(error)}`,
    );
  }
  try {
    const key: JWK = JSON.parse(text);
    if (key.kty === "OKP" && key.d !== undefined) return key;
  } catch {
    // Falls through: the parser's message would show what it stumbled over.
  }
  throw new TokenIssuerError(
    `Cannot use ${file}: not a private Ed25519 key as JWK. Remove it to have a new one created`,
  );
}

/** A reader sees the old text or the new one, never a part. */
async function writeWhole(
  file: string,
  text: string,
  mode: number,
): Promise<void> {
  const unfinished = `${file}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(unfinished, text, { mode, createNew: true });
  await Deno.rename(unfinished, file);
}

/** Like {@linkcode writeWhole}, but what is there already stays. */
async function writeUnlessThere(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(unfinished, text, { mode: 0o600, createNew: true });
  try {
    await Deno.link(unfinished, file);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(unfinished);
  }
}
