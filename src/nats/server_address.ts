/**
 * Addresses of NATS servers, as configurations and programs write them.
 */

interface NatsServer {
  readonly url: string;
  readonly tls: boolean;
}

/** Takes what is wrong with an option, and what to do about it. */
export type ReportOption = (
  path: string,
  problem: string,
  remedy: string,
) => void;

const NATS_PORT = 4222;

/**
 * The URLs of servers that can be used, always with the port; reports what is
 * wrong with the others, and with all of them together.
 */
export function checkServers(
  path: string,
  texts: readonly string[],
  report: ReportOption,
): readonly string[] {
  if (texts.length === 0) {
    report(path, "names no server", "name one: nats://host:4222");
  }
  const servers = texts.flatMap((text, index) => {
    const server = parseNatsServer(text);
    if (typeof server === "object") return [server];
    report(
      `${path}[${index}]`,
      server,
      "write it like nats://host:4222 or tls://host:4222",
    );
    return [];
  });
  if (new Set(servers.map(({ tls }) => tls)).size > 1) {
    report(
      path,
      "mixes tls:// and nats://: the client could be led to the one without TLS",
      "write tls:// for all or for none",
    );
  }
  return servers.map(({ url }) => url);
}

function parseNatsServer(text: string): NatsServer | string {
  const url = URL.parse(text.includes("://") ? text : `nats://${text}`);
  if (url === null || url.hostname === "") return "is not an address";
  if (url.protocol !== "nats:" && url.protocol !== "tls:") {
    return "must begin with nats:// or tls://";
  }
  if (url.username !== "" || url.password !== "") {
    return "holds a user or a password, which the log would show; the service proves itself with its creds";
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

export function isTlsAddress(text: string): boolean {
  return URL.parse(text)?.protocol === "tls:";
}
