/**
 * The API server of a Kubernetes cluster: where it is, how this service proves who
 * it is there, and which of its documents say how service account tokens are
 * signed.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
 *   "Service account issuer discovery"
 */
import { member } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { SERVICE_TOKEN_BYTES_MAX } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import { ofOtherIssuer } from "./discovery.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { innermostReason } from "./innermost_reason.ts";

/** Where a cluster's API server is, and how this service proves who it is. */
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
  return async () => {
    // Before it is opened: opening a pipe would wait for its writer.
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new TypeError(`${path} is not a file`);
    if (size > SERVICE_TOKEN_BYTES_MAX) {
      throw new RangeError(
        `${path} is longer than ${SERVICE_TOKEN_BYTES_MAX} bytes`,
      );
    }
    return new Secret((await Deno.readTextFile(path)).trim());
  };
}

/** A fault is of this machine, not of the API server: it tells which file, and why. */
export function authorizationOf(
  { bearerToken }: ApiServer,
): () => Promise<string | EndpointFault> {
  return async () => {
    try {
      return `Bearer ${(await bearerToken()).reveal()}`;
    } catch (error) {
      return new EndpointFault(
        `the token that this service shows to the API server cannot be read: ${
          innermostReason(error)
        }`,
        { cause: "proof_unreadable" },
      );
    }
  };
}

/** Behind a proxy an API server has a path of its own: everything is below it. */
export function apiServerUrl({ url }: ApiServer, path: string): URL {
  const found = new URL(url);
  found.pathname = url.pathname.replace(/\/$/, "") + path;
  return found;
}

/** kubernetes `pkg/serviceaccount/openidmetadata.go`, OpenIDConfigPath and JWKSPath. */
const METADATA_PATH = "/.well-known/openid-configuration";
const KEYS_PATH = "/openid/v1/jwks";

export function clusterMetadataUrl(apiServer: ApiServer): URL {
  return apiServerUrl(apiServer, METADATA_PATH);
}

/**
 * Where the API server itself has the keys, if the metadata are of the right
 * cluster. The address that they name for the keys is not for us: often an IP that
 * pods cannot use, or a public copy, and our token must go to nobody but the API
 * server.
 */
export function findClusterKeys(
  metadata: JsonObject,
  issuer: string,
  apiServer: ApiServer,
): URL | EndpointFault {
  return member(metadata, "issuer") === issuer
    ? apiServerUrl(apiServer, KEYS_PATH)
    : ofOtherIssuer(metadata);
}
