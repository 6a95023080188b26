/**
 * The service stands still for a while, as a suspended machine does, and requests
 * pile up that nobody waits for when it goes on. What counts is how soon those
 * that are waited for are served at the usual rate again.
 */
import {
  atMost,
  type Bench,
  contenderOptions,
  type Rung,
  type RungOutcome,
} from "./bench.ts";
import { startService } from "./contender.ts";
import { checkCounts } from "./counts.ts";
import { startLoad } from "./load.ts";
import { sleep } from "./sleep.ts";

export const pauseRung: Rung = {
  name: "pause",
  summary: "The service stands still for 3 s with 1,000 clients waiting",
  run: measure,
};

/** nats-server's own default: those who wait have given up when the service goes on. */
const AUTHORIZATION_TIMEOUT_SECONDS = 2;
const CLIENTS = 50;
const WINDOW_MS = 500;
const WINDOW_STEP_MS = 25;
/** Share of the usual rate that counts as full. */
const FULL = 0.9;

async function measure(bench: Bench): Promise<RungOutcome> {
  const { afterwardsMs, pauseMs, usualMs, waitingClients } = bench.scale.pause;
  bench.report(`pause: ${pauseMs / 1000} s, ${waitingClients} waiting`);
  await using service = await startService({
    ...contenderOptions(bench),
    authorizationTimeout: AUTHORIZATION_TIMEOUT_SECONDS,
  });
  await using load = startLoad();
  const issuer = bench.issuers.EdDSA;
  await load.mint("usual", { issuer, flaw: "none" }, 20_000);
  await load.mint("waiting", { issuer, flaw: "none" }, waitingClients);
  const endpoint = service.endpoint("tcp");
  // As long again before it, to get warm.
  const durationMs = 2 * usualMs + pauseMs + afterwardsMs;
  const usual = load.logins({
    pool: "usual",
    endpoint,
    atATime: CLIENTS,
    durationMs,
  });
  await sleep(2 * usualMs);
  const stoppedAt = Date.now();
  service.responder.signal("SIGSTOP");
  const waiting = load.crowd({
    pool: "waiting",
    endpoint,
    count: waitingClients,
    attempts: "once",
    deadlineMs: durationMs,
  });
  await sleep(pauseMs);
  const resumedAt = Date.now();
  service.responder.signal("SIGCONT");
  const { admittedAt } = await usual;
  const { refusals } = await waiting;

  const rate = countBetween(admittedAt, stoppedAt - usualMs, stoppedAt) /
    usualMs * 1000;
  const recoveredMs = recovery(admittedAt, resumedAt, rate, afterwardsMs);
  const counts = await checkCounts(service);
  return {
    tables: [{
      title: `Standing still for ${
        pauseMs / 1000
      } s, ${waitingClients} clients waiting`,
      columns: [
        "logins/s before",
        "given up",
        "full rate after ms",
        "first second",
      ],
      rows: [[
        Math.round(rate),
        refusals,
        recoveredMs,
        countBetween(admittedAt, resumedAt, resumedAt + 1000),
      ]],
    }, counts.table],
    findings: [{
      what: "back at full rate after a pause",
      value: recoveredMs,
      unit: "ms",
      must: atMost(1000),
    }, ...counts.findings],
  };
}

/** Beginning of the first window that has the usual rate, from the resumption. */
function recovery(
  admittedAt: readonly number[],
  resumedAt: number,
  rate: number,
  afterwardsMs: number,
): number {
  const needed = rate * FULL * WINDOW_MS / 1000;
  for (let afterMs = 0; afterMs < afterwardsMs; afterMs += WINDOW_STEP_MS) {
    const from = resumedAt + afterMs;
    if (countBetween(admittedAt, from, from + WINDOW_MS) >= needed) {
      return afterMs;
    }
  }
  return Infinity;
}

function countBetween(
  times: readonly number[],
  from: number,
  to: number,
): number {
  return times.filter((time) => time >= from && time < to).length;
}
