/**
 * HTTP for whoever watches the service: `/healthz` answers while the program
 * lives, `/readyz` says whether requests are taken and can be judged, `/metrics`
 * the same in numbers. An orchestrator restarts for the first and holds traffic
 * back for the second.
 *
 * On `node:http` and not on `Deno.serve`: that one (2.9) waits for ever for the
 * end of a request's header and takes 4 MB of it; this one has bounds for both.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { formatMetrics, METRICS_CONTENT_TYPE } from "./metrics.ts";
import { type Circumstances, readinessOf } from "./readiness.ts";

export interface MonitoringOptions {
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
  readonly circumstances: () => Circumstances;
}

export interface Monitoring {
  /** `host:port` that it really listens on. */
  readonly address: string;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

/** The address cannot be had. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Probes come every few seconds from a few places; each has a connection of its own. */
const CONNECTIONS_MAX = 64;
const HEADER_BYTES_MAX = 8 * 1024;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 5_000;
const TIMEOUT_CHECK_INTERVAL_MS = 1_000;

/**
 * @throws {ListenError} If the address is in use or not this machine's.
 */
export async function startMonitoring(
  options: MonitoringOptions,
): Promise<Monitoring> {
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
  }, (request, response) => respond(request, response, options.circumstances));
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, options);
  return {
    address: addressOf(server, options),
    stop(): Promise<void> {
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

const PATHS: readonly string[] = ["/healthz", "/readyz", "/metrics"];

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  circumstances: () => Circumstances,
): void {
  response.setHeader("Content-Type", "application/json");
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("X-Content-Type-Options", "nosniff");
  // One answer a connection: nothing can be sent behind the request.
  response.setHeader("Connection", "close");
  const [path = ""] = (request.url ?? "").split("?", 1);
  if (!PATHS.includes(path)) {
    return send(response, 404, { "status": "not found" });
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return send(response, 405, { "status": "method not allowed" });
  }
  if (path === "/healthz") return send(response, 200, { "status": "alive" });
  let found: Circumstances;
  try {
    found = circumstances();
  } catch {
    // What failed is logged by whoever it belongs to; here it is only not ready.
    return send(response, 503, { "status": "not ready" });
  }
  if (path === "/readyz") return sendReadiness(response, found);
  response.setHeader("Content-Type", METRICS_CONTENT_TYPE);
  response.end(formatMetrics(found));
}

function sendReadiness(response: ServerResponse, found: Circumstances): void {
  const { checks, degraded } = readinessOf(found);
  const isReady = Object.values(checks).every((holds) => holds);
  const status = degraded.length === 0 ? "ready" : "degraded";
  send(response, isReady ? 200 : 503, {
    "status": isReady ? status : "not ready",
    checks,
    "degraded": degraded.map(({ issuer, kind, problem, staleSeconds }) => ({
      "issuer": issuer,
      "kind": kind,
      "problem": problem,
      "stale_seconds": staleSeconds,
    })),
  });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.end(`${JSON.stringify(body)}\n`);
}

function listen(
  server: Server,
  { hostname, port }: MonitoringOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: Error & { readonly code?: string }) => {
      reject(
        new ListenError(
          `Cannot listen on ${formatAddress(hostname, port)}: ${
            describe(error.code)
          }. Set monitoring.listen (MONITORING_LISTEN) to another address or port`,
          { cause: error },
        ),
      );
    });
    server.listen(port, hostname, () => resolve());
  });
}

function describe(code: string | undefined): string {
  switch (code) {
    case "EADDRINUSE":
      return "another program uses it";
    case "EADDRNOTAVAIL":
    case "EINVAL":
    case "ENOTFOUND":
      return "it is no address of this machine";
    case "EACCES":
      return "the system does not allow it";
    default:
      return "the system refuses";
  }
}

function addressOf(
  server: Server,
  { hostname, port }: MonitoringOptions,
): string {
  const address = server.address();
  return typeof address === "object" && address !== null
    ? formatAddress(address.address, address.port)
    : formatAddress(hostname, port);
}

function formatAddress(hostname: string, port: number): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}
