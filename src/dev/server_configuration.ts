/**
 * The configuration file of a nats-server for development and tests: loopback
 * only, operator mode, everything it keeps in one folder.
 */
import type { Operator } from "./operator.ts";

export interface ServerPorts {
  readonly nats: number;
  readonly websocket: number;
  readonly monitoring: number;
}

/** nats-server's word for "any port that is free". */
export const ANY_PORT = -1;

export const LOOPBACK = "127.0.0.1";

/**
 * Longest `CONNECT` line. The default of 4096 is too short for the tokens of
 * many identity providers; a bearer token of 16 KiB and the rest fit in this.
 */
const MAX_CONTROL_LINE = 32 * 1024;

/** The default of 2 s leaves a storm of reconnects too little room. */
const CALLOUT_TIMEOUT_SECONDS = 5;

export interface ServerConfigurationOptions {
  readonly folder: string;
  readonly operator: Operator;
  readonly ports: ServerPorts;
  /** Further lines in nats-server's own language. */
  readonly extra?: string | undefined;
}

export function serverConfiguration(
  options: ServerConfigurationOptions,
): string {
  const { folder, operator, ports } = options;
  const accounts = [
    operator.systemAccount,
    operator.calloutAccount,
    operator.applicationAccount,
    ...operator.furtherAccounts,
  ];
  const preload = accounts.map(({ publicKey, jwt }) =>
    `  ${publicKey}: ${jwt}`
  );
  return `# Written by the development stack; removed when it stops.
server_name: development
listen: "${LOOPBACK}:${ports.nats}"
http: "${LOOPBACK}:${ports.monitoring}"
websocket { listen: "${LOOPBACK}:${ports.websocket}", no_tls: true }
jetstream { store_dir: ${
    JSON.stringify(`${folder}/jetstream`)
  }, max_memory_store: 64MB, max_file_store: 1GB }
ports_file_dir: ${JSON.stringify(folder)}
log_file: ${JSON.stringify(`${folder}/nats-server.log`)}
max_control_line: ${MAX_CONTROL_LINE}

operator: ${operator.jwt}
system_account: ${operator.systemAccount.publicKey}
resolver: MEMORY
resolver_preload: {
${preload.join("\n")}
}
default_sentinel: ${operator.sentinelJwt}
authorization { timeout: ${CALLOUT_TIMEOUT_SECONDS} }
${options.extra ?? ""}
`;
}
