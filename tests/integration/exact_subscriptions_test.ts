/**
 * A subscription gets what its rule says, on real servers: the newest and the
 * oldest that is supported. Where a server cannot hold back what is denied, the
 * service does not run on it and admits nobody through it.
 */
import {
  type NatsConnection,
  PermissionViolationError,
} from "@nats-io/nats-core";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import type { JsonObject } from "../../src/base/json.ts";
import { systemClock } from "../../src/base/time.ts";
import { judgeSetup } from "../../src/cli/setup_findings.ts";
import { ServerTooOldError } from "../../src/nats/callout_service.ts";
import type { RuleOptions } from "../../src/permissions/rule_options.ts";
import { ALL_ENVIRONMENTS, ENVIRONMENTS } from "../fixtures/environments.ts";
import { reaches, subscribeProblem } from "../fixtures/nats_client.ts";
import { assertNoSubscription } from "../fixtures/refusals.ts";
import {
  connectAs,
  rulesByClaim,
  serveRules,
  startRulesStack,
} from "../fixtures/rules_stack.ts";
import { startServiceProcess } from "../fixtures/service.ts";
import { OLDEST } from "../fixtures/servers.ts";
import { startStack } from "../fixtures/stack.ts";

async function assertSubscribes(
  connection: NatsConnection,
  subject: string,
  queue?: string,
): Promise<void> {
  assertEquals(
    await subscribeProblem(connection, subject, queue),
    undefined,
    subject,
  );
}

for (const { name, start } of ALL_ENVIRONMENTS) {
  Deno.test(`H6 a subscription gets what its rule says, although NATS would let in more, with ${name}`, async () => {
    await using stack = await serveRules(
      await start(),
      rulesByClaim({
        "news": {
          subscribe: ["news.*", "users.${sub}.>"],
          publish: "users.${sub}.>",
        },
        "queue": { subscribe: ["jobs.* workers"] },
        "first_token": { subscribe: ["*"] },
        "both": { subscribe: ["tasks.>", "tasks.a workers"] },
      }),
    );
    const { admin } = stack;

    const news = await connectAs(stack, "alice", "news");
    // The server takes the subscription: what it delivers is what counts.
    await assertSubscribes(news, "news.>");
    assert(await reaches(admin, news, "news.a", "news.>"));
    assertFalse(await reaches(admin, news, "news.a.b", "news.>"));
    assertFalse(await reaches(admin, news, "news.a.b.c", "news.>"));
    await assertNoSubscription(news, "news.a.>", "news.*.>", "news.a.b");
    assert(await reaches(news, news, "users.alice.x.y", "users.alice.>"));

    const queue = await connectAs(stack, "alice", "queue");
    await assertNoSubscription(queue, "jobs.a");
    assertInstanceOf(
      await subscribeProblem(queue, "jobs.a", "others"),
      PermissionViolationError,
    );
    await assertSubscribes(queue, "jobs.a", "workers");
    await assertSubscribes(queue, "jobs.>", "workers");
    const got: string[] = [];
    queue.subscribe("jobs.>", {
      queue: "workers",
      callback: (_error, message) => void got.push(message.subject),
    });
    await queue.flush();
    for (const subject of ["jobs.a", "jobs.a.b"]) admin.publish(subject);
    await admin.flush();
    await queue.flush();
    assertEquals(got, ["jobs.a"]);

    const both = await connectAs(stack, "alice", "both");
    await assertSubscribes(both, "tasks.a");
    await assertSubscribes(both, "tasks.a", "workers");
    await assertSubscribes(both, "tasks.b", "others");
    assertInstanceOf(
      await subscribeProblem(both, "tasks.a", "others"),
      PermissionViolationError,
    );

    const first = await connectAs(stack, "alice", "first_token");
    assert(await reaches(admin, first, "a", ">"));
    assertFalse(await reaches(admin, first, "a.b", ">"));
  });

  Deno.test(`the reason for it: with news.* allowed and nothing denied, NATS delivers news.a.b, with ${name}`, async () => {
    const everybody = rulesByClaim({ "any": { subscribe: "news.*" } });
    await using stack = await serveRules(await start(), everybody, {
      change: (grant) => ({
        ...grant,
        permissions: {
          kind: "listed",
          publish: { allow: [], deny: [] },
          subscribe: { allow: ["news.*"], deny: [] },
        },
      }),
    });
    const client = await connectAs(stack, "alice", "any");
    assert(await reaches(stack.admin, client, "news.a.b", "news.>"));
  });
}

