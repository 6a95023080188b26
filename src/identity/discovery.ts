/**
 * Finds URLs in the metadata that an issuer publishes: of its keys, of its
 * endpoints.
 *
 * @see OpenID Connect Discovery 1.0 section 4, RFC 8414 sections 2 and 3
 */
import { decodeJsonObject, JsonFault, member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { JSON_LIMITS } from "../base/limits.ts";
import { EndpointFault } from "./endpoint_fault.ts";
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
export function ofOtherIssuer(metadata: JsonObject): EndpointFault {
  const named = member(metadata, "issuer");
  const other = typeof named === "string" && NAME_REGEXP.test(named)
    ? `, ${named}`
    : "";
  return new EndpointFault(`metadata name another "issuer"${other}`, {
    cause: "other_issuer",
  });
}

export interface DiscoveryRules {
  readonly issuer: string;
  /** Origins beside the issuer's own that what is looked for may be at. */
  readonly origins?: readonly string[] | undefined;
  readonly allowLoopbackHttp: boolean;
}

/** The URL that metadata name; or why it is not followed: they are somebody else's, or lead elsewhere. */
export function findUrl(
  metadata: JsonObject,
  name: string,
  { issuer, origins = [], allowLoopbackHttp }: DiscoveryRules,
): URL | EndpointFault {
  if (member(metadata, "issuer") !== issuer) return ofOtherIssuer(metadata);
  const text = member(metadata, name);
  const url = typeof text === "string" ? URL.parse(text) : null;
  if (url === null) return unusable(`have no URL in "${name}"`);
  const problem = urlProblem(url, { allowLoopbackHttp });
  if (problem !== undefined) {
    return unusable(`have a "${name}" that ${problem}`);
  }
  const { origin } = new URL(issuer);
  return url.origin === origin || origins.includes(url.origin)
    ? url
    : new EndpointFault(
      `metadata place "${name}" at another origin, ${url.origin}; allow it for this issuer if that is right`,
      { cause: "other_origin" },
    );
}

export function parseMetadata(text: string): JsonObject | EndpointFault {
  const metadata = decodeJsonObject(text, JSON_LIMITS);
  return metadata instanceof JsonFault ? unusable(metadata.problem) : metadata;
}

function unusable(problem: string): EndpointFault {
  return new EndpointFault(`metadata ${problem}`, { cause: "elsewhere" });
}
