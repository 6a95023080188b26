/**
 * The ways to connect, by nats-server's own names (`client.go`, clientTypeString;
 * a leaf node is a kind of its own there).
 */

/** How a client may be connected; `nats` is plain TCP or TLS. */
export type ConnectionType = "nats" | "websocket" | "mqtt" | "leafnode";

export const CONNECTION_TYPES = [
  "nats",
  "websocket",
  "mqtt",
  "leafnode",
] as const satisfies readonly ConnectionType[];
