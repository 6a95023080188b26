/**
 * What to do about an endpoint that cannot be used, by the cause of its fault and
 * under the names that the settings have where it is configured.
 */
import type { Dependency } from "../base/outcome.ts";
import type { TokenConfig } from "../config/config.ts";
import type { AuthenticationOutcome } from "../identity/authenticate.ts";
import { Unanswered } from "../identity/endpoint_fault.ts";
import type { EndpointFault, FaultCause } from "../identity/endpoint_fault.ts";
import type { EndpointLocation } from "../identity/located_endpoint.ts";
import type { JwtKeySource } from "../identity/jwt_issuer_options.ts";
import type { KubernetesOptions } from "../identity/kubernetes.ts";
import type { Finding } from "./finding.ts";

/** Names of settings, as they follow those of the section. */
export interface EndpointSettings {
  readonly section: "issuers" | "introspection" | "webhook" | "kubernetes";
  /** Says where it is. */
  readonly place: string;
  /** Say it in the place of metadata, where these lead there. */
  readonly insteadOfMetadata?: string;
  /** Lets metadata lead to another origin. */
  readonly origins?: string;
  readonly authority: string;
  readonly timeout: string;
  readonly loopback: string;
  readonly privateNetwork: string;
  /** What to do if we may not ask. */
  readonly proof: string;
}

const REMOTE = {
  authority: "remote.ca_file",
  timeout: "remote.timeout_ms",
  loopback: "remote.allow_loopback_http: true",
  privateNetwork: "remote.allow_private_addresses: true",
} as const;

export function keySettings({ kind }: JwtKeySource): EndpointSettings {
  const place = kind === "jwks_url" ? kind : "issuer";
  return {
    ...REMOTE,
    section: "issuers",
    place,
    ...(kind === "jwks_url" ? {} : {
      insteadOfMetadata: "jwks_url or remote.metadata_document",
      origins: "remote.jwks_origins",
    }),
    proof: `keys are public: see whether ${place} leads to where they are`,
  };
}

export function userInfoSettings(
  endpoint: EndpointLocation,
): EndpointSettings {
  return {
    ...REMOTE,
    section: "issuers",
    ...(endpoint instanceof URL ? { place: "userinfo.endpoint" } : {
      place: "issuer",
      insteadOfMetadata: "userinfo.endpoint or remote.metadata_document",
      origins: "userinfo.origins",
    }),
    proof: "see whether that is the UserInfo endpoint",
  };
}

export function introspectionSettings(
  endpoint: EndpointLocation,
): EndpointSettings {
  return {
    ...REMOTE,
    section: "introspection",
    ...(endpoint instanceof URL ? { place: "endpoint" } : {
      place: "issuer",
      insteadOfMetadata: "endpoint or metadata_document",
      origins: "origins",
    }),
    proof:
      "compare client.id, client.method and the secret or key with the client at the authorization server, which must be allowed to introspect",
  };
}

export const WEBHOOK_SETTINGS: EndpointSettings = {
  ...REMOTE,
  section: "webhook",
  place: "url",
  proof:
    "compare secrets, or the certificate of tls, with what the backend has",
};

export function clusterSettings(
  { apiServer, kind }: KubernetesOptions,
): EndpointSettings {
  return {
    section: "kubernetes",
    place: apiServer === undefined ? "issuer" : "api_server.url",
    authority: "api_server.ca_file",
    timeout: "timeout_ms",
    loopback: "api_server.url",
    privateNetwork: "api_server.url",
    proof: apiServer === undefined
      ? "its keys are not public: ask the API server, with api_server.url"
      : `see whether api_server.token_file is of this cluster, and its account has the role ${
        kind === "keys"
          ? "system:service-account-issuer-discovery"
          : "system:auth-delegator"
      }`,
  };
}

/** What mends it. */
const REMEDIES: Readonly<
  Record<FaultCause, (settings: EndpointSettings) => string>
> = {
  "loopback": ({ loopback }) => `allow it with ${loopback}, if that is meant`,
  "private": ({ privateNetwork }) =>
    `allow it with ${privateNetwork}, if the network is yours`,
  "forbidden": () => "name another host",
  "host_unknown": ({ place }) =>
    `compare ${place}; if it is right, see whether this machine's DNS knows the host`,
  "unreachable": ({ place }) =>
    `compare ${place}; if it is right, see whether it runs and can be reached from here`,
  "authority_unknown": ({ authority }) =>
    `set ${authority} to the certificate of the authority that signed the endpoint's, or start with DENO_TLS_CA_STORE=system if this machine trusts it`,
  "slow": ({ timeout }) =>
    `see whether it can be reached from here; if it is slow, raise ${timeout}`,
  "proof_unreadable": () =>
    "see whether api_server.token_file is there for this user",
  "proof_refused": ({ proof }) => proof,
  "asked_too_often": () => "try again later",
  "question_refused": ({ place }) =>
    `compare ${place}; if it is right, see its own log`,
  "broken": () => "see its own log",
  "elsewhere": ({ place, insteadOfMetadata: other }) =>
    other === undefined
      ? `compare ${place}`
      : `compare ${place}; if it publishes no such metadata, set ${other}`,
  "other_issuer": () =>
    "write issuer exactly as the metadata and the tokens' iss do; a slash at the end counts",
  "other_origin": ({ origins = "" }) =>
    `name it in ${origins}, if it is theirs`,
  "keys_unusable": () => "compare algorithms with what its keys are for",
  "unusable": ({ place }) =>
    `see what is at ${place}: nothing that can be used`,
};

export function describeFault(
  { cause, problem }: EndpointFault,
  where: string,
  settings: EndpointSettings,
): Finding {
  return {
    verdict: cause === "asked_too_often" ? "doubtful" : "wrong",
    where,
    what: problem,
    remedy: REMEDIES[cause](settings),
  };
}

/** What to look at, if somebody could not be asked about a user's token. */
export function findRemedy(
  outcome: AuthenticationOutcome,
  tokens: TokenConfig,
  issuer: string,
): string | undefined {
  if (outcome.kind !== "unavailable") return undefined;
  if (outcome.dependency === "api_tokens") {
    return "api_tokens: see whether file can be read";
  }
  const settings = settingsOf(outcome.dependency, tokens, issuer);
  return settings !== undefined && outcome instanceof Unanswered
    ? `${settings.section}: ${REMEDIES[outcome.fault.cause](settings)}`
    : undefined;
}

function settingsOf(
  dependency: Dependency,
  tokens: TokenConfig,
  issuer: string,
): EndpointSettings | undefined {
  function isIts(each: { readonly issuer: string }): boolean {
    return each.issuer === issuer;
  }
  const jwts = tokens.issuers.find(isIts);
  const opaque = tokens.introspection?.find(isIts);
  const cluster = tokens.kubernetes?.find(isIts);
  switch (dependency) {
    case "jwks":
      return jwts
        ? keySettings(jwts.keys)
        : cluster && clusterSettings(cluster);
    case "userinfo":
      return jwts?.userinfo && userInfoSettings(jwts.userinfo.endpoint);
    case "introspection":
      return opaque && introspectionSettings(opaque.endpoint);
    case "webhook":
      return WEBHOOK_SETTINGS;
    case "token_review":
      return cluster && clusterSettings(cluster);
    default:
      return undefined;
  }
}
