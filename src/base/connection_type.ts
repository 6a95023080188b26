/**
 * The ways to connect, by nats-server's own names (`client.go`, clientTypeString;
 * a leaf node is a kind of its own there).
 */

export const CONNECTION_TYPES = [
  "nats",
  "websocket",
  "mqtt",
  "leafnode",
] as const;

export type ConnectionType = typeof CONNECTION_TYPES[number];
