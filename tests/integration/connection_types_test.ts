/**
 * MQTT with a real client, which brings its bearer token as the password.
 */
import { assertEquals } from "@std/assert";
import { ENVIRONMENTS } from "../fixtures/environments.ts";
import { freePort } from "../fixtures/free_port.ts";
import { publishByMqtt } from "../fixtures/mqtt_client.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";

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

    const topic = "users/alice/from/mqtt";
    await publishByMqtt(
      { port, token: await stack.token("alice"), topic },
      "hello",
    );
    assertEquals(await received, "hello");

    await publishByMqtt({ port, token: "not a token", topic }, "hello");
    assertEquals(service.lines.at(-1)?.code, "bearer_token_malformed");
    await alice.close();
  });
}
