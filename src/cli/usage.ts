/**
 * What all commands do alike with their arguments: `--help`, and one line and
 * exit code 2 for wrong usage.
 */
import { EXIT_OK, EXIT_USAGE, print, printError } from "./terminal.ts";

/** The command cannot be run like this; the message says what would do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Runs a command's body; wrong usage that it throws becomes a line and an exit code. */
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
