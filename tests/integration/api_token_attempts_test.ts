/**
 * Guessing at API tokens from several addresses, on a real server that takes them
 * from the PROXY protocol.
 */
import { assertEquals } from "@std/assert";
import { createApiToken } from "../../src/identity/api_token.ts";
import { startService } from "../fixtures/service.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

/** Waits for what the server says to it: in or out. */
async function connect(
  { natsUrl }: TestStack,
  host: string,
  token: string,
): Promise<"PONG" | "Authorization Violation"> {
  const { hostname, port } = new URL(natsUrl);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const connect = JSON.stringify({ verbose: false, "auth_token": token });
  await connection.write(new TextEncoder().encode(
    `PROXY TCP4 ${host} 127.0.0.1 4711 4222\r\nCONNECT ${connect}\r\nPING\r\n`,
  ));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let text = "";
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`closed after ${text}`);
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    if (text.includes("PONG")) return "PONG";
    if (text.includes("Authorization Violation")) {
      return "Authorization Violation";
    }
  }
}

Deno.test("G8 who guesses at an API token is held up, its owner elsewhere and others beside are not", async () => {
  await using stack = await startStack({
    natsServerVersion: "2.15.2",
    extra: "proxy_protocol: true",
  });
  const [guessed, other] = [createApiToken(), createApiToken()];
  const folder = await Deno.makeTempDir();
  const file = `${folder}/api-tokens.json`;
  const tokens = [guessed, other].map(({ digest, id }) => ({
    id,
    sha256: digest,
    sub: id,
    "created_at": new Date().toISOString(),
    "expires_at": new Date(Date.now() + 3_600_000).toISOString(),
  }));
  await Deno.writeTextFile(file, JSON.stringify({ version: 1, tokens }), {
    mode: 0o600,
  });
  await using service = await startService({
    ...await stack.config(),
    apiTokens: { issuer: "urn:test:api-tokens", file },
  });
  const { id, token } = guessed;
  const [, secret] = other.token.reveal().split(".");
  const guess = `${id}.${secret}`;
  for (let count = 0; count < 20; count++) {
    assertEquals(
      await connect(stack, "192.0.2.7", guess),
      "Authorization Violation",
    );
  }
  // A host is heard again after two seconds, which may pass on a slow machine.
  let answer = "";
  for (
    let round = 0;
    round < 10 && answer !== "Authorization Violation";
    round++
  ) {
    await connect(stack, "192.0.2.7", guess);
    answer = await connect(stack, "192.0.2.7", token.reveal());
  }
  assertEquals(service.lines.at(-1)?.code, "attempts_too_many");
  assertEquals(await connect(stack, "192.0.2.8", token.reveal()), "PONG");
  assertEquals(await connect(stack, "192.0.2.7", other.token.reveal()), "PONG");
  await Deno.remove(folder, { recursive: true });
});
