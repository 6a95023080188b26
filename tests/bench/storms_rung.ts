/**
 * The fourth rung: many clients at the same moment, as after a restart. Each
 * storm meets a service that has just been started, which is when it is slowest.
 */
import {
  atMost,
  type Bench,
  contenderOptions,
  type Finding,
  type Rung,
  type RungOutcome,
} from "./bench.ts";
import { type Contender, startNull, startService } from "./contender.ts";
import { checkCounts } from "./counts.ts";
import { type Load, startLoad } from "./load.ts";
import type { CrowdOutcome } from "./load_messages.ts";

export const stormsRung: Rung = {
  name: "storms",
  summary: "2,000 clients at once; 5,000 that retry; a server that comes back",
  run: measure,
};

/** As many again for what else is open. */
const FILES_RESERVE = 1000;
const DEADLINE_MS = 60_000;
/** Within that time all are in, hopes the issue of a fleet. */
const FLEET_SECONDS = 10;

interface Storm {
  readonly name: string;
  readonly outcome: CrowdOutcome;
  readonly clients: number;
}

async function measure(bench: Bench): Promise<RungOutcome> {
  const { scale } = bench;
  await checkOpenFiles(scale.crowdRetrying);
  await using load = startLoad();
  await load.mint(
    "crowd",
    { issuer: bench.issuers.EdDSA, flaw: "none" },
    Math.max(scale.crowdOnce, scale.crowdRetrying),
  );
  const ceiling = await weather(bench, startNull, async (nobody) => [
    await crowd(load, nobody, "once", scale.crowdOnce),
    await crowd(load, nobody, "like nats.js", scale.crowdRetrying),
  ]);
  bench.report(`storms: ${scale.crowdOnce} clients at once`);
  const once = await weather(bench, startService, async (service) => [
    await crowd(load, service, "once", scale.crowdOnce),
    { ...await crowd(load, service, "once", scale.crowdOnce), name: "once, again" },
  ]);
  bench.report(`storms: ${scale.crowdRetrying} clients that retry`);
  const retrying = await weather(bench, startService, async (service) => [
    await crowd(load, service, "like nats.js", scale.crowdRetrying),
  ]);
  bench.report(`storms: ${scale.crowdOnce} clients after a restart of nats-server`);
  const restart = await weather(bench, startService, async (service) => [
    await crowdAfterRestart(load, service, scale.crowdOnce),
  ]);
  const all = [once, retrying, restart];
  return {
    tables: [{
      title: "Storms, TCP, EdDSA",
      columns: [
        "clients",
        "attempts",
        "responder",
        "in at first",
        "lost",
        "refusals",
        "failures",
        "all in after s",
        "p50 s",
        "highest MiB",
      ],
      rows: [ceiling, ...all].flatMap(({ highestMiB, responder, storms }) =>
        storms.map(({ clients, name, outcome }) => [
          clients,
          name,
          responder,
          outcome.admittedAtFirstAttempt,
          outcome.lost,
          outcome.refusals,
          outcome.failures,
          outcome.elapsedMs / 1000,
          outcome.latencyMs.p50 / 1000,
          highestMiB,
        ])
      ),
    }],
    findings: [
      ...once.storms.map((storm): Finding => ({
        what: `${storm.clients} at once (${storm.name}): not in at the first try`,
        value: storm.clients - storm.outcome.admittedAtFirstAttempt,
        unit: "",
        must: atMost(0),
      })),
      ...[...retrying.storms, ...restart.storms].flatMap(fleetFindings),
      ...all.flatMap(({ findings }) => findings),
    ],
  };
}

function fleetFindings({ clients, name, outcome }: Storm): Finding[] {
  return [
    {
      what: `${clients} that retry (${name}): lost for good`,
      value: outcome.lost,
      unit: "",
      must: atMost(0),
    },
    {
      what: `${clients} that retry (${name}): all in`,
      value: outcome.elapsedMs / 1000,
      unit: "s",
      must: atMost(DEADLINE_MS / 1000),
      aim: atMost(FLEET_SECONDS),
    },
  ];
}

interface Weather {
  readonly responder: string;
  readonly highestMiB: number;
  readonly storms: readonly Storm[];
  readonly findings: readonly Finding[];
}

async function weather(
  bench: Bench,
  start: typeof startService,
  storms: (contender: Contender) => Promise<Storm[]>,
): Promise<Weather> {
  await using contender = await start(contenderOptions(bench));
  const outcomes = await storms(contender);
  // A server that was restarted has forgotten what it had delivered before.
  const counted = contender.name === "service"
    ? (await checkCounts(contender)).findings
    : [];
  return {
    responder: contender.name,
    highestMiB: contender.resident().highest,
    storms: outcomes,
    findings: counted,
  };
}

async function crowd(
  load: Load,
  contender: Contender,
  attempts: "once" | "like nats.js",
  clients: number,
): Promise<Storm> {
  const outcome = await load.crowd({
    pool: "crowd",
    endpoint: contender.endpoint("tcp"),
    count: clients,
    attempts,
    deadlineMs: DEADLINE_MS,
  });
  return { name: attempts, clients, outcome };
}

/** Nobody has asked the server that is gone: all that the new one delivers is new. */
async function crowdAfterRestart(
  load: Load,
  contender: Contender,
  clients: number,
): Promise<Storm> {
  const restarted = contender.stack.server.restart();
  const storm = await crowd(load, contender, "like nats.js", clients);
  await restarted;
  return { ...storm, name: "server restarts" };
}

async function checkOpenFiles(clients: number): Promise<void> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "ulimit -n"],
  }).output();
  const files = Number(new TextDecoder().decode(stdout));
  if (files < clients + FILES_RESERVE) {
    throw new Error(
      `${clients} clients need more open files than the ${files} that are allowed: ulimit -n ${
        clients + FILES_RESERVE
      }`,
    );
  }
}
