/**
 * Addresses in the settings: of NATS servers, and the one that monitoring
 * listens on.
 */
import { isIP } from "node:net";

export interface HostAndPort {
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
}

export interface NatsServer {
  /** `nats://host:port`, always with the port. */
  readonly url: string;
  readonly tls: boolean;
}

const NATS_PORT = 4222;

/** The server, or what is wrong with it. */
export function parseNatsServer(text: string): NatsServer | string {
  const url = URL.parse(text.includes("://") ? text : `nats://${text}`);
  if (url === null || url.hostname === "") return "is not an address";
  if (url.protocol !== "nats:" && url.protocol !== "tls:") {
    return "must begin with nats:// or tls://";
  }
  if (url.username !== "" || url.password !== "") {
    return "holds a user or a password: the service connects with nats.creds_file";
  }
  if (
    url.search !== "" || url.hash !== "" || !["", "/"].includes(url.pathname)
  ) {
    return "must end with the port";
  }
  const port = url.port === "" ? NATS_PORT : Number(url.port);
  if (port === 0) return "has the port 0";
  return {
    url: `${url.protocol}//${url.hostname}:${port}`,
    tls: url.protocol === "tls:",
  };
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
