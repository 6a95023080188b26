/**
 * Which servers may ask: those that are configured and the one that we are
 * connected to. The ids of a cluster's other servers cannot be known without a
 * system user, and a server makes itself a new one at each start (nats-server
 * `NewServer`). So without configured ids a cluster's requests are accepted from
 * any server; what keeps forged ones out then is that the account AUTH is closed
 * and that requests are sealed.
 */
import type { ReadServerFacts } from "./server_facts.ts";

export interface TrustedServers {
  /** Whether that server may ask. */
  isTrusted(serverId: string): boolean;
  /** Whether any server may. */
  acceptsAny(): boolean;
}

export function createTrustedServers(
  readServerFacts: ReadServerFacts,
  configuredServerIds: readonly string[],
): TrustedServers {
  const configured = new Set(configuredServerIds);

  /** A server's INFO names its cluster; it changes with the server that we are connected to. */
  function acceptsAny(): boolean {
    return configured.size === 0 && readServerFacts().cluster !== undefined;
  }

  return {
    acceptsAny,
    isTrusted(serverId: string): boolean {
      if (configured.has(serverId)) return true;
      if (serverId === readServerFacts().server_id) return true;
      return acceptsAny();
    },
  };
}
