/**
 * Runs a program to its end and gives back what it wrote. That it is missing or
 * fails is an ordinary outcome here: the caller goes on to the next way.
 */

/** What came of it: the output, or why there is none. */
export type CommandOutcome =
  | { readonly kind: "done"; readonly output: string }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly problem: string };

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

export async function runCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandOutcome> {
  const [program, ...args] = command;
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined
    ? timeout
    : AbortSignal.any([timeout, options.signal]);
  try {
    const { success, code, stdout, stderr } = await new Deno.Command(program, {
      args,
      env: { ...options.environment },
      ...(options.folder === undefined ? {} : { cwd: options.folder }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal,
    }).output();
    options.signal?.throwIfAborted();
    if (success) return { kind: "done", output: decode(stdout) };
    const reason = timeout.aborted
      ? `not done after ${options.timeoutMs / 1000} s`
      : lastLine(decode(stderr)) ?? `exit code ${code}`;
    return { kind: "failed", problem: `${program}: ${reason}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "missing" };
    options.signal?.throwIfAborted();
    return { kind: "failed", problem: `${program}: ${messageOf(error)}` };
  }
}

/** The text of whatever was thrown, and of its cause, on one line. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message.replaceAll(/\s+/g, " ").trim();
  return error.cause instanceof Error
    ? `${message}: ${messageOf(error.cause)}`
    : message;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).trim();
}

function lastLine(text: string): string | undefined {
  const line = text.split("\n").at(-1)?.trim();
  return line === "" ? undefined : line;
}
