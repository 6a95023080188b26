/**
 * Where an issuer's keys come from: a URL, its metadata, a file or secrets; one
 * of them.
 */
import { JWKS_BYTES_MAX } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import type {
  JwtKeySource,
  RemoteOptions,
} from "../identity/jwt_issuer_options.ts";
import {
  parseSharedSecret,
  type SharedSecret,
} from "../identity/shared_secret.ts";
import { readUrl } from "./build_asked.ts";
import { readCertificates } from "./certificates.ts";
import type { Checking } from "./checking.ts";
import type { IssuerSettings, SharedSecretSettings } from "./schema.ts";
import { parseSecret, readSecretText, secretPath } from "./secrets.ts";

/** The longest list that we know of has 1.2 MB. */
const PUBLISHED_SECRETS_BYTES_MAX = 16 * 1024 * 1024;

/** Undefined if they cannot be had, which has been reported. */
export function buildKeySource(
  settings: IssuerSettings,
  path: string,
  checking: Checking,
): JwtKeySource | undefined {
  const { jwks_url: url, jwks_file: file, shared_secrets: secrets } = settings;
  const given = [
    ...(url === undefined ? [] : ["jwks_url"]),
    ...(file === undefined ? [] : ["jwks_file"]),
    ...(secrets.length === 0 ? [] : ["shared_secrets"]),
  ];
  if (given.length > 1) {
    checking.report(
      path,
      `has ${given.join(" and ")}: keys come from one place`,
      "keep one of them; for two kinds of keys, the issuer must use two names",
    );
    return undefined;
  }
  if (file !== undefined) {
    const jwks = readJwks(file, `${path}.jwks_file`, checking);
    return jwks === undefined ? undefined : { kind: "jwks", jwks };
  }
  if (secrets.length > 0) return readSharedSecrets(settings, path, checking);
  const remote = buildRemote(settings, path, checking);
  if (url !== undefined) {
    const parsed = readUrl(url, `${path}.jwks_url`, checking);
    return parsed && { kind: "jwks_url", url: parsed, ...remote };
  }
  const { metadata_document: document, jwks_origins: jwksOrigins } =
    settings.remote;
  return {
    kind: "discovery",
    ...remote,
    ...(document === undefined ? {} : { document }),
    ...(jwksOrigins === undefined ? {} : { jwksOrigins }),
  };
}

/** Public: everybody may read the file. */
export function readJwks(
  file: string,
  path: string,
  checking: Checking,
): string | undefined {
  return checking.readFile(path, {
    path: file,
    secret: false,
    bytesMax: JWKS_BYTES_MAX,
  });
}

function buildRemote(
  { remote }: IssuerSettings,
  path: string,
  checking: Checking,
): RemoteOptions {
  const certificates = readCertificates(
    remote.ca_file,
    `${path}.remote.ca_file`,
    checking,
  );
  return {
    refreshSeconds: remote.refresh_seconds,
    staleSecondsMax: remote.stale_seconds_max,
    unknownKeyCooldownSeconds: remote.unknown_key_cooldown_seconds,
    timeoutMs: remote.timeout_ms,
    ...(certificates === undefined ? {} : { caCertificates: [certificates] }),
    allowLoopbackHttp: remote.allow_loopback_http,
    allowPrivateAddresses: remote.allow_private_addresses,
    whenEmpty: remote.when_empty,
  };
}

function readSharedSecrets(
  { shared_secrets: settings, published_secrets_file: file }: IssuerSettings,
  path: string,
  checking: Checking,
): JwtKeySource | undefined {
  const published = file === undefined
    ? ""
    : checking.readFile(`${path}.published_secrets_file`, {
      path: file,
      secret: false,
      bytesMax: PUBLISHED_SECRETS_BYTES_MAX,
    });
  if (published === undefined) return undefined;
  const secrets: SharedSecret[] = [];
  settings.forEach((each, index) => {
    const secret = readSharedSecret(
      each,
      published,
      `${path}.shared_secrets[${index}]`,
      checking,
    );
    if (secret !== undefined) secrets.push(secret);
  });
  return secrets.length === settings.length
    ? { kind: "shared_secret", secrets }
    : undefined;
}

function readSharedSecret(
  settings: SharedSecretSettings,
  published: string,
  path: string,
  checking: Checking,
): SharedSecret | undefined {
  const { kid, encoding } = settings;
  if (encoding === undefined) {
    checking.report(
      `${path}.encoding`,
      "is missing: the same text is another secret in each",
      "set it to utf8, base64, base64url or hex",
    );
  }
  const text = readSecretText(settings, path, checking);
  if (text === undefined || encoding === undefined) return undefined;
  return parseSecret(
    () =>
      parseSharedSecret({
        text: new Secret(text),
        encoding,
        published,
        ...(kid === undefined ? {} : { kid }),
      }),
    secretPath(settings, path),
    "make one with: openssl rand -base64 48; and give it to the issuer too",
    checking,
  );
}
