/**
 * The CPU time of an operation within this program.
 */
import { cpuUsage } from "node:process";
import { median } from "./statistics.ts";

/** CPU time of this program so far, all of its threads, in milliseconds. */
function cpuMs(): number {
  const { system, user } = cpuUsage();
  return (system + user) / 1000;
}

/** Milliseconds of CPU that one call takes, called again and again for a while. */
export async function costOf(
  operation: () => unknown,
  durationMs: number,
): Promise<number> {
  const endAt = performance.now() + durationMs;
  const startedMs = cpuMs();
  let calls = 0;
  while (performance.now() < endAt) {
    await operation();
    calls++;
  }
  return (cpuMs() - startedMs) / calls;
}

/** The same for each item of a list. */
export async function costOfEach<T>(
  items: readonly T[],
  operation: (item: T) => unknown,
): Promise<number> {
  const startedMs = cpuMs();
  for (const item of items) await operation(item);
  return (cpuMs() - startedMs) / items.length;
}

/**
 * Medians of several operations, measured in turns, so that whatever else the
 * machine does meets them alike. The first turn only warms up.
 */
export async function costsInTurns(
  operations: readonly (() => Promise<number>)[],
  rounds: number,
): Promise<readonly number[]> {
  const costs: number[][] = operations.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, operation] of operations.entries()) {
      const cost = await operation();
      if (round > 0) costs[index]?.push(cost);
    }
  }
  return costs.map((values) => median(values));
}
