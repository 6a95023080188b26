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
  readonly startMiB: number;
  /** When those that only warm up have come too. */
  readonly beforeMiB: number;
  readonly afterMiB: number;
  readonly highestMiB: number;
  readonly elapsedMs: number;
}

/** Good ones, which are remembered before the others come and shown again after them. */
export const GOOD_TOKENS = 1000;

/**
 * Random ones before anything is counted. So many questions, one right behind the
 * other, let the engine take a larger heap, whatever they are about.
 */
export const WARM_UP_TOKENS = 50_000;

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
  for (const token of good) await show(token, "identity");

  const start = residentMiB(Deno.pid);
  await showRandom(WARM_UP_TOKENS, show);
  const before = residentMiB(Deno.pid);
  const startedAt = performance.now();
  await showRandom(count, show);
  const elapsedMs = performance.now() - startedAt;
  const after = residentMiB(Deno.pid);
  for (const token of good) await show(token, "identity");
  identities.stop();
  const outcome: FloodOutcome = {
    startMiB: start.now,
    beforeMiB: before.now,
    afterMiB: after.now,
    highestMiB: after.highest,
    elapsedMs,
  };
  print(JSON.stringify(outcome));
}

async function showRandom(
  count: number,
  show: (token: string, expected: "rejected") => Promise<void>,
): Promise<void> {
  let shown = 0;
  async function client(): Promise<void> {
    while (shown++ < count) {
      const [token = ""] = opaqueTokens("opaque", "bad", 1);
      await show(token, "rejected");
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, client));
}

if (import.meta.main) await main(Deno.args[0] ?? "", Number(Deno.args[1]));
