import { assert, assertEquals } from "@std/assert";
import { innermostReason } from "./innermost_reason.ts";

/** What is said of a request whose query holds a key. */
async function reasonOf(protocol: string, port: number): Promise<string> {
  try {
    await fetch(`${protocol}://127.0.0.1:${port}/jwks?key=ca)nary%20x`);
  } catch (error) {
    return innermostReason(error);
  }
  throw new Error("it was answered");
}

Deno.test("J1 innermostReason() says what happened, and nothing of the URL", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const hangingUp = (async (): Promise<void> => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1));
      connection.close();
    }
  })();
  const reasons = [await reasonOf("http", port), await reasonOf("https", port)];
  listener.close();
  await hangingUp;
  reasons.push(await reasonOf("http", port));
  for (const reason of reasons) {
    assert(/^client error \((?:SendRequest|Connect)\): /.test(reason), reason);
  }
});

Deno.test("innermostReason() of what is no error is unknown", () => {
  assertEquals(innermostReason("text"), "unknown reason");
});
