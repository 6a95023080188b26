/**
 * Many clients at once. Those that are in stay, as real ones do; those that are
 * not behave like nats.js with its defaults.
 *
 * @see nats-core `protocol.ts`, dodialLoop and handleAuthError
 */
import type { CrowdCommand, CrowdOutcome } from "./load_messages.ts";
import { login } from "./raw_client.ts";
import { quantiles } from "./statistics.ts";
import { sleep } from "./sleep.ts";

/** nats.js: reconnectTimeWait, counted from the beginning of the last attempt. */
const RETRY_MS = 2000;
/** nats.js: reconnectJitter. */
const RETRY_JITTER_MS = 100;
/** nats.js: the second authorization error of a client's life is its last. */
const REFUSALS_MAX = 2;
/** nats.js: maxReconnectAttempts. */
const ATTEMPTS_MAX = 10;

export async function runCrowd(
  command: CrowdCommand,
  tokens: readonly string[],
): Promise<CrowdOutcome> {
  const { endpoint, count, deadlineMs } = command;
  const attemptsMax = command.attempts === "once" ? 1 : ATTEMPTS_MAX;
  const connections: Deno.TcpConn[] = [];
  const latencies: number[] = [];
  const admittedAt: number[] = [];
  const sums = { attempts: 0, refusals: 0, failures: 0, lost: 0, first: 0 };
  const startedAt = performance.now();
  let lastAdmittedMs = 0;

  async function client(index: number): Promise<void> {
    let refusals = 0;
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const attemptAt = performance.now();
      if (attemptAt - startedAt > deadlineMs) break;
      sums.attempts++;
      const { end, connection } = await login(
        endpoint,
        tokens[index % tokens.length] ?? "",
      );
      if (connection !== undefined) {
        connections.push(connection);
        latencies.push(performance.now() - startedAt);
        admittedAt.push(Date.now());
        lastAdmittedMs = performance.now() - startedAt;
        if (attempt === 1) sums.first++;
        return;
      }
      if (end === "failed") sums.failures++;
      else {
        sums.refusals++;
        refusals++;
      }
      if (refusals === REFUSALS_MAX) break;
      const waitMs = RETRY_MS + Math.random() * RETRY_JITTER_MS;
      const leftMs = attemptAt + waitMs - performance.now();
      if (attempt < attemptsMax && leftMs > 0) {
        await sleep(leftMs);
      }
    }
    sums.lost++;
  }
  await Promise.all(Array.from({ length: count }, (_, index) => client(index)));
  for (const connection of connections) connection.close();
  return {
    kind: "crowd",
    admitted: connections.length,
    admittedAtFirstAttempt: sums.first,
    lost: sums.lost,
    attempts: sums.attempts,
    refusals: sums.refusals,
    failures: sums.failures,
    elapsedMs: lastAdmittedMs,
    latencyMs: quantiles(latencies),
    admittedAt,
  };
}
