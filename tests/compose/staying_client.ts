/**
 * A client that is set up as the README says, so that it stays: it tries again
 * for as long as it takes. Counts how often it had to.
 */
import type { Transport, Urls } from "../fixtures/nats_client.ts";

export interface StayingClient extends AsyncDisposable {
  /** Waits until what it sends to itself arrives; how often it has lost its connection so far. */
  disconnects(): Promise<number>;
}

export interface StayingClientOptions {
  readonly sub: string;
  readonly token: string;
  readonly transport?: Transport;
}

/** What its thread is asked. */
export type Asked =
  | {
    readonly kind: "open";
    readonly servers: readonly string[];
    readonly sub: string;
    readonly token: string;
    readonly transport: Transport;
  }
  | { readonly kind: "isBack" | "close" };

/** What its thread answers, when it is done. */
export type Told =
  | { readonly disconnects: number }
  | { readonly problem: string };

/** Comes back when it is in, however long that takes. */
export async function openStayingClient(
  urls: readonly Urls[],
  { sub, token, transport = "tcp" }: StayingClientOptions,
): Promise<StayingClient> {
  const thread = new Worker(
    new URL("staying_client_worker.ts", import.meta.url),
    { type: "module" },
  );
  function ask(asked: Asked): Promise<number> {
    return new Promise((resolve, reject) => {
      thread.onmessage = ({ data: told }: MessageEvent<Told>) => {
        if ("problem" in told) reject(new Error(told.problem));
        else resolve(told.disconnects);
      };
      thread.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      thread.postMessage(asked);
    });
  }
  const servers = urls.map(({ natsUrl, websocketUrl }) =>
    transport === "tcp" ? natsUrl : websocketUrl
  );
  try {
    await ask({ kind: "open", servers, sub, token, transport });
  } catch (error) {
    thread.terminate();
    throw error;
  }
  return {
    disconnects: () => ask({ kind: "isBack" }),
    async [Symbol.asyncDispose](): Promise<void> {
      await ask({ kind: "close" });
      thread.terminate();
    },
  };
}
