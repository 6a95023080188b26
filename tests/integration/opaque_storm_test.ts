/**
 * Storms of opaque tokens on a real server: many clients with one token, and an
 * issuer that hangs beside one that does not.
 */
import { assert, assertEquals } from "@std/assert";
import { stringify } from "yaml";
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { readTextFile } from "../../src/config/text_file.ts";
import {
  createHold,
  json,
  startAskedServer,
} from "../fixtures/asked_server.ts";
import { openClient } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

/** The delivered configuration, with the development issuer and introspection. */
async function configOf(stack: TestStack, origin: string): Promise<Config> {
  const introspection = [{
    issuer: "https://opaque.example",
    label: "opaque",
    endpoint: `${origin}/introspect`,
    client: { id: "nats", secret: "s" },
    // Longer than it takes to log in twenty times; twice that is less than a request has.
    remote: { "allow_loopback_http": true, "timeout_ms": 1_800 },
  }];
  const delivered = await Deno.readTextFile("config/callout.yaml");
  const set = new Map(Object.entries(stack.environment));
  return parseConfig(`${delivered}\n${stringify({ introspection })}`, {
    source: "config/callout.yaml",
    lookup: (name) => set.get(name),
    readFile: readTextFile,
  }).config;
}

Deno.test("F10 three hundred clients with one opaque token at once cause one question", async () => {
  const exp = Math.floor(Date.now() / 1000) + 600;
  await using stack = await startStack();
  await using issuer = startAskedServer(async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return json({ active: true, sub: "bob", aud: "nats", exp });
  });
  await using _service = await startService(
    await configOf(stack, issuer.origin),
  );
  const clients = await Promise.all(
    Array.from({ length: 300 }, () => openClient(stack, "opaque-of-bob")),
  );
  assertEquals(issuer.asked.length, 1);
  await Promise.all(clients.map((client) => client.close()));
});

Deno.test("D15 D18 an issuer that hangs keeps nobody with another kind of token waiting, and the service ready", async () => {
  const hold = createHold();
  await using stack = await startStack();
  await using issuer = startAskedServer(hold.answer);
  await using service = await startService(
    await configOf(stack, issuer.origin),
  );
  const jwt = await stack.token("alice");
  let answered = 0;
  const hanging = Array.from(
    { length: 100 },
    (_, index) =>
      openClient(stack, `opaque-${index}`)
        .catch((error: Error) => error.message)
        .finally(() => answered++),
  );
  while (issuer.asked.length < 32) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (let count = 0; count < 20; count++) {
    await (await openClient(stack, jwt)).close();
  }
  const answeredMeanwhile = answered;
  const answers = await Promise.all(hanging);
  hold.release();
  assertEquals(answeredMeanwhile, 0);
  assert(answers.every((answer) => String(answer).includes("Authorization")));
  assertEquals(
    service.lines.filter(({ message }) =>
      message === "client could not be judged"
    ).length,
    100,
  );
  const ready = await fetch(`${service.monitoringUrl}/readyz`);
  assertEquals([ready.status, (await ready.json()).degraded], [200, [{
    "issuer": "https://opaque.example",
    "kind": "introspection",
    "problem": "failing",
  }]]);
  const metrics = await fetch(`${service.monitoringUrl}/metrics`);
  const text = await metrics.text();
  const asked = '{issuer="https://opaque.example",kind="introspection"}';
  for (
    const sample of [
      "subscribed 1",
      `issuer_ready${asked} 1`,
      `issuer_failing${asked} 1`,
    ]
  ) assert(text.includes(`\nnats_auth_callout_${sample}\n`), text);
  assert(/jwks_stale_seconds\{[^}]+,kind="jwt"\} 0\n/.test(text), text);
});
