/**
 * One fetch of an issuer's key set, by way of its metadata if need be.
 */
import { JsonFault } from "../base/json.ts";
import type { MonotonicClock } from "../base/time.ts";
import type { Log } from "../telemetry/log.ts";
import {
  authorizationOf,
  clusterMetadataUrl,
  findClusterKeys,
} from "./api_server.ts";
import { findUrl, metadataUrl, parseMetadata } from "./discovery.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { fetchDocument } from "./fetch_document.ts";
import type { FetchRules } from "./fetch_document.ts";
import { importKeySet } from "./key_set.ts";
import type { ImportedKeySet } from "./key_set.ts";
import type { JwkContext } from "./jwk.ts";
import type { DiscoverySource, JwksUrlSource } from "./jwt_issuer_options.ts";
import { REMOTE_DEFAULTS } from "./jwt_issuer_options.ts";
import { LearnedLocation } from "./learned_location.ts";

export interface KeyFetcher {
  /** The keys, or why there are none. Never rejects. */
  fetch(stopped: AbortSignal): Promise<ImportedKeySet | EndpointFault>;
}

export interface KeyFetcherOptions {
  readonly issuer: string;
  readonly source: JwksUrlSource | DiscoverySource;
  readonly context: JwkContext;
}

/** RFC 7517 section 8.5.1. An API server has key sets as this type alone, most issuers as JSON. */
const KEY_SET_TYPES = "application/jwk-set+json, application/json";

export function createKeyFetcher(
  { issuer, source, context }: KeyFetcherOptions,
  { log, monotonic }: { readonly log: Log; readonly monotonic: MonotonicClock },
): KeyFetcher {
  const rules = { ...fetchRulesOf(source), accept: KEY_SET_TYPES };
  const learned = new LearnedLocation(monotonic);
  const locate = source.kind === "jwks_url"
    ? (): Promise<URL> => Promise.resolve(source.url)
    : createLocator(issuer, source, learned);
  /** The last document and what came of it: unchanged keys are not imported again. */
  let lastJwks: string | undefined;
  let lastImport: ImportedKeySet | EndpointFault | undefined;

  return {
    async fetch(stopped): Promise<ImportedKeySet | EndpointFault> {
      const url = await locate(stopped);
      if (url instanceof EndpointFault) return url;
      const jwks = await fetchDocument(url, rules, stopped);
      if (jwks instanceof EndpointFault) {
        if (jwks.gone) learned.doubt();
        return jwks;
      }
      if (jwks === lastJwks && lastImport !== undefined) return lastImport;
      const imported = importFetched(jwks, source, context);
      if (!(imported instanceof EndpointFault)) {
        for (const detail of imported.warnings) {
          log.warn("a key of an issuer is ignored", {
            code: "key_ignored",
            issuer,
            detail,
          });
        }
      }
      lastJwks = jwks;
      lastImport = imported;
      return imported;
    },
  };
}

function fetchRulesOf(
  source: JwksUrlSource | DiscoverySource,
): FetchRules {
  const options = { ...REMOTE_DEFAULTS, ...source };
  return {
    timeoutMs: options.timeoutMs,
    caCertificates: options.caCertificates,
    allowLoopback: options.allowLoopbackHttp,
    allowPrivate: options.allowPrivateAddresses,
    ...(source.kind === "discovery" && source.apiServer !== undefined
      ? { authorization: authorizationOf(source.apiServer) }
      : {}),
  };
}

/** An issuer without any key would lock everybody out: more likely a mishap than a wish. */
function importFetched(
  jwks: string,
  { whenEmpty = REMOTE_DEFAULTS.whenEmpty }: JwksUrlSource | DiscoverySource,
  context: JwkContext,
): ImportedKeySet | EndpointFault {
  const imported = importKeySet(jwks, context);
  if (imported instanceof JsonFault) {
    return new EndpointFault(`key set ${imported.problem}`);
  }
  const { keySet, others, warnings } = imported;
  if (keySet.keys.length === 0 && whenEmpty === "keep") {
    const reasons = others === 0
      ? warnings
      : [`${others} for something else than ${context.algorithms.join(", ")}`]
        .concat(warnings);
    return new EndpointFault(
      ["key set has no usable key", ...reasons].join("; "),
      { cause: "keys_unusable" },
    );
  }
  return imported;
}

function createLocator(
  issuer: string,
  source: DiscoverySource,
  learned: LearnedLocation,
): (stopped: AbortSignal) => Promise<URL | EndpointFault> {
  const rules = fetchRulesOf(source);
  const { apiServer } = source;
  const url = apiServer === undefined
    ? metadataUrl(issuer, source.document ?? "openid-configuration")
    : clusterMetadataUrl(apiServer);
  const discoveryRules = {
    issuer,
    origins: source.jwksOrigins,
    allowLoopbackHttp: rules.allowLoopback,
  };

  return async function locate(stopped): Promise<URL | EndpointFault> {
    const { believed } = learned;
    if (believed !== undefined) return believed;
    const document = await fetchDocument(url, rules, stopped);
    // Metadata that are gone for now do not make the keys unknown; metadata of
    // somebody else do.
    if (document instanceof EndpointFault) return learned.keep() ?? document;
    const metadata = parseMetadata(document);
    if (metadata instanceof EndpointFault) return metadata;
    const found = apiServer === undefined
      ? findUrl(metadata, "jwks_uri", discoveryRules)
      : findClusterKeys(metadata, issuer, apiServer);
    if (found instanceof URL) learned.learn(found);
    return found;
  };
}
