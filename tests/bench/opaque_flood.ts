/**
 * Shows random opaque tokens to what judges tokens in the service, without NATS
 * around it, and says what became of memory and of the tokens that are good. A
 * program of its own, so that nothing else is in its memory; the arguments are the
 * endpoint's origin and how many tokens.
 */
import { Secret } from "../../src/base/secret.ts";
import { monotonicClock, systemClock } from "../../src/base/time.ts";
import type { AuthenticationOutcome } from "../../src/identity/authenticate.ts";
import { createAuthenticator } from "../../src/identity/authenticator.ts";
import { opaqueTokens } from "./asked_service.ts";
import { AUDIENCE } from "./bearer_tokens.ts";
import { residentMiB } from "./consumption.ts";
import { print } from "./printing.ts";
import { SILENT } from "./silent_log.ts";

/** What it prints, as JSON. */
export interface FloodOutcome {
  /** When the good tokens are remembered. */
  readonly beforeMiB: number;
  readonly afterMiB: number;
  readonly highestMiB: number;
  readonly elapsedMs: number;
}

/** Good ones, which are remembered before the others come and shown again after them. */
export const GOOD_TOKENS = 5_000;

/** As many as the service has questions under way: more would wait. */
const AT_A_TIME = 32;

async function main(origin: string, count: number): Promise<void> {
  const identities = createAuthenticator({
    introspection: [{
      issuer: "https://opaque.issuer.example",
      endpoint: new URL(`${origin}/introspect/0`),
      client: {
        method: "client_secret_basic",
        clientId: "bench",
        secret: new Secret("secret"),
      },
      audiences: [AUDIENCE],
      clockToleranceSeconds: 30,
      lifetimeSecondsMax: 86_400,
      allowLoopbackHttp: true,
      memory: { seconds: 3600 },
    }],
  }, { log: SILENT, clock: systemClock, monotonic: monotonicClock });
  await identities.start();
  const { signal } = new AbortController();

  async function show(
    token: string,
    expected: AuthenticationOutcome["kind"],
  ): Promise<void> {
    const { kind } = await identities.authenticate(new Secret(token), {
      now: systemClock(),
      signal,
      connection: { host: "127.0.0.1", type: "nats" },
    });
    if (kind !== expected) throw new Error(`${kind}, not ${expected}`);
  }
  const good = opaqueTokens("opaque", "good", GOOD_TOKENS);
  await atATime(good.length, (index) => show(good[index] ?? "", "identity"));

  const before = residentMiB(Deno.pid);
  const startedAt = performance.now();
  await atATime(count, () => {
    const [token = ""] = opaqueTokens("opaque", "bad", 1);
    return show(token, "rejected");
  });
  const elapsedMs = performance.now() - startedAt;
  const after = residentMiB(Deno.pid);
  for (const token of good) await show(token, "identity");
  identities.stop();
  const outcome: FloodOutcome = {
    beforeMiB: before.now,
    afterMiB: after.now,
    highestMiB: after.highest,
    elapsedMs,
  };
  print(JSON.stringify(outcome));
}

/** Does it so many times, for each number from 0. */
async function atATime(
  count: number,
  action: (index: number) => Promise<void>,
): Promise<void> {
  let begun = 0;
  async function client(): Promise<void> {
    while (begun < count) await action(begun++);
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, client));
}

if (import.meta.main) await main(Deno.args[0] ?? "", Number(Deno.args[1]));
