/**
 * Runs programs for the compose tests: with an environment of their own, so that
 * nothing that is set on this machine decides what the stack is made of.
 */
import { runToEnd } from "../fixtures/command.ts";

export interface Ran {
  readonly code: number;
  /** Standard output. */
  readonly stdout: string;
  /** All that it wrote, standard error last. */
  readonly output: string;
}

export interface CommandOptions {
  readonly folder?: string;
  /** Beside what the programs need to be found, and to find the engine. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** What the compose files and the service's configuration ask the environment for. */
const ASKED_FOR_REGEXP =
  /^(?:NATS|OIDC|DEV_ISSUER|TRAEFIK|COMPOSE|MONITORING|LOG)(?:_|$)|^CALLOUT_(?!REGISTRY$)|^DENO_VER$/;

/** This process's environment without what decides about a stack. */
export function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject())
      .filter(([name]) => !ASKED_FOR_REGEXP.test(name)),
  );
}

export async function run(
  program: string,
  args: readonly string[],
  { folder, environment = {}, input }: CommandOptions = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await runToEnd(program, {
    args: [...args],
    ...(folder === undefined ? {} : { cwd: folder }),
    clearEnv: true,
    env: { ...cleanEnvironment(), ...environment },
    input,
  });
  return { code, stdout, output: stdout + stderr };
}

/** Its standard output; whatever it wrote is the error when it fails. */
export async function mustRun(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, output } = await run(program, args, options);
  if (code !== 0) {
    throw new Error(
      `${program} ${args.join(" ")}: exit code ${code}\n${output}`,
    );
  }
  return stdout;
}
