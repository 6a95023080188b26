/**
 * What commands say to whoever called them: lines for a person, and an exit code.
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
