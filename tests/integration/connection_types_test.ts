/**
 * MQTT with a real client, which brings its bearer token as the password.
 */
import { assertEquals } from "@std/assert";
import { ENVIRONMENTS } from "../fixtures/environments.ts";
import { freePort } from "../fixtures/free_port.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";

/** mqtt.js, as a program of its own, publishes one message. It does not tell when it was refused. */
async function publishWithMqtt(port: number, password: string): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-A", "--no-config", "npm:mqtt@5.16.0"],
      ...["publish", "-h", "127.0.0.1", "-p", String(port)],
      // The server insists on a user name; nobody looks at it.
      ...["-u", "anything", "-P", password],
      ...["-t", "users/alice/from/mqtt", "-m", "hello"],
    ],
  }).output();
}

for (const { name, start } of ENVIRONMENTS) {
  Deno.test(`I22 A14 an MQTT client gets in with its bearer token as the password, with ${name}`, async () => {
    const port = freePort();
    await using stack = await start({
      extra: `mqtt { listen: "127.0.0.1:${port}" }`,
    });
    await using service = await startService(await stack.config());
    const alice = await openClient(stack, await stack.token("alice"));
    const received = new Promise<string>((resolve) => {
      alice.subscribe("users.alice.from.mqtt", {
        callback(_error, message): void {
          resolve(message.string());
        },
      });
    });
    await alice.flush();

    await publishWithMqtt(port, await stack.token("alice"));
    assertEquals(await received, "hello");

    await publishWithMqtt(port, "not a token");
    assertEquals(service.lines.at(-1)?.code, "bearer_token_malformed");
    await alice.close();
  });
}
