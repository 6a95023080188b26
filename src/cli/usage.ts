/**
 * What all commands do alike: `--help`, one line for wrong usage, what is wrong
 * with a configuration, and exit code 2 for both.
 */
import { ConfigError, formatConfigError } from "../config/config_error.ts";
import { EXIT_OK, EXIT_USAGE, print, printError } from "./terminal.ts";

/** The command cannot be run like this; the message says what would do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Runs a command's body; wrong usage or configuration that it throws becomes text and an exit code. */
export async function withUsage(
  usage: string,
  args: readonly string[],
  body: () => Promise<number>,
): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    print(usage);
    return EXIT_OK;
  }
  try {
    return await body();
  } catch (error) {
    if (error instanceof ConfigError) {
      printError(formatConfigError(error));
      return EXIT_USAGE;
    }
    const problem = usageProblem(error);
    if (problem === undefined) throw error;
    printError(`${problem}. See --help`);
    return EXIT_USAGE;
  }
}

/** What is wrong with the usage; undefined for any other error. */
function usageProblem(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof TypeError) || !("code" in error)) return undefined;
  switch (error.code) {
    case "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL":
      // Not the argument itself: it may be a token whose option was forgotten.
      return "There is an argument that belongs to no option";
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      return error.message.split(". ")[0];
    default:
      return undefined;
  }
}
