/**
 * What becomes of the connection once it is there. The client library reconnects
 * in silence; here it is logged, and told to whoever has something to send.
 */
import {
  type NatsConnection,
  PermissionViolationError,
  type Status,
} from "@nats-io/nats-core";
import type { Log } from "../telemetry/log.ts";

export interface ConnectionState {
  /**
   * Whether what we send arrives, as far as can be seen. Once an answer has been
   * refused, no until the connection is a new one: permissions belong to it.
   */
  isUp(): boolean;
}

export interface ConnectionEvents {
  readonly log: Log;
  readonly onLost: () => void;
  readonly onRegained: () => void;
  /** It will not come back. */
  readonly onEnded: () => void;
}

export function followConnection(
  connection: Pick<NatsConnection, "info" | "isClosed" | "status">,
  { log, onEnded, onLost, onRegained }: ConnectionEvents,
): ConnectionState {
  let isConnected = true;
  let isRefused = false;

  function take(status: Status): void {
    switch (status.type) {
      case "disconnect":
        // Each attempt ends with it that the server has refused.
        if (!isConnected) return;
        isConnected = false;
        onLost();
        return log.warn("lost the connection to NATS, trying to get it back", {
          code: "nats_lost",
          address: status.server,
        });
      case "reconnect":
        isConnected = true;
        isRefused = false;
        onRegained();
        return log.info("connected to NATS again", {
          address: status.server,
          serverId: connection.info?.server_id ?? "",
        });
      case "close":
        return onEnded();
      case "error":
        return takeError(status.error);
    }
  }

  function takeError(error: Error): void {
    if (
      error instanceof PermissionViolationError && error.operation === "publish"
    ) takeRefusal(error.subject);
  }

  /** We publish nothing but answers. */
  function takeRefusal(subject: string): void {
    if (isRefused) return;
    isRefused = true;
    log.error("NATS refuses the answers", {
      code: "answers_refused",
      subject,
      detail: 'Allow the service\'s user to publish to "$SYS._INBOX.>"',
    });
  }

  async function follow(): Promise<void> {
    for await (const status of connection.status()) take(status);
  }
  void follow();

  return { isUp: () => isConnected && !isRefused && !connection.isClosed() };
}
