/**
 * Whose address a login has: that of whoever is connected to nats-server, and what
 * else can be made of it. Rules about `source` and webhooks rely on it.
 */
import { assertEquals } from "@std/assert";
import { OLDEST_NATS_SERVER } from "../../src/dev/nats_server_version.ts";
import { rejected, startCallout } from "../../src/mod.ts";
import { libraryOptions } from "../fixtures/library_scene.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

const CONNECT = `CONNECT {"verbose":false,"auth_token":"t"}\r\nPING\r\n`;
const CLAIMED = "203.0.113.9";

/** The addresses that the service is told while clients try to log in. */
async function seenBy(
  stack: TestStack,
  logIn: () => Promise<void>,
): Promise<readonly string[]> {
  const seen: string[] = [];
  const service = await startCallout({
    ...libraryOptions(stack),
    authenticate: (_bearerToken, { connection: { host, type } }) => {
      seen.push(`${type} ${host}`);
      return rejected("bearer_token_inactive", "Nobody gets in");
    },
    permit: () => rejected("no_rule_matches", "Nobody gets in"),
  });
  await logIn();
  await service.stop();
  return seen;
}

/** Resolves when the server has refused and closed. */
async function connectWebSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const socket = new WebSocket(url, { headers });
  socket.onopen = (): void => socket.send(new TextEncoder().encode(CONNECT));
  await new Promise((resolve) => socket.onclose = resolve);
}

async function connectTcp(url: string, before: string): Promise<void> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(before + CONNECT));
  const buffer = new Uint8Array(4096);
  while (await connection.read(buffer) !== null);
}

for (
  const [server, options] of [
    ["the current server", {}],
    ["the oldest supported server", { natsServerVersion: OLDEST_NATS_SERVER }],
  ] as const
) {
  Deno.test(`a WebSocket client cannot choose its address by X-Forwarded-For, with ${server}`, async () => {
    await using stack = await startStack(options);
    const seen = await seenBy(stack, async () => {
      await connectWebSocket(stack.websocketUrl, {});
      await connectWebSocket(stack.websocketUrl, {
        "X-Forwarded-For": CLAIMED,
        "X-Real-IP": CLAIMED,
        "Forwarded": `for=${CLAIMED}`,
      });
    });
    assertEquals(seen, ["websocket 127.0.0.1", "websocket 127.0.0.1"]);
  });
}

/** The oldest has no such setting, and an unknown one is an error there. */
const NEWER = { natsServerVersion: "2.15.2" };

Deno.test("with proxy_protocol whoever reaches the port says its address, without it nobody", async () => {
  const header = `PROXY TCP4 ${CLAIMED} 127.0.0.1 4711 4222\r\n`;
  for (
    const [extra, expected] of [
      ["proxy_protocol: true", ["nats 127.0.0.1", `nats ${CLAIMED}`]],
      // The header is a protocol error.
      ["proxy_protocol: false", ["nats 127.0.0.1"]],
    ] as const
  ) {
    await using stack = await startStack({ ...NEWER, extra });
    const seen = await seenBy(stack, async () => {
      await connectTcp(stack.natsUrl, "");
      await connectTcp(stack.natsUrl, header);
    });
    assertEquals(seen, expected);
  }
});
