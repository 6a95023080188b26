/**
 * What the server that we are connected to says of itself, also while the
 * connection is lost: the client library forgets it for as long as it dials, and
 * answers that are made meanwhile still reach servers of the same cluster.
 */
import type { NatsConnection, ServerInfo } from "@nats-io/nats-core";
import { assert } from "../base/assert.ts";

/** The last INFO of a server. */
export type ReadServerFacts = () => ServerInfo;

export function rememberServerFacts(
  connection: Pick<NatsConnection, "info">,
): ReadServerFacts {
  let last = connection.info;
  return function readServerFacts(): ServerInfo {
    last = connection.info ?? last;
    assert(last !== undefined, "a connection begins with an INFO");
    return last;
  };
}
