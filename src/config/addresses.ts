/**
 * The address in the settings that monitoring listens on.
 */
import { isIP } from "node:net";

export interface HostAndPort {
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
}

const LISTEN_REGEXP =
  /^(?<hostname>\[[0-9A-Fa-f:.]+\]|[\w.-]+):(?<port>\d{1,5})$/;
const PORT_MAX = 65_535;

/**
 * Undefined if the text is not `address:port`. A name is none: what it resolves
 * to is not known yet when Deno's permissions are decided.
 */
export function parseListenAddress(text: string): HostAndPort | undefined {
  const groups = LISTEN_REGEXP.exec(text)?.groups;
  const port = Number(groups?.["port"]);
  const address = groups?.["hostname"]?.replaceAll(/[[\]]/g, "");
  const hostname = address === "localhost" ? "127.0.0.1" : address;
  if (hostname === undefined || isIP(hostname) === 0 || port > PORT_MAX) {
    return undefined;
  }
  return { hostname, port };
}

/** As Deno's `--allow-net` takes it. */
export function formatHostAndPort({ hostname, port }: HostAndPort): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return port === 0 ? host : `${host}:${port}`;
}
