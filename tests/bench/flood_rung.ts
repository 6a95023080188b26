/**
 * A million random opaque tokens: what is remembered of the good ones, and memory.
 * Each is asked about at a real endpoint; only NATS is left out, as whole logins
 * would take twenty minutes and remember nothing more of a token.
 */
import { startTokenEndpoint } from "./asked_service.ts";
import { atMost, type Bench, type Rung, type RungOutcome } from "./bench.ts";
import { type FloodOutcome, GOOD_TOKENS } from "./opaque_flood.ts";
import { MB_PER_MIB } from "./consumption.ts";
import { denoRun } from "./programs.ts";
import { memoryFlags, memoryVariables } from "./service_files.ts";

export const floodRung: Rung = {
  name: "flood",
  summary: "1,000,000 random opaque tokens: memory, and who stays remembered",
  run: measure,
};

const GROWTH_MB_MAX = 30;

async function measure({ report, scale }: Bench): Promise<RungOutcome> {
  const count = scale.randomTokens;
  report(`flood: ${count} random tokens`);
  await using endpoint = await startTokenEndpoint();
  const outcome = await flood(endpoint.origin, count);
  const { afterMiB, beforeMiB, elapsedMs, highestMiB } = outcome;
  // About each once; about a good one that was forgotten, once more.
  const forgotten = await endpoint.questions() -
    (GOOD_TOKENS + count);
  return {
    tables: [{
      title: "Random opaque tokens, each of them asked about, without NATS",
      columns: [
        "tokens",
        "a second",
        "MiB at first",
        "after all",
        "highest",
        `of ${GOOD_TOKENS} good ones forgotten`,
      ],
      rows: [[
        count,
        Math.round(count / elapsedMs * 1000),
        beforeMiB,
        afterMiB,
        highestMiB,
        forgotten,
      ]],
    }],
    findings: [
      {
        what: `growth by ${count} random opaque tokens`,
        value: (highestMiB - beforeMiB) * MB_PER_MIB,
        unit: "MB",
        must: atMost(GROWTH_MB_MAX),
      },
      {
        what: `good tokens that ${count} random ones push out`,
        value: forgotten,
        unit: "",
        must: atMost(0),
        exact: true,
      },
    ],
  };
}

async function flood(origin: string, count: number): Promise<FloodOutcome> {
  const program = new URL("opaque_flood.ts", import.meta.url).pathname;
  const [deno = "", ...args] = denoRun(
    ...memoryFlags(),
    // It reads its own memory's size in /proc, which takes all of them.
    "--allow-all",
    program,
    origin,
    String(count),
  );
  const { stdout, success } = await new Deno.Command(deno, {
    args,
    env: memoryVariables(),
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("flood: some tokens were judged wrongly");
  return JSON.parse(new TextDecoder().decode(stdout));
}
