/**
 * From the settings of `kubernetes:` to its options.
 */
import { SERVICE_TOKEN_BYTES_MAX } from "../base/limits.ts";
import { tokenFromFile } from "../identity/api_server.ts";
import type { KubernetesOptions } from "../identity/kubernetes.ts";
import { buildMemory, readUrl } from "./build_asked.ts";
import { readCertificates } from "./certificates.ts";
import type { Checking } from "./checking.ts";
import type { KubernetesSettings } from "./schema.ts";

/** Undefined if it lacks something, which has been reported. */
export function buildCluster(
  settings: KubernetesSettings & { readonly issuer: string },
  path: string,
  checking: Checking,
): KubernetesOptions | undefined {
  const { issuer, audiences, namespaces, api_server: server } = settings;
  const rules = {
    issuer,
    audiences,
    ...(namespaces === undefined ? {} : { namespaces }),
    clockToleranceSeconds: settings.clock_tolerance_seconds,
    lifetimeSecondsMax: settings.lifetime_seconds_max,
  };
  const timeoutMs = settings.timeout_ms;
  if (server.url === undefined) {
    if (settings.method === "keys") {
      return { kind: "keys", ...rules, remote: { timeoutMs } };
    }
    checking.reportMissing(
      [`${path}.api_server.url`],
      "set it to https://kubernetes.default.svc, or to where the API server is",
    );
    return undefined;
  }
  const url = readUrl(server.url, `${path}.api_server.url`, checking);
  const remote = buildRemote(settings, path, checking);
  if (url === undefined || remote === undefined) return undefined;
  const apiServer = { url, bearerToken: tokenFromFile(server.token_file) };
  return settings.method === "keys"
    ? { kind: "keys", ...rules, apiServer, remote: { timeoutMs, ...remote } }
    : {
      kind: "token_review",
      ...rules,
      apiServer,
      timeoutMs,
      memory: buildMemory(settings.cache),
      ...remote,
    };
}

/** An API server is in a private network, with a certificate of the cluster's own. */
function buildRemote(
  { api_server: server }: KubernetesSettings,
  path: string,
  checking: Checking,
):
  | {
    readonly caCertificates: readonly string[];
    readonly allowPrivateAddresses: boolean;
  }
  | undefined {
  // Seen here, so that a wrong path is no surprise later; its content is replaced while we run.
  const token = checking.readFile(`${path}.api_server.token_file`, {
    path: server.token_file,
    secret: false,
    bytesMax: SERVICE_TOKEN_BYTES_MAX,
  });
  const authority = readCertificates(
    server.ca_file,
    `${path}.api_server.ca_file`,
    checking,
  );
  return token === undefined || authority === undefined
    ? undefined
    : { caCertificates: [authority], allowPrivateAddresses: true };
}
