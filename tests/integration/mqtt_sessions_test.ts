/**
 * A real MQTT client on a real server: the preset mqtt_sessions with wildcards,
 * all qualities of service, sessions that outlive a connection, and nobody else's
 * topics; and what is denied, which is not delivered in any way.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertFalse } from "@std/assert";
import { ENVIRONMENTS } from "../fixtures/environments.ts";
import { freePort } from "../fixtures/free_port.ts";
import {
  PATIENCE_MS,
  publishByMqtt,
  subscribeByMqtt,
} from "../fixtures/mqtt_client.ts";
import { rulesByClaim, serveRules } from "../fixtures/rules_stack.ts";

async function eventually(
  isDone: () => Promise<boolean> | boolean,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!await isDone()) {
    if (performance.now() > deadline) throw new Error(`never: ${isDone}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function hasSession(admin: NatsConnection): Promise<boolean> {
  const answer = await admin.request("$JS.API.STREAM.NAMES", "", {
    timeout: 1_000,
  });
  return answer.string().includes("$MQTT_sess");
}

for (const { name, start } of ENVIRONMENTS) {
  Deno.test(`mqtt_sessions: everything below one's own topic, and nothing of anybody else's, with ${name}`, async () => {
    const port = freePort();
    await using stack = await serveRules(
      await start({ extra: `mqtt { listen: "127.0.0.1:${port}" }` }),
      rulesByClaim({
        "mqtt": { preset: "mqtt_sessions", only: { connections: "mqtt" } },
      }),
    );
    const tokenOf = (sub: string): Promise<string> =>
      stack.stack.token(sub, { claims: { rule: "mqtt" } });
    const alice = {
      port,
      token: await tokenOf("alice"),
      topic: "users/alice/#",
    };
    const bob = { port, token: await tokenOf("bob"), topic: "users/alice/a" };
    const log = (): Promise<string> => stack.stack.serverLog();

    {
      await using session = subscribeByMqtt({
        ...alice,
        qos: 1,
        clientId: "alice-phone",
      });
      await eventually(async () =>
        (await log()).includes("alice-phone") || session.output() !== "" ||
        await hasSession(stack.admin)
      );
      for (const qos of [0, 1, 2] as const) {
        await publishByMqtt(
          { ...alice, topic: "users/alice/a", qos },
          `live ${qos}`,
        );
      }
      await session.waitFor("users/alice/a live 1");
      await session.waitFor("users/alice/a live 2");
    }
    // Nobody listens now; the session keeps it.
    await publishByMqtt({ ...alice, topic: "users/alice/b", qos: 1 }, "kept");
    {
      await using session = subscribeByMqtt({
        ...alice,
        qos: 1,
        clientId: "alice-phone",
      });
      await session.waitFor("users/alice/b kept");
      // Somebody else's message does not arrive, one's own after it does.
      await publishByMqtt({ ...bob, qos: 1 }, "forged");
      await publishByMqtt({ ...alice, topic: "users/alice/a", qos: 1 }, "last");
      await session.waitFor("users/alice/a last");
      assertFalse(session.output().includes("forged"));
    }
    assert(
      (await log()).includes(`Publish Violation - Subject "users.alice.a"`),
    );
    for (const topic of ["users/alice/#", "users/#", "#", "+/alice/a"]) {
      await using _stranger = subscribeByMqtt({ ...bob, topic, qos: 1 });
      const subject = topic.replaceAll("/", ".").replaceAll("#", ">")
        .replaceAll(
          "+",
          "*",
        ).replace(/\.>$/, "");
      await eventually(async () =>
        (await log()).includes(`Subscription Violation - Subject "${subject}`)
      );
    }
  });

  Deno.test(`H6 an MQTT client gets what its rule says, at each quality of service and of what is retained, with ${name}`, async () => {
    const port = freePort();
    await using stack = await serveRules(
      await start({ extra: `mqtt { listen: "127.0.0.1:${port}" }` }),
      rulesByClaim({
        // The topic filter news/# asks for the subject news as well.
        "reader": { subscribe: ["news", "news.*"] },
        "writer": { publish: "news.>" },
      }),
    );
    const tokenOf = (rule: string): Promise<string> =>
      stack.stack.token(rule, { claims: { rule } });
    const writer = { port, token: await tokenOf("writer"), qos: 1 as const };
    const reader = { port, token: await tokenOf("reader"), topic: "news/#" };
    const publish = async (topic: string, text: string): Promise<void> => {
      await publishByMqtt({ ...writer, topic }, text);
    };
    for (const topic of ["news/a", "news/a/b"]) {
      await publishByMqtt({ ...writer, topic, retain: true }, "retained");
    }
    for (const qos of [0, 1, 2] as const) {
      await using session = subscribeByMqtt({ ...reader, qos });
      await session.waitFor("news/a retained");
      await publish("news/a/b", "denied");
      await publish("news/a", `live ${qos}`);
      await session.waitFor(`news/a live ${qos}`);
      assertFalse(session.output().includes("news/a/b"), session.output());
    }
  });
}
