/**
 * Loaded into the service before its own code: prints every second by how much
 * each of its timers was late. In a measurement of its own, because it costs.
 */
import { PROBE_MARK, type ProbeLine } from "./probe_line.ts";
import { print } from "./printing.ts";

const INTERVAL_MS = 10;

function probe(): void {
  let lags: number[] = [];
  let expected = performance.now() + INTERVAL_MS;
  const beat = setInterval(() => {
    const now = performance.now();
    lags.push(Math.max(now - expected, 0));
    expected = now + INTERVAL_MS;
  }, INTERVAL_MS);
  const report = setInterval(() => {
    const line: ProbeLine = {
      at: Date.now(),
      lagsMs: lags.map((lag) => Math.round(lag * 100) / 100),
    };
    print(PROBE_MARK + JSON.stringify(line));
    lags = [];
  }, 1000);
  Deno.unrefTimer(beat);
  Deno.unrefTimer(report);
}

probe();
