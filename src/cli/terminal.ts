/**
 * What commands say to whoever called them: lines for a person, and an exit code;
 * and a token that is not typed.
 */

/** Exit codes of all commands. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
/** Wrong usage or configuration: trying again does not help. */
export const EXIT_USAGE = 2;
/** Nobody could say: trying again may help. */
export const EXIT_UNAVAILABLE = 3;

/** Writes a line for a person to standard output. */
export function print(text: string): void {
  // deno-lint-ignore no-console -- the one place that prints for a person
  console.log(text);
}

/** Writes a line for a person to standard error. */
export function printError(text: string): void {
  // deno-lint-ignore no-console -- the one place that prints for a person
  console.error(text);
}

/** A token that was given as an option; `-` means standard input, which no list of processes shows. */
export async function tokenOf(option: string): Promise<string> {
  if (option !== "-") return option;
  const text = await new Response(Deno.stdin.readable).text();
  return text.trim();
}
