/**
 * The bench's side of the load generator.
 */
import { LOOPBACK } from "../../src/dev/server_configuration.ts";
import type { MintOptions } from "./bearer_tokens.ts";
import type {
  CrowdCommand,
  CrowdOutcome,
  LoadCommand,
  LoadOutcome,
  LoginsCommand,
  LoginsOutcome,
  Numbered,
} from "./load_messages.ts";
import { denoRun } from "./programs.ts";
import { textLines } from "./text_lines.ts";

export interface Load extends AsyncDisposable {
  readonly pid: number;
  /** Mints tokens and keeps them under a name. */
  mint(pool: string, options: MintOptions, count: number): Promise<void>;
  /** Keeps tokens under a name. */
  keep(pool: string, tokens: readonly string[]): Promise<void>;
  logins(command: Omit<LoginsCommand, "kind">): Promise<LoginsOutcome>;
  crowd(command: Omit<CrowdCommand, "kind">): Promise<CrowdOutcome>;
}

/** For servers at this address alone. */
export function startLoad(hostname = LOOPBACK): Load {
  const generator = new URL("load_generator.ts", import.meta.url).pathname;
  const [deno = "", ...args] = denoRun(`--allow-net=${hostname}`, generator);
  const child = new Deno.Command(deno, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const open = new Map<number, (outcome: LoadOutcome) => void>();
  let asked = 0;

  async function listen(): Promise<void> {
    for await (const line of textLines(child.stdout)) {
      const { number, content }: Numbered<LoadOutcome> = JSON.parse(line);
      open.get(number)?.(content);
      open.delete(number);
    }
  }
  const listening = listen();

  async function ask(content: LoadCommand): Promise<LoadOutcome> {
    const command: Numbered<LoadCommand> = { number: asked++, content };
    const outcome = new Promise<LoadOutcome>((resolve) => {
      open.set(command.number, resolve);
    });
    await writer.write(
      new TextEncoder().encode(`${JSON.stringify(command)}\n`),
    );
    const died = child.status.then(({ code }) => {
      throw new Error(`The load generator ended with exit code ${code}`);
    });
    died.catch(() => {});
    return await Promise.race([outcome, died]);
  }

  return {
    pid: child.pid,
    async mint(pool, options, count): Promise<void> {
      await ask({ kind: "mint", pool, ...options, count });
    },
    async keep(pool, tokens): Promise<void> {
      await ask({ kind: "keep", pool, tokens });
    },
    async logins(command): Promise<LoginsOutcome> {
      const outcome = await ask({ kind: "logins", ...command });
      if (outcome.kind !== "logins") throw new Error("another outcome");
      return outcome;
    },
    async crowd(command): Promise<CrowdOutcome> {
      const outcome = await ask({ kind: "crowd", ...command });
      if (outcome.kind !== "crowd") throw new Error("another outcome");
      return outcome;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await writer.close().catch(() => {});
      await child.status;
      await listening;
    },
  };
}
