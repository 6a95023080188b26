/**
 * The preset service_responder on real servers, with a service of NATS's own
 * library: what it is enough for, and what it cannot prevent.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { counterpartTest, natsService } from "../fixtures/counterparts.ts";
import { ALL_ENVIRONMENTS } from "../fixtures/environments.ts";
import { subscribeProblem } from "../fixtures/nats_client.ts";
import {
  ask,
  assertNoPublish,
  assertNoSubscription,
} from "../fixtures/refusals.ts";
import { rulesByClaim, serveRules } from "../fixtures/rules_stack.ts";

const RULES = rulesByClaim({
  "prices": {
    preset: { "service_responder": "prices" },
    subscribe: "prices.> q",
  },
});
const CLAIMS = { claims: { rule: "prices" } };

const startProgram = await natsService();

for (const { name, start } of ALL_ENVIRONMENTS) {
  counterpartTest(
    `service_responder: a service of NATS's own library is discovered and answers, with ${name}`,
    startProgram,
    async (program) => {
      await using stack = await serveRules(await start(), RULES);
      const { errors, id } = await program.ask({
        op: "start",
        servers: stack.stack.natsUrl,
        token: await stack.stack.token("alice", CLAIMS),
        name: "prices",
        subject: "prices.get",
        queue: "q",
      });
      assertEquals(errors, []);
      for (const verb of ["PING", "INFO", "STATS"]) {
        for (const which of ["", ".prices", `.prices.${id}`]) {
          const subject = `$SRV.${verb}${which}`;
          const { name, id: own } = JSON.parse(
            await ask(stack.admin, subject, ""),
          );
          assertEquals([name, own], ["prices", id], subject);
        }
      }
      assertEquals(await ask(stack.admin, "prices.get", ""), "42");
    },
  );

  Deno.test(`service_responder: subscribes for no other service and publishes nothing by itself, with ${name}`, async () => {
    await using stack = await serveRules(await start(), RULES);
    const alice = await stack.client("alice", CLAIMS);
    await assertNoSubscription(
      alice,
      "$SRV.>",
      "$SRV.PING.>",
      "$SRV.PING.orders",
      "$SRV.INFO.orders.x",
      "prices.get",
    );
    await assertNoPublish(alice, "$SRV.PING", "prices.get", "orders.x");
  });

  Deno.test(`service_responder: answers discovery by any name: the reason for the caution, with ${name}`, async () => {
    await using stack = await serveRules(await start(), RULES);
    const alice = await stack.client("alice", CLAIMS);
    await answer(alice, "$SRV.PING", JSON.stringify({ name: "orders" }));
    assertStringIncludes(await ask(stack.admin, "$SRV.PING", ""), "orders");
  });
}

async function answer(
  connection: NatsConnection,
  subject: string,
  text: string,
): Promise<void> {
  assertEquals(await subscribeProblem(connection, subject), undefined);
  connection.subscribe(subject, {
    callback: (_error, message) => void message.respond(text),
  });
  await connection.flush();
}
