/**
 * What a process has consumed, by the kernel's own account. Linux only.
 *
 * @see proc_pid_status(5), Documentation/scheduler/sched-stats.rst
 */

/** CPU time of each thread, in milliseconds. */
export type CpuTimes = ReadonlyMap<string, number>;

/** `schedstat` counts nanoseconds, where `stat` has ticks of 10 ms. */
export function cpuTimes(pid: number): CpuTimes {
  const times = new Map<string, number>();
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const text = readThread(`/proc/${pid}/task/${name}/schedstat`);
    if (text !== undefined) times.set(name, Number(text.split(" ")[0]) / 1e6);
  }
  return times;
}

/** A thread may end while its neighbours are read. */
function readThread(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/** What was used between the two, in milliseconds. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): number {
  let sum = 0;
  for (const [thread, time] of after) sum += time - (before.get(thread) ?? 0);
  return sum;
}

/** Millions of bytes, which bounds are in, and what the kernel counts. */
export const MB_PER_MIB = 2 ** 20 / 1e6;

/** Resident memory in MiB, at present and at its highest. */
export function residentMiB(
  pid: number,
): { readonly now: number; readonly highest: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const now = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  const highest = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return { now: Number(now) / 1024, highest: Number(highest) / 1024 };
}
