/**
 * Where an endpoint of an issuer is: at a URL of the configuration, or where the
 * issuer's own metadata say.
 *
 * @see OpenID Connect Discovery 1.0 sections 3 and 4, RFC 8414 sections 2 and 3
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import { metadataUrl } from "./discovery.ts";
import type { MetadataDocument } from "./discovery.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { readJsonAnswer } from "./http_endpoint.ts";
import type { HttpEndpoint } from "./http_endpoint.ts";
import { urlProblem } from "./network_address.ts";

export type EndpointLocation = URL | DiscoveredLocation;

/** The issuer's metadata name the endpoint. */
export interface DiscoveredLocation {
  readonly kind: "discovery";
  /** `openid-configuration` unless given. */
  readonly document?: MetadataDocument;
  /** Origins that the endpoint may have beside the issuer's own. */
  readonly origins?: readonly string[];
}

export interface LocatorOptions {
  readonly issuer: string;
  readonly location: EndpointLocation;
  /** Its name in the metadata. */
  readonly member: "introspection_endpoint" | "userinfo_endpoint";
  readonly allowLoopbackHttp: boolean;
}

export type Locate = (signal: AbortSignal) => Promise<URL | EndpointFault>;

/** How long the metadata of an issuer are believed. */
const METADATA_MS = 3_600_000;

export function createLocator(
  options: LocatorOptions,
  http: HttpEndpoint,
  monotonic: MonotonicClock,
): Locate {
  const { location, issuer } = options;
  if (location instanceof URL) return () => Promise.resolve(location);
  const url = metadataUrl(issuer, location.document ?? "openid-configuration");
  let located: { readonly url: URL; readonly at: MonotonicMs } | undefined;

  return async function locate(signal): Promise<URL | EndpointFault> {
    if (located !== undefined && monotonic() - located.at < METADATA_MS) {
      return located.url;
    }
    const answer = await http.ask({
      url,
      method: "GET",
      headers: {},
      statuses: [200],
    }, signal);
    const metadata = answer instanceof EndpointFault
      ? answer
      : readJsonAnswer(answer, url);
    // Metadata that are gone for now do not make the endpoint unknown.
    if (metadata instanceof EndpointFault) return located?.url ?? metadata;
    const found = readLocation(metadata, options, location);
    if (found instanceof URL) located = { url: found, at: monotonic() };
    return found;
  };
}

/** Metadata of somebody else, or that lead elsewhere, are not followed. */
function readLocation(
  metadata: JsonObject,
  { issuer, member: name, allowLoopbackHttp }: LocatorOptions,
  { origins = [] }: DiscoveredLocation,
): URL | EndpointFault {
  if (member(metadata, "issuer") !== issuer) {
    return new EndpointFault('metadata name another "issuer"');
  }
  const text = member(metadata, name);
  const url = typeof text === "string" ? URL.parse(text) : null;
  if (url === null) {
    return new EndpointFault(`metadata have no URL in "${name}"`);
  }
  const problem = urlProblem(url, { allowLoopbackHttp });
  if (problem !== undefined) {
    return new EndpointFault(`metadata have a "${name}" that ${problem}`);
  }
  const { origin } = new URL(issuer);
  return url.origin === origin || origins.includes(url.origin)
    ? url
    : new EndpointFault(
      `metadata place "${name}" at another origin, ${url.origin}; allow it for this issuer if that is right`,
    );
}
