/**
 * `deno task test:identities`: every hostile sub that we know of, on a real
 * server. `deno task test` tries some of them.
 */
import { startStack } from "./fixtures/stack.ts";
import { createIdentityCheck } from "./fixtures/identity_check.ts";
import { hostileSubs, unusableSubs } from "./fixtures/hostile_identities.ts";
import { subjectToken } from "../src/permissions/subject_token.ts";

/** Connections at a time: enough to keep a server busy, too few to crowd the machine. */
const AT_A_TIME = 16;
const REPORT_EVERY = 5_000;

function say(text: string): void {
  // deno-lint-ignore no-console -- a program of its own, for a person to read
  console.log(text);
}

async function main(): Promise<number> {
  await using stack = await startStack();
  const { check, isRefused } = createIdentityCheck(stack);
  const subs = hostileSubs();
  const failures: string[] = [];

  const unusable = unusableSubs();
  for (const sub of unusable) {
    if (!isRefused(sub)) {
      failures.push(`${JSON.stringify(sub).slice(0, 80)}: not refused`);
    }
  }
  const tokens = new Set(subs.map((sub) => subjectToken(sub)));
  if (tokens.size !== subs.length) {
    failures.push(`${subs.length - tokens.size} subs share a token`);
  }

  const startedAt = performance.now();
  let next = 0;
  async function work(): Promise<void> {
    while (next < subs.length) {
      const sub = subs[next++] ?? "";
      if (next % REPORT_EVERY === 0) say(`  ${next} of ${subs.length}`);
      const problem = await check(sub);
      if (problem !== undefined) {
        failures.push(`${JSON.stringify(sub)}: ${problem}`);
      }
    }
  }
  say(
    `nats-server ${stack.server.version}: ${subs.length} subs to admit, ${unusable.length} to refuse`,
  );
  await Promise.all(Array.from({ length: AT_A_TIME }, work));

  const seconds = Math.round((performance.now() - startedAt) / 1000);
  for (const failure of failures.slice(0, 20)) say(`Failed: ${failure}`);
  say(
    `${
      subs.length + unusable.length - failures.length
    } passed, ${failures.length} failed, in ${seconds} s`,
  );
  return failures.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exitCode = await main();
