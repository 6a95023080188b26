/**
 * Hands the arguments to a command and sets the exit code; nothing else.
 */
import { runCommand } from "./src/cli/command.ts";

if (import.meta.main) Deno.exitCode = await runCommand(Deno.args);
