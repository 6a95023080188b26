/**
 * The Deno permissions that `start` needs with a configuration, and no more: the
 * hosts it talks to, the files it reads, the variables it asks for. Nothing is
 * written and nothing is run.
 */
import { isIP } from "node:net";
import type { JwtIssuerOptions } from "../identity/jwt_issuer_options.ts";
import type { EndpointLocation } from "../identity/located_endpoint.ts";
import { formatHostAndPort } from "./addresses.ts";
import type { Config } from "./config.ts";
import { CONFIGURATION_VARIABLE, type LoadedConfig } from "./load.ts";

/** The flags of `deno run`. */
export function listPermissionFlags(loaded: LoadedConfig): readonly string[] {
  return [
    ...flag("--allow-net", listHosts(loaded.config)),
    ...flag("--allow-read", loaded.files),
    ...flag("--allow-env", [CONFIGURATION_VARIABLE, ...loaded.variables]),
    // What libraries ask for besides (yaml's LOG_TOKENS prints what it parses) is not set.
    "--ignore-env",
  ];
}

/** When the configuration cannot be used: enough for `start` to say why, and nothing else. */
export function listPermissionFlagsToExplain(): readonly string[] {
  return ["--allow-read", "--allow-env"];
}

function listHosts(config: Config): readonly string[] {
  const { nats, issuers, monitoring } = config;
  const { introspection = [], webhooks = [], kubernetes = [] } = config;
  return [
    ...nats.servers.map((server) => new URL(server).host),
    ...issuers.flatMap(listIssuerHosts),
    ...issuers.flatMap(({ issuer, userinfo }) =>
      userinfo === undefined ? [] : listEndpointHosts(issuer, userinfo.endpoint)
    ),
    ...introspection.flatMap(({ issuer, endpoint }) =>
      listEndpointHosts(issuer, endpoint)
    ),
    ...webhooks.map(({ url }) => toHost(url)),
    ...kubernetes.map(({ issuer, apiServer }) =>
      toHost(apiServer?.url ?? new URL(issuer))
    ),
    formatHostAndPort(monitoring),
  ];
}

/** Where it is, or where the issuer's metadata may say that it is. */
function listEndpointHosts(
  issuer: string,
  endpoint: EndpointLocation,
): readonly string[] {
  if (endpoint instanceof URL) return [toHost(endpoint)];
  return [issuer, ...endpoint.origins ?? []].map((origin) =>
    toHost(new URL(origin))
  );
}

function listIssuerHosts(
  { issuer, keys }: JwtIssuerOptions,
): readonly string[] {
  switch (keys.kind) {
    case "jwks_url":
      return [toHost(keys.url)];
    case "discovery":
      return [issuer, ...keys.jwksOrigins ?? []].map((origin) =>
        toHost(new URL(origin))
      );
    default:
      return [];
  }
}

/**
 * A name goes without its port: to look it up, which is done before an issuer is
 * asked (`identity/network_address.ts`), Deno wants the whole host.
 */
function toHost(url: URL): string {
  const literal = url.hostname.replaceAll(/[[\]]/g, "");
  if (isIP(literal) === 0) return url.hostname;
  return `${url.hostname}:${url.port || (url.protocol === "http:" ? 80 : 443)}`;
}

/**
 * A comma in a path is written twice. White space would end the flag in a shell:
 * with a path like that, the permission is given without a list.
 */
function flag(name: string, values: readonly string[]): readonly string[] {
  const unique = [...new Set(values)].sort();
  if (unique.length === 0) return [];
  if (unique.some((value) => /\s/.test(value))) return [name];
  const list = unique.map((value) => value.replaceAll(",", ",,")).join(",");
  return [`${name}=${list}`];
}
