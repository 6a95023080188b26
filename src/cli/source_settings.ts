/**
 * Who judges a token, and by which settings: in words, under the names that they
 * have in the configuration. Holds no secret, and of a URL nothing behind its path.
 */
import { formatDuration } from "../base/duration.ts";
import type { TokenConfig } from "../config/config.ts";
import type { TokenSource } from "../config/token_sources.ts";
import {
  ASKING_DEFAULTS,
  type AskingOptions,
} from "../identity/asked_endpoint.ts";
import type { AuthenticatorStatus } from "../identity/authenticate.ts";
import { API_TOKENS_DEFAULTS } from "../identity/api_tokens.ts";
import type {
  AuthenticatorOptions,
  IssuerOptions,
  TokenChoice,
} from "../identity/authenticator_options.ts";
import type { JwtKeySource } from "../identity/jwt_issuer_options.ts";
import type { KubernetesOptions } from "../identity/kubernetes.ts";
import type { EndpointLocation } from "../identity/located_endpoint.ts";
import type { ServiceAccountRules } from "../identity/service_account.ts";
import type { LifetimeRule } from "../identity/token_lifetime.ts";
import type { UserInfoOptions } from "../identity/userinfo.ts";

/** Values by their names, all of it for people. */
export type Facts = Readonly<Record<string, string>>;

type IntrospectionOptions = NonNullable<
  AuthenticatorOptions["introspection"]
>[number];
type WebhookOptions = NonNullable<AuthenticatorOptions["webhooks"]>[number];

/** The settings that a token of this source is judged by. */
export function describeSource(
  tokens: TokenConfig,
  { credential, issuer, keyCount = 0 }: AuthenticatorStatus,
): Facts {
  const { apiTokens, introspection, issuers, kubernetes, webhooks } = tokens;
  function describe<T extends { readonly issuer: string }>(
    all: readonly T[] | undefined,
    describeOne: (options: T) => Facts,
  ): Facts {
    const options = all?.find((each) => each.issuer === issuer);
    return options === undefined ? {} : describeOne(options);
  }
  switch (credential) {
    case "jwt":
    case "shared_secret":
      return describe(issuers, (each) => describeIssuer(each, keyCount));
    case "kubernetes":
      return describe(kubernetes, (each) => describeCluster(each, keyCount));
    case "introspection":
      return describe(introspection, describeIntrospection);
    case "webhook":
      return describe(webhooks, describeWebhook);
    case "api_token":
      return describe(apiTokens && [apiTokens], ({ file, reloadSeconds }) => ({
        "file": file,
        "reload_seconds": delay(
          reloadSeconds ?? API_TOKENS_DEFAULTS.reloadSeconds,
          "a token that was disabled",
        ),
      }));
    case "custom":
      return {};
  }
}

/** The settings that made-up claims of this source are judged by. */
export function describeTokenSource(source: TokenSource): Facts {
  // What ends these stands in their file.
  if (source.credential === "api_token") return {};
  return {
    ...(source.credential === "kubernetes" ? describeNamespaces(source) : {}),
    ...describeLifetime(source),
  };
}

function describeIssuer(options: IssuerOptions, keyCount: number): Facts {
  const { userinfo } = options;
  return {
    "keys": describeKeys(options.keys, keyCount),
    "algorithms": options.algorithms.join(", "),
    "typ": options.typ?.join(" or ") ?? "none, JWT or at+jwt",
    ...(options.allowIdTokens === true ? { "allow_id_tokens": "true" } : {}),
    "audiences": options.audiences.join(" or "),
    ...describeLists(options),
    ...describeLifetime(options),
    ...(userinfo === undefined
      ? {}
      : { "userinfo": describeUserInfo(userinfo) }),
  };
}

function describeKeys(keys: JwtKeySource, count: number): string {
  const known = `${count} known`;
  switch (keys.kind) {
    case "jwks":
      return `${known}, of jwks_file`;
    case "jwks_url":
      return `${known}, of jwks_url ${withoutQuery(keys.url)}`;
    case "discovery":
      return keys.apiServer === undefined
        ? `${known}, found by the issuer's metadata`
        : `${known}, of the API server`;
    case "shared_secret": {
      const encodings = keys.secrets.map(({ encoding }) => encoding);
      return `${known}, of shared_secrets (${
        [...new Set(encodings)].join(", ")
      })`;
    }
  }
}

