/**
 * What can be said about an issuer of bearer JWTs, and what must not be said.
 */
import type { ApiServer } from "./api_server.ts";
import type { ClaimRules } from "./claim_rules.ts";
import type { MetadataDocument } from "./discovery.ts";
import type { JwsAlgorithm } from "./jws_algorithms.ts";
import type { SharedSecret } from "./shared_secret.ts";

/** An issuer whose JWTs are verified here. */
export interface JwtIssuerOptions extends ClaimRules {
  /** The only ones that its tokens may use. */
  readonly algorithms: readonly JwsAlgorithm[];
  readonly keys: JwtKeySource;
}

/** Where the keys come from that verify an issuer's tokens. */
export type JwtKeySource =
  | LocalJwksSource
  | JwksUrlSource
  | DiscoverySource
  | SharedSecretsSource;

/** Keys from a file: they change when the file is read again. */
export interface LocalJwksSource {
  readonly kind: "jwks";
  /** Text of the JWKS. */
  readonly jwks: string;
}

/** Keys from a URL of the configuration. */
export interface JwksUrlSource extends RemoteOptions {
  readonly kind: "jwks_url";
  readonly url: URL;
}

/** Keys from where the issuer's own metadata say. */
export interface DiscoverySource extends RemoteOptions {
  readonly kind: "discovery";
  /** `openid-configuration` unless given. */
  readonly document?: MetadataDocument;
  /** Origins that `jwks_uri` may have beside the issuer's own. */
  readonly jwksOrigins?: readonly string[];
  /** The issuer is a cluster whose API server has metadata and keys, at an address of its own. */
  readonly apiServer?: ApiServer;
}

/** Secrets shared with the issuer, two at most: the current one and the one before. */
export interface SharedSecretsSource {
  readonly kind: "shared_secret";
  readonly secrets: readonly SharedSecret[];
}

/** How keys are fetched. What is left out has the value of {@linkcode REMOTE_DEFAULTS}. */
export interface RemoteOptions {
  /** Time between two fetches; a key that was removed verifies no longer than this. */
  readonly refreshSeconds?: number;
  /** How long keys serve when they cannot be fetched any more. */
  readonly staleSecondsMax?: number;
  /** Least time between two fetches for a key that is not known. */
  readonly unknownKeyCooldownSeconds?: number;
  /** For one fetch, all in all. Well below the server's `authorization.timeout`. */
  readonly timeoutMs?: number;
  /** PEM. Trusted for this issuer beside the machine's own. */
  readonly caCertificates?: readonly string[];
  /** Lets the issuer be at `http://127.0.0.1`, `http://[::1]` or `http://localhost`. */
  readonly allowLoopbackHttp?: boolean;
  /** Lets the issuer be in a private network. */
  readonly allowPrivateAddresses?: boolean;
  /** `keep` the keys when the issuer suddenly has none, or `deny` all its tokens. */
  readonly whenEmpty?: "keep" | "deny";
}

export const REMOTE_DEFAULTS: Readonly<Required<RemoteOptions>> = {
  refreshSeconds: 300,
  staleSecondsMax: 86_400,
  unknownKeyCooldownSeconds: 5,
  timeoutMs: 1_000,
  caCertificates: [],
  allowLoopbackHttp: false,
  allowPrivateAddresses: false,
  whenEmpty: "keep",
};
