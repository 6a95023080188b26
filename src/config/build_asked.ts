/**
 * What all kinds of tokens have in common about which somebody is asked: which
 * they are, where the endpoint is, and how it is asked.
 */
import type { AskingOptions } from "../identity/asked_endpoint.ts";
import type { TokenChoice } from "../identity/authenticator_options.ts";
import type { MetadataDocument } from "../identity/discovery.ts";
import type { EndpointLocation } from "../identity/located_endpoint.ts";
import { readCertificates } from "./certificates.ts";
import type { Checking } from "./checking.ts";
import type { IntrospectionSettings } from "./schema.ts";

type CacheSettings = IntrospectionSettings["cache"];
type AskedRemoteSettings = IntrospectionSettings["remote"];

export function buildChoice(
  { jwts, token_prefix: tokenPrefix }: Pick<
    IntrospectionSettings,
    "jwts" | "token_prefix"
  >,
): TokenChoice {
  return { jwts, ...(tokenPrefix === undefined ? {} : { tokenPrefix }) };
}

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
