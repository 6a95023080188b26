/**
 * The API server of a Kubernetes cluster: where it is, how this service proves who
 * it is there, and which of its documents say how service account tokens are
 * signed.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
 *   "Service account issuer discovery"
 */
import { decodeJsonObject, JsonFault, member } from "../base/json.ts";
import { JSON_DEPTH_MAX, JSON_MEMBERS_MAX } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import { FetchFault } from "./fetch_document.ts";

export interface ApiServer {
  /** `https://kubernetes.default.svc` inside of a cluster. */
  readonly url: URL;
  /** The token that this service shows to the API server; read anew each time, as it is replaced while we run. */
  readonly bearerToken: () => Promise<Secret>;
}

/** Where a pod finds its own token and the cluster's CA. */
export const POD_TOKEN_FILE =
  "/var/run/secrets/kubernetes.io/serviceaccount/token";
export const POD_CA_FILE =
  "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";

/** Reads a token that the kubelet writes and replaces. */
export function tokenFromFile(path: string): () => Promise<Secret> {
  return async () => new Secret((await Deno.readTextFile(path)).trim());
}

export function authorizationOf(
  { bearerToken }: ApiServer,
): () => Promise<string> {
  return async () => `Bearer ${(await bearerToken()).reveal()}`;
}

export function clusterMetadataUrl({ url }: ApiServer): URL {
  return new URL("/.well-known/openid-configuration", url);
}

/**
 * Where the API server itself has the keys. Its metadata name an address that pods
 * often cannot use, an IP that its certificate may lack; and our token must go to
 * nobody but the API server. So only the path is taken.
 */
export function readClusterKeysUrl(
  metadata: string,
  issuer: string,
  { url }: ApiServer,
): URL | FetchFault {
  const document = decodeJsonObject(metadata, {
    depthMax: JSON_DEPTH_MAX,
    membersMax: JSON_MEMBERS_MAX,
  });
  if (document instanceof JsonFault) {
    return new FetchFault(`metadata ${document.problem}`);
  }
  if (member(document, "issuer") !== issuer) {
    return new FetchFault('metadata of the cluster name another "issuer"');
  }
  const jwksUri = member(document, "jwks_uri");
  const keysUrl = typeof jwksUri === "string" ? URL.parse(jwksUri) : null;
  return keysUrl === null
    ? new FetchFault('metadata of the cluster have no URL in "jwks_uri"')
    : new URL(keysUrl.pathname, url);
}
