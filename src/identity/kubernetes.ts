/**
 * Service account tokens that Kubernetes puts into pods for an audience of their
 * own (projected tokens): verified here with the cluster's keys, or reviewed by
 * its API server.
 */
import type { ApiServer } from "./api_server.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import type { JwtIssuerOptions, RemoteOptions } from "./jwt_issuer_options.ts";
import type { ServiceAccountRules } from "./service_account.ts";
import type { LifetimeRule } from "./token_lifetime.ts";
import type { TokenReviewOptions } from "./token_review.ts";

/** A cluster, whose service accounts are let in. */
export type KubernetesOptions = ClusterKeysOptions | TokenReviewOptions;

/** The cluster publishes how its tokens are signed (OpenID Connect Discovery). */
export interface ClusterKeysOptions extends ServiceAccountRules, LifetimeRule {
  readonly kind: "keys";
  /** `iss` of the cluster's tokens. */
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Without, the issuer itself is asked: clusters of some clouds have a public one. */
  readonly apiServer?: ApiServer;
  readonly remote?: RemoteOptions;
}

/** What API servers sign with, by the type of their key. */
const ALGORITHMS: readonly JwsAlgorithm[] = [
  "RS256",
  "ES256",
  "ES384",
  "ES512",
];

/** The cluster as an issuer of JWTs. */
export function clusterIssuer(options: ClusterKeysOptions): JwtIssuerOptions {
  const { issuer, audiences, apiServer, remote } = options;
  return {
    issuer,
    audiences,
    algorithms: ALGORITHMS,
    keys: {
      kind: "discovery",
      ...remote,
      ...(apiServer === undefined ? {} : { apiServer }),
    },
    clockToleranceSeconds: options.clockToleranceSeconds,
    lifetimeSecondsMax: options.lifetimeSecondsMax,
  };
}