/** Rules that only some servers can keep: what is subscribed to, and what must not come. */
const DEMANDING: readonly (readonly [
  rule: RuleOptions,
  asked: string,
  denied: string,
  allowed: string,
])[] = [
  [
    ruleFor("two_wildcards", ["news.*.*"]),
    "news.sport.>",
    "news.sport.b.c",
    "news.sport.b",
  ],
  [
    ruleFor("two_levels", ["news.*", "news.*.*"]),
    "news.a.>",
    "news.a.b.c",
    "news.a.b",
  ],
  [ruleFor("below", ["a.>"], ["a.secret.>"]), "a.*.x", "a.secret.x", "a.b.x"],
  [ruleFor("across", ["a.>"], ["*.secret"]), "a.*", "a.secret", "a.b"],
];

function ruleFor(
  name: string,
  allow: readonly string[],
  deny: readonly string[] = [],
): RuleOptions {
  return {
    name,
    when: { claims: { rule: { equals: name } } },
    grant: { subscribe: { allow, deny } },
  };
}

const DEMANDING_RULES = DEMANDING.map(([rule]) => rule);

for (const { name, start } of ENVIRONMENTS) {
  Deno.test(`H6 what is denied is not delivered to who subscribes to a part of it, with ${name}`, async () => {
    await using stack = await serveRules(await start(), DEMANDING_RULES);
    for (const [{ name }, asked, denied, allowed] of DEMANDING) {
      const client = await connectAs(stack, "alice", name);
      assertFalse(await reaches(stack.admin, client, denied, asked), name);
      assert(await reaches(stack.admin, client, allowed, asked), name);
    }
  });
}

Deno.test("H6 the service does not run on a server that would deliver it, and says which rule, why and what to do", async () => {
  const error = await assertRejects(
    () => startRulesStack(DEMANDING_RULES, OLDEST),
    ServerTooOldError,
  );
  for (const { name } of DEMANDING_RULES) {
    assert(error.message.includes(`rule ${name}: nats-server 2.11.2 `), name);
  }
  for (
    const text of [
      "news.*.*.>",
      "a.secret.>",
      "2.11.16, 2.12.7 or newer",
      "write the subjects otherwise",
    ]
  ) assert(error.message.includes(text), error.message);
});

Deno.test("start ends with that error and exit code 1", async () => {
  await using stack = await startStack(OLDEST);
  const file = `${stack.server.folder}/callout.yaml`;
  const rules = `rules: ${JSON.stringify(DEMANDING_RULES)}\n`;
  await Deno.writeTextFile(
    file,
    await Deno.readTextFile("config/callout.yaml") + rules,
  );
  await using service = await startServiceProcess(stack, {
    CALLOUT_CONFIG: file,
  });
  assertEquals(await service.exitCode, 1);
  await service.waitFor("The rules cannot be kept on this server:");
});

Deno.test("H6 nobody is admitted through such a server, whichever the service is connected to", async () => {
  await using stack = await startRulesStack([
    ...DEMANDING_RULES,
    ruleFor("plain", ["news.*"]),
  ], { ...OLDEST, servesAnyVersion: true });
  for (const { name } of DEMANDING_RULES) {
    assertEquals(
      await stack.codeFor("alice", { claims: { rule: name } }),
      "server_too_old",
    );
  }
  await connectAs(stack, "alice", "plain");
});

Deno.test("the reason for it: the oldest supported server delivers what is denied", async () => {
  await using stack = await startRulesStack(DEMANDING_RULES, {
    ...OLDEST,
    servesAnyVersion: true,
    ignoresVersion: true,
  });
  for (const [{ name }, asked, denied] of DEMANDING) {
    const client = await connectAs(stack, "alice", name);
    assert(await reaches(stack.admin, client, denied, asked), name);
  }
});

Deno.test("check finds each rule that the server cannot keep, those for MQTT where there is MQTT", async () => {
  await using stack = await startRulesStack([
    ...DEMANDING_RULES,
    ruleFor("plain", ["news.*"]),
  ]);
  const demanding = DEMANDING_RULES.map((_, index) => `rules[${index}]`);
  const mqtt = { port: 1883 };
  const rows: [varz: JsonObject, where: readonly string[]][] = [
    [{ version: "2.12.6" }, demanding],
    [{ version: "2.12.7" }, []],
    [{ version: "2.12.13", mqtt: {} }, []],
    [{ version: "2.12.13", mqtt }, [
      ...demanding,
      `rules[${demanding.length}]`,
    ]],
    [{ version: "2.12.14", mqtt }, []],
  ];
  for (const [varz, where] of rows) {
    const findings = judgeSetup(stack.config, {
      varz,
      calloutAccount: undefined,
      accounts: new Map(),
      calloutUser: "U",
      calloutConnections: [],
      varzTime: { from: systemClock(), to: systemClock() },
    });
    const ofRules = findings.filter(({ where }) => where.startsWith("rules["));
    assertEquals(ofRules.map((finding) => finding.where), where);
    assert(ofRules.every(({ verdict }) => verdict === "wrong"));
    assert(ofRules.every(({ what }) => /^Rule \S+: nats-server/.test(what)));
  }
});
