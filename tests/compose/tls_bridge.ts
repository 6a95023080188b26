/**
 * Stands in for the name service: what connects to a port of this machine is
 * carried over TLS to a server by that server's own name, which no name service
 * knows here.
 */

export interface TlsBridge extends AsyncDisposable {
  readonly port: number;
}

export interface TlsBridgeOptions {
  /** Of this machine, as "127.0.0.1:4222". */
  readonly target: string;
  /** The server's name, as its certificate and its rules have it. */
  readonly host: string;
  /** The certificate that vouches for it. */
  readonly authority: string;
}

const LOOPBACK = "127.0.0.1";

export function openTlsBridge(options: TlsBridgeOptions): TlsBridge {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = listener.addr;
  const carried = new Set<Promise<void>>();
  const accepting = (async () => {
    for await (const near of listener) {
      const one = carry(near, options).finally(() => carried.delete(one));
      carried.add(one);
    }
  })();
  return {
    port,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      await accepting;
      await Promise.all(carried);
    },
  };
}

async function carry(
  near: Deno.Conn,
  { target, host, authority }: TlsBridgeOptions,
): Promise<void> {
  const { hostname, port } = new URL(`tcp://${target}`);
  try {
    const far = await Deno.startTls(
      await Deno.connect({ hostname, port: Number(port) }),
      { hostname: host, caCerts: [authority] },
    );
    await Promise.all([
      near.readable.pipeThrough(withHost(host)).pipeTo(far.writable),
      far.readable.pipeTo(near.writable),
    ]);
  } catch {
    // Whoever is connected sees it end; why, is theirs to judge.
    try {
      near.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** A client that knows the server by its name would have said so in the first lines. */
function withHost(host: string): TransformStream<Uint8Array, Uint8Array> {
  let isFirst = true;
  return new TransformStream({
    transform(chunk, controller): void {
      const text = isFirst ? new TextDecoder().decode(chunk) : "";
      isFirst = false;
      const named = text.replace(/^host: \S+/mi, `Host: ${host}`);
      controller.enqueue(
        named === text ? chunk : new TextEncoder().encode(named),
      );
    },
  });
}
