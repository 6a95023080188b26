/**
 * What requests to JetStream about any stream allow, on real servers: why rules
 * that allow them are warned of.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ask, assertNoPublish } from "../fixtures/refusals.ts";
import {
  connectAs,
  rulesByClaim,
  type RulesStack,
  startRulesStack,
} from "../fixtures/rules_stack.ts";

const REQUESTS = {
  "get": "$JS.API.STREAM.MSG.GET.>",
  "direct": "$JS.API.DIRECT.GET.>",
  "snapshot": "$JS.API.STREAM.SNAPSHOT.*",
  "purge": "$JS.API.STREAM.PURGE.*",
  "delete": "$JS.API.STREAM.DELETE.>",
  "restore": "$JS.API.STREAM.RESTORE.*",
} as const;

const SENT = "$JS.SNAPSHOT.RESTORE.>";

async function startScene(): Promise<RulesStack> {
  const rules = Object.entries(REQUESTS).map(([name, publish]) =>
    [name, { publish, inbox: "private" }] as const
  );
  const stack = await startRulesStack(rulesByClaim({
    ...Object.fromEntries(rules),
    "send": { publish: [REQUESTS.restore, SENT], inbox: "private" },
  }));
  await ask(stack.admin, "$JS.API.STREAM.CREATE.ORDERS", {
    name: "ORDERS",
    subjects: ["orders.>"],
    "allow_direct": true,
  });
  await ask(stack.admin, "orders.one", { secret: 1 });
  return stack;
}

async function namesOf({ admin }: RulesStack): Promise<readonly string[]> {
  const answer = await admin.request("$JS.API.STREAM.NAMES");
  const { streams } = answer.json<{ streams: readonly string[] | null }>();
  return streams ?? [];
}

/** Where the server waits for the content of a stream that is restored so. */
async function beginRestore(connection: NatsConnection): Promise<string> {
  const answer = await connection.request(
    "$JS.API.STREAM.RESTORE.MINE",
    JSON.stringify({
      config: {
        name: "MINE",
        subjects: ["everything.>"],
        retention: "limits",
        storage: "file",
        discard: "old",
        "num_replicas": 1,
        "max_consumers": -1,
        "max_msgs": -1,
        "max_bytes": -1,
      },
      state: {},
    }),
  );
  return answer.json<{ "deliver_subject": string }>().deliver_subject;
}

Deno.test("H13 whoever may ask for the messages of any stream reads them, and deletes them likewise", async () => {
  await using stack = await startScene();
  const as = (rule: string): Promise<NatsConnection> =>
    connectAs(stack, "alice", rule);

  const got = await ask(await as("get"), "$JS.API.STREAM.MSG.GET.ORDERS", {
    seq: 1,
  });
  assertStringIncludes(got, btoa('{"secret":1}'));
  for (const subject of ["ORDERS", "ORDERS.orders.one"]) {
    const connection = await as("direct");
    const body = subject === "ORDERS" ? '{"seq":1}' : "";
    const answer = await connection.request(
      `$JS.API.DIRECT.GET.${subject}`,
      body,
    );
    assertEquals(answer.string(), '{"secret":1}');
  }
  const purged = await ask(
    await as("purge"),
    "$JS.API.STREAM.PURGE.ORDERS",
    {},
  );
  assertStringIncludes(purged, '"purged":1');
  const deleting = await as("delete");
  const deleted = await deleting.request("$JS.API.STREAM.DELETE.ORDERS");
  assertStringIncludes(deleted.string(), '"success":true');
  assertEquals(await namesOf(stack), []);
});

Deno.test("H13 a stream is restored with any subjects by whoever may send its content, too", async () => {
  await using stack = await startScene();
  const copying = await connectAs(stack, "alice", "snapshot");
  const chunks = copying.subscribe("users.alice._INBOX.copy");
  const asked = await ask(copying, "$JS.API.STREAM.SNAPSHOT.ORDERS", {
    "deliver_subject": "users.alice._INBOX.copy",
  });
  assertStringIncludes(asked, "stream_snapshot_response");
  const content: Uint8Array[] = [];
  for await (const { data } of chunks) {
    content.push(data);
    if (data.length === 0) break;
  }

  const alone = await connectAs(stack, "alice", "restore");
  await assertNoPublish(alone, await beginRestore(alone));
  assertEquals(await namesOf(stack), ["ORDERS"]);

  const sending = await connectAs(stack, "alice", "send");
  const place = await beginRestore(sending);
  for (const chunk of content) await sending.request(place, chunk);
  const { config } = (await stack.admin.request("$JS.API.STREAM.INFO.MINE"))
    .json<{ config: { subjects: readonly string[] } }>();
  assertEquals(config.subjects, ["everything.>"]);
});
