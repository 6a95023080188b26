/**
 * Hands the arguments to a command and ends with its exit code; nothing else.
 */
import { runCommand } from "./src/cli/command.ts";

// Ends at once: a connection to a server that is silent would keep the program.
if (import.meta.main) Deno.exit(await runCommand(Deno.args));
