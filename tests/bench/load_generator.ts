/**
 * The load generator: a program of its own, so that it is not what is measured.
 * Does what it is told on standard input and ends when that ends.
 */
import { mintTokens } from "./bearer_tokens.ts";
import { runCrowd } from "./crowd.ts";
import type {
  LoadCommand,
  LoadOutcome,
  LoginsCommand,
  LoginsOutcome,
  Numbered,
} from "./load_messages.ts";
import { login } from "./raw_client.ts";
import { sleep } from "./sleep.ts";
import { quantiles } from "./statistics.ts";
import { textLines } from "./text_lines.ts";

const pools = new Map<string, readonly string[]>();

function tokensOf(pool: string): readonly string[] {
  const tokens = pools.get(pool);
  if (tokens === undefined) throw new Error(`No tokens are called "${pool}"`);
  return tokens;
}

async function runLogins(command: LoginsCommand): Promise<LoginsOutcome> {
  const { endpoint, count = Infinity, atATime, durationMs } = command;
  const tokens = tokensOf(command.pool);
  const latencies: number[] = [];
  const admittedAt: number[] = [];
  const ends = { admitted: 0, refused: 0, failed: 0 };
  const startedAt = performance.now();
  const nextBeginning = createPace(command.perSecond, startedAt);
  let begun = 0;

  async function client(): Promise<void> {
    for (;;) {
      const loginAt = nextBeginning();
      if (begun >= count || loginAt - startedAt >= durationMs) return;
      const token = tokens[begun++ % tokens.length] ?? "";
      const waitMs = loginAt - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      const { end, connection } = await login(endpoint, token);
      connection?.close();
      ends[end]++;
      latencies.push(performance.now() - loginAt);
      if (end === "admitted") admittedAt.push(Date.now());
    }
  }
  await Promise.all(Array.from({ length: atATime }, client));
  return {
    kind: "logins",
    ...ends,
    elapsedMs: performance.now() - startedAt,
    latencyMs: quantiles(latencies),
    admittedAt,
  };
}

/** When the next login begins: now, or at one of the moments of a Poisson process. */
function createPace(
  perSecond: number | undefined,
  startedAt: number,
): () => number {
  if (perSecond === undefined) return () => performance.now();
  let due = startedAt;
  return () => due -= Math.log(1 - Math.random()) / perSecond * 1000;
}

async function run(command: LoadCommand): Promise<LoadOutcome> {
  switch (command.kind) {
    case "mint":
      pools.set(command.pool, mintTokens(command, command.count));
      return { kind: "pool" };
    case "keep":
      pools.set(command.pool, command.tokens);
      return { kind: "pool" };
    case "logins":
      return await runLogins(command);
    case "crowd":
      return await runCrowd(command, tokensOf(command.pool));
  }
}

async function answer(
  { number, content }: Numbered<LoadCommand>,
): Promise<void> {
  const outcome: Numbered<LoadOutcome> = {
    number,
    content: await run(content),
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(outcome)}\n`);
  let written = 0;
  while (written < bytes.length) {
    written += await Deno.stdout.write(bytes.subarray(written));
  }
}

for await (const line of textLines(Deno.stdin.readable)) {
  const command: Numbered<LoadCommand> = JSON.parse(line);
  // Not awaited: a crowd may arrive while others log in.
  answer(command);
}
