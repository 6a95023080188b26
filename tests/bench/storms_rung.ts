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
  type Table,
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
  const { more, once, retrying } = bench.scale.storms;
  await checkOpenFiles(retrying);
  await using load = startLoad();
  const issuer = bench.issuers.EdDSA;
  await load.mint("crowd", { issuer, flaw: "none" }, Math.max(once, retrying));

  async function onceMore(contender: Contender): Promise<Storm[]> {
    const first = await crowd(load, contender, "once", once);
    if (!more) return [first];
    const second = await crowd(load, contender, "once", once);
    return [first, { ...second, name: "once, warm" }];
  }
  async function retry(contender: Contender): Promise<Storm[]> {
    return [await crowd(load, contender, "like nats.js", retrying)];
  }
  async function restart(contender: Contender): Promise<Storm[]> {
    return [await crowdAfterRestart(load, contender, once)];
  }
  const all: Weather[] = [];
  if (more) {
    bench.report("storms: the null responder");
    all.push(await weather(bench, startNull, onceMore));
    all.push(await weather(bench, startNull, retry));
  }
  bench.report(`storms: ${once} clients at once`);
  all.push(await weather(bench, startService, onceMore));
  bench.report(`storms: ${retrying} clients that retry`);
  all.push(await weather(bench, startService, retry));
  if (more) {
    bench.report(`storms: ${once} clients when nats-server restarts`);
    all.push(await weather(bench, startService, restart));
  }
  return { tables: [stormTable(all)], findings: all.flatMap(stormFindings) };
}

function stormTable(all: readonly Weather[]): Table {
  return {
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
    rows: all.flatMap(({ highestMiB, responder, storms }) =>
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
  };
}

function stormFindings({ findings, responder, storms }: Weather): Finding[] {
  if (responder !== "service") return [];
  return [
    ...storms.flatMap((storm) =>
      storm.name.startsWith("once")
        ? [onceFinding(storm)]
        : fleetFindings(storm)
    ),
    ...findings,
  ];
}

function onceFinding({ clients, name, outcome }: Storm): Finding {
  return {
    what: `${clients} at once (${name}): not in at the first try`,
    value: clients - outcome.admittedAtFirstAttempt,
    unit: "",
    must: atMost(0),
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
