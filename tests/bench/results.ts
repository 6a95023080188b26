/**
 * What came out, for people and as JSON.
 */
import { cpus } from "node:os";
import {
  type Bench,
  type Finding,
  isWithin,
  type RungOutcome,
} from "./bench.ts";
import { cellText, spreadText, tableText } from "./table_text.ts";
import { print } from "./printing.ts";

export interface Result extends RungOutcome {
  readonly rung: string;
}

const FOLDER = new URL("results/", import.meta.url);

export function printOutcome({ tables }: RungOutcome): void {
  for (const table of tables) print(`\n${tableText(table)}`);
}

/** Writes the results; returns the exit code. */
export async function writeResults(
  { natsServer, scale }: Bench,
  results: readonly Result[],
): Promise<number> {
  const findings = results.flatMap((result) => result.findings);
  const machine = {
    processor: cpus()[0]?.model.trim() ?? "",
    cores: cpus().length,
    system: `${Deno.build.os} ${Deno.osRelease()}`,
    deno: Deno.version.deno,
    natsServer: natsServer.version,
  };
  const at = new Date().toISOString();
  const file = new URL(`${at.replaceAll(/[:.]/g, "-")}.json`, FOLDER);
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.writeTextFile(
    file,
    JSON.stringify({ at, machine, scale, results }, null, 2),
  );
  if (findings.length > 0) {
    print(`\n${
      tableText({
        title: "Expected",
        columns: ["", "value", "middle half", "must be", "aim", "verdict"],
        rows: findings.map((finding) => [
          finding.what,
          `${cellText(finding.value)} ${finding.unit}`.trim(),
          spreadText(finding.spread),
          boundText(finding.must),
          boundText(finding.aim),
          verdict(finding),
        ]),
      })
    }`);
  }
  print(
    `\n${machine.processor}, ${machine.cores} cores, Deno ${machine.deno}, nats-server ${machine.natsServer}, ${scale.name}, ${scale.rounds} rounds`,
  );
  print(`Written to ${file.pathname}`);
  const broken = findings.some(({ exact, must, value }) =>
    exact && !isWithin(value, must)
  );
  return broken ? 1 : 0;
}

function boundText(bound: Finding["aim"]): string {
  return bound === undefined ? "" : `${bound.is} ${bound.limit}`;
}

function verdict({ aim, must, value }: Finding): string {
  if (!isWithin(value, must)) return "MISSED";
  if (aim === undefined) return "reached";
  return isWithin(value, aim) ? "aim reached" : "reached";
}
