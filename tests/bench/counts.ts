/**
 * Every request is accounted for: what the server delivered, the log names as
 * granted, refused, not judged or discarded (J3).
 */
import type { Finding, Table } from "./bench.ts";
import type { Contender } from "./contender.ts";
import { sleep } from "./sleep.ts";

const ENDS = [
  "client admitted",
  "client refused",
  "client could not be judged",
  "request discarded",
  "request failed by our own fault",
] as const;
type End = (typeof ENDS)[number];

/** The log tells what it has left out within two seconds. */
const LOG_SETTLES_MS = 4000;
const POLL_MS = 100;

export interface Counts {
  readonly table: Table;
  readonly findings: readonly Finding[];
}

export async function checkCounts(service: Contender): Promise<Counts> {
  const delivered = await service.requestsDelivered();
  const endAt = performance.now() + LOG_SETTLES_MS;
  let ends = countEnds(await service.responder.output());
  while (sumOf(ends) !== delivered && performance.now() < endAt) {
    await sleep(POLL_MS);
    ends = countEnds(await service.responder.output());
  }
  return {
    table: {
      title: "Requests",
      columns: ["delivered", ...ENDS],
      rows: [[delivered, ...ENDS.map((end) => ends[end])]],
    },
    findings: [{
      what: "requests delivered that the log does not account for",
      value: Math.abs(delivered - sumOf(ends)),
      unit: "",
      must: { is: "at most", limit: 0 },
      exact: true,
    }],
  };
}

function sumOf(ends: Readonly<Record<End, number>>): number {
  return ENDS.reduce((sum, end) => sum + ends[end], 0);
}

function countEnds(log: string): Record<End, number> {
  const ends: Record<End, number> = {
    "client admitted": 0,
    "client refused": 0,
    "client could not be judged": 0,
    "request discarded": 0,
    "request failed by our own fault": 0,
  };
  for (const line of log.split("\n")) {
    if (!line.startsWith("{")) continue;
    const { message, suppressed }: { message: string; suppressed?: number } =
      JSON.parse(line);
    const end = ENDS.find((name) => name === message);
    // A line stands for one, or says how many were left out.
    if (end !== undefined) ends[end] += suppressed ?? 1;
  }
  return ends;
}
