/**
 * Hostile subs on a real server: each is allowed exactly its own subtree, or
 * refused. Some of them here; `deno task test:identities` tries all.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Grant } from "../../src/permissions/grant.ts";
import { DEFAULT_RULES } from "../../src/permissions/rules.ts";
import { subjectToken } from "../../src/permissions/subject_token.ts";
import { ENVIRONMENTS } from "../fixtures/environments.ts";
import { hostileSubs, unusableSubs } from "../fixtures/hostile_identities.ts";
import { createIdentityCheck } from "../fixtures/identity_check.ts";
import { reaches } from "../fixtures/nats_client.ts";
import { assertNoPublish, assertNoSubscription } from "../fixtures/refusals.ts";
import { serveRules } from "../fixtures/rules_stack.ts";
import { startStack } from "../fixtures/stack.ts";
import { vectorTest } from "../fixtures/vectors.ts";

/** The first are those that have done harm before; of the others, which differ in one character, some. */
const FIRST = 1300;
const EVERY = 61;

function someOf(subs: readonly string[]): readonly string[] {
  return subs.filter((_, index) => index < FIRST || index % EVERY === 0);
}

Deno.test("H2 H3 H6 H14 every hostile sub is allowed its own subtree and nothing else", async () => {
  await using stack = await startStack();
  const { check, isRefused } = createIdentityCheck(stack);
  const subs = someOf(hostileSubs());
  assert(subs.length > FIRST);
  const problems: string[] = [];
  for (const sub of subs) {
    const problem = await check(sub);
    if (problem !== undefined) {
      problems.push(`${JSON.stringify(sub)}: ${problem}`);
    }
  }
  assertEquals(problems, []);
  assertEquals(unusableSubs().filter((sub) => !isRefused(sub)), []);
});

vectorTest(
  "H2 every sub that was measured to widen a naive grant has its own subtree, or is refused",
  "derived/nats_subject_injection_measured.json",
  async (vectors) => {
    await using stack = await startStack();
    const { check, isRefused } = createIdentityCheck(stack);
    const entries: readonly { readonly label: string; readonly sub: string }[] =
      JSON.parse(vectors);
    const refused = entries.filter(({ sub }) => isRefused(sub));
    assertEquals(
      refused.map(({ label }) => label),
      ["empty", "lone surrogate", "long 300"],
    );
    for (const entry of entries) {
      if (refused.includes(entry)) continue;
      assertEquals(await check(entry.sub), undefined, entry.label);
    }
  },
);

Deno.test("H3 no two hostile subs share a token", () => {
  const subs = hostileSubs();
  assert(subs.length >= 20_000);
  assertEquals(new Set(subs.map((sub) => subjectToken(sub))).size, subs.length);
});

/** What a service would grant that puts the sub into the subject as it is. */
function grantAsIs(grant: Grant, sub: string): Grant {
  const subject = `users.${sub}.>`;
  return {
    ...grant,
    permissions: {
      kind: "listed",
      publish: { allow: ["users.x.>"], deny: [] },
      subscribe: { allow: [subject], deny: [] },
    },
  };
}

Deno.test("the check notices what would widen: subs put into subjects as they are", async () => {
  await using stack = await startStack();
  const { check } = createIdentityCheck(stack, { spoil: grantAsIs });
  const widening = [["*", "users.victim.>"], [">\u00a0q", "users.>"]] as const;
  for (const [sub, subject] of widening) {
    assertStringIncludes(
      await check(sub) ?? "",
      `too much: {"subject":"${subject}"`,
      sub,
    );
  }
});

const WHOLE_WAY: readonly string[] = [
  "*",
  ">",
  "a.b",
  "> q",
  "* q",
  ">\u00a0q",
  ">\u2003q",
  ">\u0085q",
  ">\tq",
  ">\nq",
  ">\u3000q",
  "a\0b",
  "{{name()}}",
  "${sub}",
  "$SYS",
  "$JS",
  "_INBOX",
  "_R_",
  "users.>",
  "\uff0a",
  "a\u200bb",
  "é",
  "e\u0301",
  "=Kg",
  "..",
  "a/b",
  "a".repeat(255),
];

for (const { name, start } of ENVIRONMENTS) {
  Deno.test(`H1 H2 H8 hostile subs on the whole way: bearer token, service, server, with ${name}`, async () => {
    await using stack = await serveRules(await start(), DEFAULT_RULES);
    const victim = await stack.client("victim");
    const tokens = WHOLE_WAY.map((sub) => subjectToken(sub));
    const clients: NatsConnection[] = [];
    for (const sub of WHOLE_WAY) {
      clients.push(await stack.client(sub, { inboxPrefix: "unused" }));
      assertEquals(stack.service.lines.at(-1)?.name, subjectToken(sub));
    }
    for (const [index, client] of clients.entries()) {
      const own = `users.${tokens[index]}`;
      const next = tokens[(index + 1) % tokens.length];
      assert(await reaches(client, client, `${own}.a`, `${own}.>`), own);
      assert(!await reaches(victim, client, "users.victim.a", `${own}.>`), own);
      await assertNoSubscription(
        client,
        ">",
        "users.>",
        "users.*.a",
        "users.victim.>",
        `users.${next}.>`,
        "_INBOX.>",
        "$SYS.>",
      );
      await assertNoPublish(
        client,
        "users.victim.a",
        `users.${next}.a`,
        own,
        "$SYS.REQ.USER.INFO",
      );
    }
  });
}
