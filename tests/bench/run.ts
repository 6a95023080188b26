/**
 * The benchmark ladder: `deno task bench [--quick] [rung …]`. Each rung stands on
 * the one before: operations, `authorize()`, whole logins, storms.
 *
 * Prints tables and what was expected, and writes both to `results/` as JSON.
 * Figures of different runs are not comparable: a machine is never twice equally
 * busy. Whatever was started ends with this program, however it ends.
 */
import { parseArgs } from "node:util";
import { findNatsServer } from "../../src/dev/nats_server.ts";
import { createIssuers } from "./bearer_tokens.ts";
import { askedRung } from "./asked_rung.ts";
import { authorizeRung } from "./authorize_rung.ts";
import type { Bench, Rung } from "./bench.ts";
import { cryptoRung } from "./crypto_rung.ts";
import { floodRung } from "./flood_rung.ts";
import { hangingRung } from "./hanging_rung.ts";
import { issuersRung } from "./issuers_rung.ts";
import { lagRung } from "./lag_rung.ts";
import { loginsRung } from "./logins_rung.ts";
import { memoryRung } from "./memory_rung.ts";
import { pauseRung } from "./pause_rung.ts";
import { printOutcome, type Result, writeResults } from "./results.ts";
import { rulesRung } from "./rules_rung.ts";
import { FULL, QUICK } from "./scale.ts";
import { stormsRung } from "./storms_rung.ts";
import { note, print } from "./printing.ts";

const RUNGS: readonly Rung[] = [
  cryptoRung,
  authorizeRung,
  rulesRung,
  loginsRung,
  issuersRung,
  askedRung,
  hangingRung,
  stormsRung,
  pauseRung,
  lagRung,
  memoryRung,
  floodRung,
];

const USAGE = `The benchmark ladder.

Usage: deno task bench [--quick] [rung ...]

  --quick    a smaller amount of everything: five minutes instead of twenty
  --rounds N measurements of everything that is compared

Rungs, all unless named:
${
  RUNGS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")
}`;

async function main(args: string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: "boolean" },
      rounds: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const unknown = positionals.filter((word) =>
    !RUNGS.some(({ name }) => name === word)
  );
  if (unknown.length > 0) {
    note(`There is no rung "${unknown.join('", "')}".\n\n${USAGE}`);
    return 2;
  }
  const chosen = RUNGS.filter(({ name }) =>
    positionals.length === 0 || positionals.includes(name)
  );
  const scale = values.quick ? QUICK : FULL;
  const bench: Bench = {
    natsServer: await findNatsServer({ report: (line) => note(line) }),
    issuers: createIssuers(),
    scale: { ...scale, rounds: Number(values.rounds ?? scale.rounds) },
    report: (line) => note(`… ${line}`),
  };
  const results: Result[] = [];
  for (const rung of chosen) {
    const outcome = await rung.run(bench);
    printOutcome(outcome);
    results.push({ rung: rung.name, ...outcome });
  }
  return await writeResults(bench, results);
}

if (import.meta.main) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // What was started sees that we are gone and ends.
    Deno.addSignalListener(signal, () => Deno.exit(130));
  }
  Deno.exit(await main(Deno.args));
}
