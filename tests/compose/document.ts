/**
 * Runs the commands of a page of the documentation and compares what they answer
 * with what stands there.
 *
 *     deno run -A tests/compose/document.ts docs/AUTHENTICATION.md [--write] [--project FOLDER]
 *
 * A block of `sh` runs in the container that the page starts for it, one of
 * `bash` on this machine; a block of `txt` is the answer to the one before.
 * `--write` puts the answers into the page instead of comparing them.
 */
import { parseArgs, stripVTControlCharacters } from "node:util";
import { run } from "./command.ts";

/** A stretch of commands, and the answer that follows it, if the page shows one. */
export interface Step {
  readonly shell: "sh" | "bash";
  readonly commands: string;
  readonly line: number;
  readonly answer?: { readonly text: string; readonly line: number };
}

export interface Ran {
  readonly step: Step;
  readonly code: number;
  readonly output: string;
}

/** The container for blocks of `sh`. */
const BOX = "trust-box";

/** How the page calls what it makes in the engine, alone or before a hyphen. */
const NAME_REGEXP = /\btrust\b/g;

const BLOCK_REGEXP = /^```(\S*)\n([\s\S]*?)^```$/gm;

export function readSteps(page: string): readonly Step[] {
  const steps: Step[] = [];
  for (const match of page.matchAll(BLOCK_REGEXP)) {
    const [, kind = "", text = ""] = match;
    const line = page.slice(0, match.index).split("\n").length;
    const last = steps.at(-1);
    if (kind === "sh" || kind === "bash") {
      steps.push({ shell: kind, commands: text, line });
    } else if (kind === "txt" && last !== undefined) {
      steps[steps.length - 1] = { ...last, answer: { text, line } };
    }
  }
  return steps;
}

/** Variables that one block sets are there in the next ones of the same shell. */
export class Session {
  readonly #folder = Deno.makeTempDirSync();
  readonly #project: string;
  readonly #prefix: string;

  /**
   * @param project The folder in which the stack of the last sections runs.
   * @param prefix Goes before the names of what the page makes in the engine.
   */
  constructor(project: string, prefix = "") {
    this.#project = project;
    this.#prefix = prefix;
  }

  async run(step: Step): Promise<Ran> {
    const state = step.shell === "sh"
      ? "/tmp/.session"
      : `${this.#folder}/session`;
    const commands = step.commands.replaceAll(
      NAME_REGEXP,
      (name) => this.#prefix + name,
    );
    const script = `set -e
[ ! -f ${state} ] || . ${state}
exec 2>&1
${commands}
{ set | grep -E '^(old|new|signing_key|callout|application)=' || true; } >${state}
`;
    // Not on standard input, which docker compose run would read from.
    const [program, args] = step.shell === "sh"
      ? ["docker", ["exec", this.#prefix + BOX, "sh", "-c", script]] as const
      : ["bash", ["-c", script]] as const;
    const { code, output } = await run(program, args, {
      folder: this.#project,
    });
    return { step, code, output: stripVTControlCharacters(output) };
  }

  end(): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** What differs from run to run, and is no part of the comparison. */
function normalise(output: string): string {
  return output
    .replaceAll(/\b[AONUX][A-Z2-7]{55}\b/g, "<public key>")
    .replaceAll(/eyJ[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)*/g, "<JWT>")
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, "<time>")
    .split("\n").map((line) => line.trimEnd()).join("\n").trim();
}

async function main(): Promise<number> {
  const { values, positionals: [path = "docs/AUTHENTICATION.md"] } = parseArgs({
    args: Deno.args,
    options: {
      write: { type: "boolean" },
      project: { type: "string", default: "." },
    },
    allowPositionals: true,
  });
  const page = await Deno.readTextFile(path);
  const session = new Session(values.project);
  const ran: Ran[] = [];
  let failed = 0;
  try {
    for (const step of readSteps(page)) {
      const result = await session.run(step);
      ran.push(result);
      const complaint = complain(result, { compares: !values.write });
      say(`${path}:${step.line} ${complaint ?? "ok"}`);
      if (complaint !== undefined) failed++;
      // What follows builds on it.
      if (result.code !== 0) break;
    }
  } finally {
    session.end();
  }
  if (failed > 0) return 1;
  if (values.write) await Deno.writeTextFile(path, withAnswers(page, ran));
  return 0;
}

/** What is wrong with an answer, if anything. */
export function complain(
  { step, code, output }: Ran,
  { compares }: { readonly compares: boolean },
): string | undefined {
  if (code !== 0) return `FAILED with exit code ${code}:\n${output}`;
  if (!compares || step.answer === undefined) return undefined;
  const shown = normalise(step.answer.text);
  const answered = normalise(output);
  return shown === answered
    ? undefined
    : `DIFFERS. The page shows:\n${shown}\nThe answer is:\n${answered}`;
}

function withAnswers(page: string, ran: readonly Ran[]): string {
  const lines = page.split("\n");
  for (const { step, output } of ran.toReversed()) {
    if (step.answer === undefined) continue;
    const length = step.answer.text.split("\n").length - 1;
    const text = output.split("\n").map((line) => line.trimEnd()).join("\n");
    lines.splice(step.answer.line, length, ...text.trim().split("\n"));
  }
  return lines.join("\n");
}

function say(text: string): void {
  // deno-lint-ignore no-console -- a command that a person runs
  console.log(text);
}

if (import.meta.main) Deno.exit(await main());
