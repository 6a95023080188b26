/**
 * What all kinds of tokens have in common about which somebody is asked: where
 * the endpoint is, how it is asked, and secrets from files.
 */
import { Secret } from "../base/secret.ts";
import type { AskingOptions } from "../identity/asked_endpoint.ts";
import type { MetadataDocument } from "../identity/discovery.ts";
import type { EndpointLocation } from "../identity/located_endpoint.ts";
import { readCertificates } from "./certificates.ts";
import type { Checking } from "./checking.ts";
import type { IntrospectionSettings } from "./schema.ts";

const SECRET_FILE_BYTES_MAX = 16 * 1024;

type CacheSettings = IntrospectionSettings["cache"];
type AskedRemoteSettings = IntrospectionSettings["remote"];

export function buildMemory(
  settings: CacheSettings,
): NonNullable<AskingOptions["memory"]> {
  return {
    seconds: settings.seconds,
    refusalSeconds: settings.refusal_seconds,
    entriesMax: settings.entries_max,
    refusalsMax: settings.entries_max,
    bytesMax: settings.bytes_max,
  };
}

export function buildAsking(
  { cache, remote }: {
    readonly cache: CacheSettings;
    readonly remote: AskedRemoteSettings;
  },
  path: string,
  checking: Checking,
): AskingOptions {
  const certificates = readCertificates(
    remote.ca_file,
    `${path}.remote.ca_file`,
    checking,
  );
  return {
    timeoutMs: remote.timeout_ms,
    memory: buildMemory(cache),
    ...(certificates === undefined ? {} : { caCertificates: [certificates] }),
    allowLoopbackHttp: remote.allow_loopback_http,
    allowPrivateAddresses: remote.allow_private_addresses,
  };
}

/** Undefined if the text is no URL, which has been reported. */
export function readUrl(
  text: string,
  path: string,
  checking: Checking,
): URL | undefined {
  const url = URL.parse(text);
  if (url !== null) return url;
  checking.report(path, "is not a URL", "write it in full: https://…");
  return undefined;
}

/** By a URL, or by what the issuer publishes. */
export function buildLocation(
  { endpoint, document, origins }: {
    readonly endpoint: string | undefined;
    readonly document: MetadataDocument | undefined;
    readonly origins: readonly string[] | undefined;
  },
  path: string,
  checking: Checking,
): EndpointLocation | undefined {
  if (endpoint !== undefined) return readUrl(endpoint, path, checking);
  return {
    kind: "discovery",
    ...(document === undefined ? {} : { document }),
    ...(origins === undefined ? {} : { origins }),
  };
}

/** A secret that stands in the settings, or in a file whose last line end is no part of it. */
export function readSecret(
  settings: {
    readonly secret?: string | undefined;
    readonly secret_file?: string | undefined;
  },
  path: string,
  checking: Checking,
): Secret | undefined {
  const { secret, secret_file: file } = settings;
  if (secret !== undefined) return new Secret(secret);
  if (file === undefined) {
    checking.reportMissing(
      [`${path}.secret`, `${path}.secret_file`],
      "set one to the secret, or to a file with it",
    );
    return undefined;
  }
  const text = readSecretFile(file, `${path}.secret_file`, checking);
  return text === undefined
    ? undefined
    : new Secret(text.replace(/\r?\n$/, ""));
}

export function readSecretFile(
  file: string,
  path: string,
  checking: Checking,
): string | undefined {
  return checking.readFile(path, {
    path: file,
    secret: true,
    bytesMax: SECRET_FILE_BYTES_MAX,
  });
}

/** The secret as its kind wants it; what is wrong with it is reported without showing it. */
export function parseSecret<T>(
  parse: () => T,
  path: string,
  remedy: string,
  checking: Checking,
): T | undefined {
  try {
    return parse();
  } catch (error) {
    const problem = error instanceof SyntaxError
      ? error.message.replace(/^Cannot use [a-z ]+: it /, "")
      : "cannot be used";
    checking.report(path, problem, remedy);
    return undefined;
  }
}
