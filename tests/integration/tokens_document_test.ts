/**
 * What docs/TOKENS.md shows is what works: its configurations, together, in front
 * of a real NATS server, with a token of every kind let in and one turned away.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseConfig } from "../../src/config/parse.ts";
import { readTextFile } from "../../src/config/text_file.ts";
import { CREDENTIAL_KINDS } from "../../src/base/identity.ts";
import type { Config } from "../../src/config/config.ts";
import {
  type Counterparts,
  counterpartsConfiguration,
  presentedTokens,
  startCounterparts,
} from "../fixtures/documented_counterparts.ts";
import { documentedBlocks } from "../fixtures/documented_tokens.ts";
import { openClient, reaches } from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";

const DOCUMENT = await Deno.readTextFile("docs/TOKENS.md");

async function documentedConfig(
  counterparts: Counterparts,
  environment: Readonly<Record<string, string>>,
): Promise<Config> {
  const { variables } = counterparts;
  const set = new Map(Object.entries({ ...environment, ...variables }));
  return parseConfig(await counterpartsConfiguration(counterparts), {
    source: "docs/TOKENS.md",
    lookup: (name) => set.get(name),
    readFile: readTextFile,
  }).config;
}

Deno.test("a token of every kind that docs/TOKENS.md explains gets in, as it says", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await using stack = await startStack();
  await using counterparts = await startCounterparts(seconds);
  await using service = await startService(
    await documentedConfig(counterparts, stack.environment),
  );
  const presented = presentedTokens(counterparts, seconds);
  for (const { kind, token, name, wrong } of presented) {
    const client = await openClient(stack, token);
    const granted = service.lines.findLast(({ code }) => code === "granted");
    assert(
      granted?.name !== undefined && granted.name.endsWith(name),
      `${kind}: ${granted?.name}`,
    );
    const subject = `users.${granted.name}`;
    assert(await reaches(client, client, `${subject}.a`, `${subject}.>`), kind);
    await client.close();
    await assertRejects(
      () => openClient(stack, wrong),
      Error,
      "Authorization",
      kind,
    );
  }
  const shown = presented.map(({ kind }) => kind);
  assertEquals(CREDENTIAL_KINDS.filter((kind) => !shown.includes(kind)), [
    "custom",
  ]);
  const { opaque, issuer } = counterparts;
  assertEquals(opaque.asked.length, 2);
  assertEquals(
    issuer.asked.filter(({ path }) => path === "/userinfo").length,
    1,
  );
});

Deno.test("docs/TOKENS.md shows every section that a kind of token has", () => {
  const sections = new Set(
    documentedBlocks(DOCUMENT).flatMap((block) => Object.keys(block)),
  );
  assertEquals([...sections].sort(), [
    "api_tokens",
    "introspection",
    "issuers",
    "kubernetes",
    "rules",
    "webhook",
  ]);
  for (const kind of CREDENTIAL_KINDS) {
    assert(DOCUMENT.includes(`\`${kind}\``), kind);
  }
});
