/**
 * Rules on a real server, however NATS was set up: what they grant is what the
 * server lets through, no more and no less.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { ENVIRONMENTS } from "../fixtures/environments.ts";
import { publishProblem, reaches } from "../fixtures/nats_client.ts";
import { assertNoPublish, assertNoSubscription } from "../fixtures/refusals.ts";
import {
  accountsOf,
  connectAs,
  rulesByClaim,
  serveRules,
} from "../fixtures/rules_stack.ts";

for (const { name, start } of ENVIRONMENTS) {
  Deno.test(`H5 what a rule does not name is refused on both sides, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "publisher": {
          publish: { allow: ["a.>"], deny: ["a.secret.>", "a.x"] },
        },
        "subscriber": { subscribe: { allow: ["a.>"], deny: ["a.secret.>"] } },
      }),
    );
    const publisher = await connectAs(stack, "alice", "publisher");
    assertEquals(await publishProblem(publisher, "a.b"), undefined);
    await assertNoPublish(publisher, ...[
      "b",
      "a",
      "a.x",
      "a.secret.b",
      "$SYS.REQ.USER.INFO",
      "_INBOX.x",
    ]);
    await assertNoSubscription(publisher, ...[
      "a.b",
      ">",
      "_INBOX.>",
      "users.alice.>",
    ]);
    const subscriber = await connectAs(stack, "alice", "subscriber");
    assert(await reaches(stack.admin, subscriber, "a.b", "a.>"));
    assertFalse(await reaches(stack.admin, subscriber, "a.secret.b", "a.>"));
    await assertNoSubscription(subscriber, "a.secret.b");
    await assertNoPublish(subscriber, "a.b");
  });

  Deno.test(`H15 a responder answers what it was asked, once, and publishes nowhere else, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "responder": { subscribe: "service.>", "allow_responses": true },
        "thrice": {
          subscribe: "thrice.>",
          "allow_responses": { max: 3, ttl: "1s" },
        },
        "silent": { subscribe: "silent.>" },
      }),
    );
    const { admin } = stack;
    const answer = async (
      rule: string,
      subject: string,
    ): Promise<NatsConnection> => {
      const connection = await connectAs(stack, "alice", rule);
      connection.subscribe(subject, {
        callback: (_error, message) => {
          for (let count = 0; count < 5; count++) message.respond(`${count}`);
        },
      });
      await connection.flush();
      return connection;
    };
    const answersTo = async (subject: string): Promise<number> => {
      let answers = 0;
      const inbox = `asked.${subject}`;
      const subscription = admin.subscribe(inbox, {
        callback: () => void answers++,
      });
      admin.publish(subject, "", { reply: inbox });
      await new Promise((resolve) => setTimeout(resolve, 200));
      subscription.unsubscribe();
      return answers;
    };
    const responder = await answer("responder", "service.a");
    await answer("thrice", "thrice.a");
    await answer("silent", "silent.a");
    assertEquals(await answersTo("service.a"), 1);
    assertEquals(await answersTo("thrice.a"), 3);
    assertEquals(await answersTo("silent.a"), 0);
    await assertNoPublish(responder, "asked.other");

    // Too late: the leave to answer has run out.
    const late = await connectAs(stack, "alice", "thrice");
    const reply = Promise.withResolvers<string>();
    late.subscribe("thrice.late", {
      callback: (_error, message) => reply.resolve(message.reply ?? ""),
    });
    await late.flush();
    admin.publish("thrice.late", "", { reply: "asked.late" });
    assertEquals(await reply.promise, "asked.late");
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await assertNoPublish(late, "asked.late");
  });

  Deno.test(`H15 an answer goes even to what the rule denies: the reason for the note in explain, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "responder": {
          subscribe: "service.>",
          publish: { allow: "a.>", deny: "a.secret" },
          "allow_responses": true,
        },
      }),
    );
    const responder = await connectAs(stack, "alice", "responder");
    await assertNoPublish(responder, "a.secret");
    responder.subscribe("service.a", {
      callback: (_error, message) => void message.respond("answer"),
    });
    await responder.flush();
    const answered = new Promise<string>((resolve) => {
      stack.admin.subscribe("a.secret", {
        callback: (_error, message) => resolve(message.string()),
      });
    });
    stack.admin.publish("service.a", "", { reply: "a.secret" });
    // When this fails, NATS has become safer.
    assertEquals(await answered, "answer");
  });

  Deno.test(`only: the service refuses who comes otherwise, from elsewhere or at another time, with ${name}`, async () => {
    const now = new Date();
    const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
    const otherDay = days[(now.getUTCDay() + 3) % 7] ?? "sun";
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "tcp": {
          publish: "a",
          only: { connections: "nats", sources: ["127.0.0.0/8", "::1"] },
        },
        "mqtt": { publish: "a", only: { connections: "mqtt" } },
        "elsewhere": { publish: "a", only: { sources: "10.0.0.0/8" } },
        "another_day": {
          publish: "a",
          only: { hours: { days: [otherDay], from: "00:00", to: "24:00" } },
        },
        "all_day": {
          publish: "a",
          only: { hours: { from: "00:00", to: "24:00" } },
        },
      }),
    );
    const rows: [rule: string, code: string][] = [
      ["tcp", "granted"],
      ["mqtt", "connection_type_not_allowed"],
      ["elsewhere", "source_not_allowed"],
      ["another_day", "outside_hours"],
      ["all_day", "granted"],
      ["none", "no_rule_matches"],
    ];
    for (const [rule, code] of rows) {
      assertEquals(
        await stack.codeFor("alice", { claims: { rule } }),
        code,
        rule,
      );
    }
  });

  Deno.test(`H10 H14 claims do not choose the account, nor reach what NATS keeps for itself, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "tenant": {
          publish: "${claims.tenant}.>",
          subscribe: "${claims.tenant}.>",
        },
        "path": {
          subscribe: "t.${claims.tenant:path}.>",
          publish: "t.${claims.tenant:path}.>",
        },
      }),
    );
    for (
      const tenant of [
        "$SYS",
        "$JS",
        "_INBOX",
        "_R_",
        "_GR_",
        "$KV",
        "*",
        ">",
        "> q",
        "a.b",
      ]
    ) {
      const client = await connectAs(stack, "alice", "tenant", {
        tenant,
        account: "SYS",
        "issuer_account": "SYS",
        nats: { "issuer_account": "SYS" },
      });
      assertEquals(
        [...await accountsOf(stack, "alice")],
        [...stack.stack.accounts.values()],
      );
      await assertNoSubscription(client, ...[
        "$SYS.>",
        "$JS.>",
        "_INBOX.>",
        "_R_.>",
        "_GR_.>",
        "$KV.>",
        ">",
        "*.x",
        "a.b.>",
        "a.>",
      ]);
      await assertNoPublish(client, ...[
        "$SYS.REQ.USER.INFO",
        "$JS.API.INFO",
        "_INBOX.x",
        "a.b.c",
      ]);
      await client.close();
    }
    const path = await connectAs(stack, "alice", "path", {
      tenant: "acme.berlin",
    });
    assert(await reaches(path, path, "t.acme.berlin.x", "t.acme.berlin.>"));
    await assertNoSubscription(path, "t.acme.>");
    for (const tenant of ["acme.*", "acme.>", "", "a b", "acme..x", ["acme"]]) {
      assertEquals(
        await stack.codeFor("alice", { claims: { rule: "path", tenant } }),
        "claim_unusable_in_subject",
      );
    }
  });
}
