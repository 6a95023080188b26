/**
 * What to do about an endpoint that cannot be used, by what the service says of
 * it and under the names that the settings have where it is configured.
 */
import type { EndpointLocation } from "../identity/located_endpoint.ts";
import type { JwtKeySource } from "../identity/jwt_issuer_options.ts";
import type { KubernetesOptions } from "../identity/kubernetes.ts";
import type { Finding } from "./finding.ts";

/** Names of settings, as they follow those of the section. */
export interface EndpointSettings {
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
  const proof = "keys are public: see whether that is where they are";
  return kind === "jwks_url" ? { ...REMOTE, place: "jwks_url", proof } : {
    ...REMOTE,
    place: "issuer",
    insteadOfMetadata: "jwks_url or remote.metadata_document",
    origins: "remote.jwks_origins",
    proof,
  };
}

export function userInfoSettings(
  endpoint: EndpointLocation,
): EndpointSettings {
  return {
    ...REMOTE,
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
  place: "url",
  proof:
    "compare secrets, or the certificate of tls, with what the backend has",
};

export function clusterSettings(
  { apiServer, kind }: KubernetesOptions,
): EndpointSettings {
  return {
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

interface Remedy {
  readonly problem: RegExp;
  readonly mend: (settings: EndpointSettings) => string;
  /** Says little about other questions. */
  readonly bad?: "doubtful";
}

/** The first that fits. */
const REMEDIES: readonly Remedy[] = [
  {
    problem: /is this machine, which is not allowed/,
    mend: ({ loopback }) => `allow it with ${loopback}, if that is meant`,
  },
  {
    problem: /is in a private network, which is not allowed/,
    mend: ({ privateNetwork }) =>
      `allow it with ${privateNetwork}, if the network is yours`,
  },
  {
    problem: /is at an address where no issuer can be/,
    mend: () => "name another host",
  },
  {
    problem: /cannot be read/,
    mend: () => "see whether api_server.token_file is there for this user",
  },
  {
    problem: /cannot resolve /,
    mend: ({ place }) =>
      `compare ${place}; if it is right, see whether this machine's DNS knows the host`,
  },
  {
    problem: /certificate: UnknownIssuer/,
    mend: ({ authority }) =>
      `set ${authority} to the certificate of the authority that signed the endpoint's, or start with DENO_TLS_CA_STORE=system if this machine trusts it`,
  },
  {
    problem: /cannot reach /,
    mend: ({ place }) =>
      `compare ${place}; if it is right, see whether it runs and can be reached from here`,
  },
  {
    problem: /did not answer (?:within|in time)|no answer within/,
    mend: ({ timeout }) =>
      `see whether it can be reached from here; if it is slow, raise ${timeout}`,
  },
  {
    problem: /answered 40[13]\b/,
    mend: ({ proof }) => proof,
  },
  {
    problem: /answered 429\b/,
    mend: () => "try again later",
    bad: "doubtful",
  },
  {
    problem: /answered 4(?:00|22)\b/,
    mend: () => "see what it does with a token of a user: deno task explain",
    bad: "doubtful",
  },
  {
    problem: /answered 5\d\d\b/,
    mend: () => "see its own log",
  },
  {
    problem: /another "issuer"/,
    mend: () =>
      "write issuer exactly as the metadata and the tokens' iss do; a slash at the end counts",
  },
  {
    problem: /at another origin/,
    mend: ({ origins = "" }) => `name it in ${origins}, if it is theirs`,
  },
  {
    problem: /no usable key/,
    mend: () => "compare algorithms with what its keys are for",
  },
  {
    problem: /metadata|answered \d/,
    mend: ({ place, insteadOfMetadata: other }) =>
      other === undefined
        ? `compare ${place}`
        : `compare ${place}; if it publishes no such metadata, set ${other}`,
  },
];

/** @param problem As the service logs it. */
export function describeFault(
  problem: string,
  where: string,
  settings: EndpointSettings,
): Finding {
  const remedy = REMEDIES.find((each) => each.problem.test(problem));
  return {
    verdict: remedy?.bad ?? "wrong",
    where,
    what: problem,
    remedy: remedy?.mend(settings) ??
      `see what is at ${settings.place}: nothing that can be used`,
  };
}