function describeUserInfo(options: UserInfoOptions): string {
  const { claims, endpoint } = options;
  return `${claims.join(", ")}: from ${
    describeLocation(endpoint)
  }, remembered for ${formatDuration(secondsOf(options))}`;
}

function describeCluster(options: KubernetesOptions, keyCount: number): Facts {
  const { apiServer, audiences } = options;
  return {
    "method": options.kind,
    "api_server.url": apiServer === undefined
      ? "none: the issuer itself is asked"
      : withoutQuery(apiServer.url),
    ...(options.kind === "keys" ? { "keys": `${keyCount} known` } : {}),
    "audiences": audiences.join(" or "),
    ...describeNamespaces(options),
    ...describeLifetime(options),
    ...(options.kind === "keys" ? {} : describeCache(options)),
  };
}

function describeNamespaces({ namespaces }: ServiceAccountRules): Facts {
  return {
    "namespaces": namespaces === undefined ? "any" : namespaces.join(" or "),
  };
}

function describeIntrospection(options: IntrospectionOptions): Facts {
  const { audiences, client, endpoint, secondsWithoutExp } = options;
  return {
    ...describeChoice(options),
    "endpoint": describeLocation(endpoint),
    "client": `${client.clientId}, by ${client.method}`,
    "audiences": audiences === "any"
      ? "any or none (any_audience: true)"
      : audiences.join(" or "),
    ...describeLists(options),
    "sub_claim": options.subMember ?? "sub",
    "seconds_without_exp": secondsWithoutExp === undefined
      ? "none: an answer without exp is refused"
      : showSeconds(secondsWithoutExp),
    ...describeLifetime(options),
    ...describeCache(options),
  };
}

function describeWebhook(options: WebhookOptions): Facts {
  const { clientCertificate, secrets, url } = options;
  return {
    ...describeChoice(options),
    "url": withoutQuery(url),
    "secrets": secrets.length === 0
      ? "none: questions are not signed"
      : `${secrets.length}: questions are signed`,
    "tls": clientCertificate === undefined
      ? "no client certificate"
      : "a client certificate is shown",
    ...describeLists(options),
    ...describeLifetime(options),
    ...describeCache(options),
  };
}

/** Which tokens are asked about. */
function describeChoice({ jwts = "none", tokenPrefix }: TokenChoice): Facts {
  return {
    ...(tokenPrefix === undefined ? {} : { "token_prefix": tokenPrefix }),
    ...(jwts === "none" ? {} : { jwts }),
  };
}

function describeLists(
  { clientIds, requiredClaims, requiredScopes }: Pick<
    IssuerOptions,
    "clientIds" | "requiredClaims" | "requiredScopes"
  >,
): Facts {
  return {
    ...(clientIds === undefined
      ? {}
      : { "client_ids": clientIds.join(" or ") }),
    ...(requiredScopes === undefined
      ? {}
      : { "required_scopes": requiredScopes.join(" and ") }),
    ...(requiredClaims === undefined ? {} : {
      "required_claims": requiredClaims
        .map(({ path, type }) => `${path.join(" / ")} (${type})`).join(", "),
    }),
  };
}

function describeLifetime(rule: LifetimeRule): Facts {
  return {
    "clock_tolerance_seconds": String(rule.clockToleranceSeconds),
    "lifetime_seconds_max": showSeconds(rule.lifetimeSecondsMax),
  };
}

function describeCache(options: AskingOptions): Facts {
  return { "cache.seconds": delay(secondsOf(options), "a revoked token") };
}

function secondsOf({ memory }: AskingOptions): number {
  return memory?.seconds ?? ASKING_DEFAULTS.memory.seconds;
}

function delay(seconds: number, what: string): string {
  return `${seconds}: ${what} is refused after that`;
}

function showSeconds(seconds: number): string {
  const short = formatDuration(seconds);
  return short === `${seconds}s`
    ? String(seconds)
    : `${seconds}, which is ${short}`;
}

function describeLocation(location: EndpointLocation): string {
  return location instanceof URL
    ? withoutQuery(location)
    : "the endpoint in the issuer's metadata";
}

/** Queries and user names hold keys at times. */
function withoutQuery({ origin, pathname }: URL): string {
  return pathname === "/" ? origin : `${origin}${pathname}`;
}
