/**
 * Finds the URL of an issuer's keys in the metadata that the issuer publishes.
 *
 * @see OpenID Connect Discovery 1.0 section 4, RFC 8414 sections 2 and 3
 */
import { decodeJsonObject, JsonFault, member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { JSON_LIMITS } from "../base/limits.ts";
import { FetchFault } from "./fetch_document.ts";
import { urlProblem } from "./network_address.ts";

/** Where below the issuer its metadata are: OpenID Connect Discovery or RFC 8414. */
export type MetadataDocument =
  | "openid-configuration"
  | "oauth-authorization-server";

/**
 * Where the metadata of an issuer are: OpenID Connect appends to the issuer's
 * path, RFC 8414 inserts before it.
 */
export function metadataUrl(issuer: string, document: MetadataDocument): URL {
  const url = new URL(issuer);
  const path = url.pathname.replace(/\/$/, "");
  url.pathname = document === "openid-configuration"
    ? `${path}/.well-known/${document}`
    : `/.well-known/${document}${path}`;
  return url;
}

const NAME_REGEXP = /^[\x21-\x7e]{1,256}$/;

/** Whose metadata they are instead, if that can be told: most often a slash at the end is all that differs. */
export function describeOtherIssuer(metadata: JsonObject): string {
  const named = member(metadata, "issuer");
  const other = typeof named === "string" && NAME_REGEXP.test(named)
    ? `, ${named}`
    : "";
  return `metadata name another "issuer"${other}`;
}

export interface DiscoveryRules {
  readonly issuer: string;
  /** Origins beside the issuer's own that its keys may be at. */
  readonly jwksOrigins: readonly string[];
  readonly allowLoopbackHttp: boolean;
}

/** Reads the metadata; what they say about the keys is used only if they are the issuer's own. */
export function readJwksUri(
  metadata: string,
  { issuer, jwksOrigins, allowLoopbackHttp }: DiscoveryRules,
): URL | FetchFault {
  const document = decodeJsonObject(metadata, JSON_LIMITS);
  if (document instanceof JsonFault) {
    return new FetchFault(`metadata ${document.problem}`);
  }
  if (member(document, "issuer") !== issuer) {
    return new FetchFault(describeOtherIssuer(document));
  }
  const jwksUri = member(document, "jwks_uri");
  if (typeof jwksUri !== "string" || !URL.canParse(jwksUri)) {
    return new FetchFault('metadata have no URL in "jwks_uri"');
  }
  const url = new URL(jwksUri);
  const problem = urlProblem(url, { allowLoopbackHttp });
  if (problem !== undefined) {
    return new FetchFault(`metadata have a "jwks_uri" that ${problem}`);
  }
  const { origin } = new URL(issuer);
  if (url.origin !== origin && !jwksOrigins.includes(url.origin)) {
    return new FetchFault(
      `metadata place the keys at another origin, ${url.origin}; allow it for this issuer if that is right`,
    );
  }
  return url;
}
